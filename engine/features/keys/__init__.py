"""Community keys: a member may have a key of her own, and what she signs with it nobody else can have said.

A key is made by a browser, a wallet or `folkmoot key new`, for one community; its address is a plain fact of the log. Whoever has a live
key is spoken for by nobody else: ballots in her name are taken only with its signature, and only she replaces or retires it. Each key is
used once: one that was retired, replaced or left behind never comes back, so no signature made with it can be used again.

What that does not prove: the first key of a member is registered by the operator's word, as everything is that she asks before she has
one. An operator can register a key of his own for a member who never made one; she sees it in the log, and can prove nothing.
"""

NEEDS: tuple[str, ...] = ()
