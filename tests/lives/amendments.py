"""The charter changes, as a poll under the old one has decided; what was open keeps its terms."""

from __future__ import annotations

from typing import Any

from engine.features.amendments.amend import AmendCharter
from engine.features.points.award import AwardPoints
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.kernel import charter as charters
from engine.kernel.charter import Charters
from engine.state import State
from tests.moot import Moot


def life() -> Moot:
    moot = Moot(members=4)
    text = charters.preset("product")
    more, less = text.replace("award_max = 500", "award_max = 900"), text.replace("award_max = 500", "award_max = 5")
    kept = f"p{moot.do('m1', OpenPoll('charter', 'Award less?', amendment=less)).seq}"
    adopted = f"p{moot.do('m1', OpenPoll('charter', 'Award more?', amendment=more)).seq}"
    moot.vote(kept, "2", "2", "2", "1", "1")
    moot.vote(adopted, "1", "1", "1", "1", "2")
    moot.end(kept)
    moot.end(adopted)
    under_the_old = moot.poll()
    moot.vote(under_the_old, "1>2", "2", "3")
    moot.do("m1", AmendCharter(adopted, more))
    moot.do("m1", AwardPoints("m4", 800, "for the soup"))
    moot.end(under_the_old)
    return moot


def view_1(state: State) -> dict[str, Any]:
    return {
        "charters": {str(seq): charters.digest(text) for seq, text in state[Charters].texts.items()},
        "polls": [[poll.id, poll.asked.charter, poll.status] for poll in state[Polls].polls.values()],
        "root": state.tree.root().hex(),
    }
