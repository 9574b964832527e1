"""Golden logs: each release's log replays to the same public view for ever. `make golden` writes the one of this release.

A golden log holds every kind of event there is. It is never written again once its release is out: a kind that changed
would be found here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from engine import commands, fold
from engine.features.amendments.amend import AmendCharter
from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.revise import ReviseIdea
from engine.features.points.award import AwardPoints
from engine.features.points.settle import Settle
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import OpenPoll
from engine.features.polls.void import VoidPoll
from engine.features.rewards.share import ShareReward
from engine.kernel import charter as charters
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.loss import DeclareLoss
from engine.log.checkpoint import Checkpoint
from engine.state import State
from engine.store import export
from tests.moot import KEY, ORIGIN, Moot

FOLDER = Path(__file__).parent / "golden"
RELEASE = "0.1"


def life() -> Moot:
    """A community in which everything happens that can."""
    moot = Moot(members=7)
    for author in ("m2", "m3", "m4"):
        moot.idea(author, supports=5, cost=2_000)
    first = next(iter(moot.state.ideas))
    moot.do("m5", ReviseIdea(first, "A longer bench", "by the river, in the shade", 2_500))
    moot.do("m6", CommentIdea(first, "oak, please"))
    insult = moot.do("m6", CommentIdea(first, "rubbish")).seq
    moot.do("m1", EraseText(insult, "text", "insult"))
    moot.do("m1", AwardPoints("m4", 50, "for the soup"))
    moot.do("m1", ShareReward("quarterly", 12_345))
    spending = f"p{moot.do('m1', OpenPoll('spending', 'What shall we build?', budget=4_700)).seq}"
    moot.vote(spending, "1,2", "2", "1,3", "", "3")
    monthly = f"p{moot.do('m1', OpenPoll('monthly', 'Which idea is next?')).seq}"
    moot.vote(monthly, "1,2", "2", "3", "2", "1", "2")
    moot.do("m7", ForgetMember("m7"))
    moot.do("m6", ForgetMember("m6"))
    moot.do("m2", CastBallot(monthly, "1"))
    moot.do("m1", ClosePoll(spending))
    moot.do("m1", ClosePoll(monthly))
    ranking = moot.poll()
    moot.vote(ranking, "1>2", "2>3", "3>1", "2")
    moot.do("m1", ClosePoll(ranking))
    void = moot.poll()
    moot.vote(void, "1", "2", "3")
    text = charters.preset("product").replace("award_max = 500", "award_max = 900")
    amending = f"p{moot.do('m1', OpenPoll('charter', 'Award more?', amendment=text)).seq}"
    moot.vote(amending, "1", "1", "1", "1", "1")
    moot.wait(31 * 24 * 60)
    lose_an_opening(moot, void)
    moot.do("m1", VoidPoll(void))
    moot.do("clock", ClosePoll(amending))
    moot.do("m1", AmendCharter(amending, text))
    moot.wait(800 * 24 * 60)
    moot.do("clock", Settle())
    moot.do("m1", DeclareLoss(KEY.sign(Checkpoint(ORIGIN, 9_999, bytes(32)))))
    moot.do("m2", CastBallot(moot.poll(), "3>2"))
    return moot


def lose_an_opening(moot: Moot, poll: str) -> None:
    """The vault loses what opens one sealed ballot."""
    seq = next(iter(moot.state.polls[poll].ballots.waiting))
    del moot.community.store._vault[seq]["choice"]


def view_1(state: State) -> dict[str, Any]:
    """The public view that this golden log must give for ever; new facts make a new view, this one stays."""
    return {
        "charter": charters.digest(state.charters[state.charter_seq]),
        "members": [[one.id, one.role, one.joined_at, one.forgotten] for one in state.members.values()],
        "ideas": [[one.id, one.stage, list(one.authors), len(one.supporters), str(one.cost)] for one in state.ideas.values()],
        "polls": [
            [poll.id, poll.terms.rule, poll.terms.roll_root, poll.void, poll.result and [poll.result.status, list(poll.result.winners)]]
            for poll in state.polls.values()
        ],
        "accounts": {unit: {name: str(amount) for name, amount in rows.items()} for unit, rows in state.ledger.accounts.items()},
        "root": state.tree.root().hex(),
    }


def replay(path: Path) -> State:
    """The state that a log in a file folds to."""
    state = State()
    for seq, data in export.Export(path).lines(0):
        fold.apply(state, records.read(data, commands.kind_of, seq))
    return state


if __name__ == "__main__":
    path = FOLDER / f"moot-{RELEASE}.jsonl"
    if path.exists() and "--again" not in sys.argv:
        raise SystemExit(f"{path.name} is there already: a release's golden log is written once")
    FOLDER.mkdir(exist_ok=True)
    with path.open("wb") as file:
        export.write(life().community, file)
    path.with_suffix(".json").write_text(json.dumps(view_1(replay(path)), indent=1, ensure_ascii=False) + "\n")
    print(f"{path.name} written")
