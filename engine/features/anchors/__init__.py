"""Anchors: a head of the log written somewhere nobody here controls, and what else of the community stands on a chain.

Who writes history anew can sign it anew; what he cannot do is to take back a head that stands on a chain, or in a file of somebody
else's. The charter names the places, and the right to say what was written there. What such an event says of the log (a size and a root)
is judged by everybody who replays it. That it stands there is the word of who recorded it until somebody asks a node of the chain:
`folkmoot verify DIR --chain URL`. A community without [anchors] in its charter has none, and nothing else here needs one.
"""

NEEDS: tuple[str, ...] = ("polls", "rewards")
