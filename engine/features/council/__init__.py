"""The council: members whose role it is to recount what was decided, and the keys they attest with.

A council key is made by `folkmoot key new --council`, on BLS12-381, so that the signatures of many add up to one. It comes with a proof of
possession, without which one member could sign for all (a rogue key), and with a signature that names its member and this community. She alone
replaces or retires it; each is used once. A poll whose terms ask for the council freezes who sits on it, and with which keys, when it opens:
what is said of keys afterwards changes nothing there.

Where she has a key for her ballots, that has to vouch for it. What that does not prove: that it was she who registered her first key, be it that one or
this, is the operator's word. She sees it in the log;
whoever relies on a council compares its keys with those that its members say are theirs.
"""

NEEDS: tuple[str, ...] = ("keys",)
