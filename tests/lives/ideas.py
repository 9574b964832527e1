"""Ideas put forward, extended, improved, talked about, supported, and come to their next stage."""

from __future__ import annotations

from typing import Any

from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.revise import ReviseIdea
from engine.features.ideas.state import Ideas
from engine.features.ideas.submit import SubmitIdea
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.state import State
from tests.moot import Moot


def life() -> Moot:
    moot = Moot(members=5)
    bench = moot.idea("m2", supports=5, cost=2_000)
    moot.idea("m3", supports=1)
    moot.do("m4", SubmitIdea("A table beside it", "for chess", None, bench))
    moot.do("m2", ReviseIdea(bench, "A longer bench", "by the river, in the shade", 2_500))
    moot.do("m5", CommentIdea(bench, "oak, please"))
    insult = moot.do("m6", CommentIdea(bench, "rubbish")).seq
    moot.do("m1", EraseText(insult, "text", "insult"))
    moot.do("m3", ForgetMember("m3"))
    return moot


def view_1(state: State) -> dict[str, Any]:
    return {
        "ideas": [
            [one.id, one.stage, list(one.authors), list(one.versions), len(one.supporters), one.comments, str(one.cost), one.extends]
            for one in state[Ideas].ideas.values()
        ],
        "root": state.tree.root().hex(),
    }
