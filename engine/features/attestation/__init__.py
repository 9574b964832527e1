"""The council's attestation: members who recounted a decision sign what they found, and until so many have, nothing of it happens.

A poll whose terms ask for a council freezes its seats when it opens. When it has been counted, what is to be attested is fixed: the poll,
its count, and the log's root with the count in it, which binds every event before. Each member of the council recounts that from the log by her own means
and signs it (`folkmoot attest`); once enough have, their signatures become one, with a bitmap that says whose they are, and the decision is final if
nothing else holds it up. Members of the council may object instead, where the terms say so. Without their word in time it lapses.

What an attestation does not prove: that anybody recounted. It proves that holders of so many keys, known before the first ballot, say so.
"""

NEEDS: tuple[str, ...] = ("council", "keys", "polls")
