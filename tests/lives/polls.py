"""Polls of every kind and every end: counted, void, out of a false time; ballots open and sealed, replaced, taken along, left; ended
early, extended by a late quorum, overturned by objections and final without; signed by their voters' keys; waiting for a council."""

from __future__ import annotations

from typing import Any

from engine.features.amendments.amend import AmendCharter
from engine.features.ideas.state import Ideas
from engine.features.keys.state import Keys
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.object import EndObjections, ObjectToDecision
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.features.polls.void import VoidPoll
from engine.features.treasury.state import Treasury
from engine.kernel import charter as charters
from engine.kernel.clock import CorrectClock
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.kernel.roles import GiveRole
from engine.state import State
from tests.council import registering
from tests.moot import Moot
from tests.signing import cast, register, signed

YEAR = 365 * 24 * 60
MATTERS = """
[decisions.matter]
options = "free"
rule = "yes_no"
secrecy = "open"
quorum = { basis = "power", counts = "for", dynamic = { bps_min = 3500, bps_max = 6000, coefficient = 500000 } }
ties = "status_quo"
replaceable = false
minutes_open = 1440
ends = ["early"]
late_quorum_minutes = 120
objection = { days = 3, percent_min = 40 }
"""
COUNCIL = """
[decisions.pact]
options = "free"
rule = "plurality"
secrecy = "open"
quorum = { basis = "eligible", percent_min = 20 }
ties = "oldest"
minutes_open = 1440
council = { role = "founder", needed = 2, days = 7, objecting = 2 }
"""


def life() -> Moot:
    moot = Moot(members=7).funded()
    moot.do("m1", GiveRole("m2", "founder"))
    for author in ("m2", "m3", "m4"):
        moot.idea(author, supports=5, cost=2_000)
    spending = f"p{moot.do('m1', OpenPoll('spending', 'What shall we build?', budget=4_700)).seq}"
    moot.vote(spending, "1,2", "2", "1,3", "", "3")
    monthly = f"p{moot.do('m1', OpenPoll('monthly', 'Which idea is next?')).seq}"
    moot.vote(monthly, "1,2", "2", "3", "2", "1", "2", "3", "1,2,3")
    moot.do("newcomer", JoinCommunity("Too late for these"))
    moot.do("m7", ForgetMember("m7"))
    moot.do("m1", ForgetMember("m6"))
    moot.do("m2", CastBallot(monthly, "1"))
    for poll in (spending, monthly):
        moot.end(poll)
    ranking = moot.poll()
    moot.vote(ranking, "1>2", "2>3", "3>1", "2")
    moot.end(ranking)
    empty, void = moot.poll(options=2), moot.poll()
    moot.vote(void, "1", "2", "3")
    moot.wait(8 * 24 * 60)
    moot.end(empty)
    lose_an_opening(moot, void)
    moot.do("m1", VoidPoll(void))
    true = moot.now
    moot.wait(20 * YEAR)
    mistimed = moot.poll()
    moot.vote(mistimed, "1", "2")
    moot.now = true + 60_000
    for member in ("m1", "m2"):
        moot.do(member, CorrectClock(moot.now))
    moot.do("m2", CastBallot(moot.poll(), "3>2"))
    matters(moot)
    sign(moot)
    council(moot)
    return moot


def matters(moot: Moot) -> None:
    """Decisions whose end, quorum and finality depend on more; a charter that knows them comes first."""
    amend(moot, "May we object?", charters.preset("product") + MATTERS)
    here = present(moot)
    early, late = moot.poll("matter"), moot.poll("matter")
    for member in here[:4]:
        moot.do(member, CastBallot(early, "1"))
    moot.do("clock", ClosePoll(early))
    for member in here[:3]:
        moot.do(member, ObjectToDecision(early, "It was decided before I had read it."))
    moot.wait(1_400)
    for member in here[:3]:
        moot.do(member, CastBallot(late, "1"))
    moot.end(late)
    moot.do("m2", ObjectToDecision(late, "At night!"))
    moot.wait(3 * 24 * 60)
    moot.do("clock", EndObjections(late))
    waiting = moot.poll("matter")
    for member in here[:4]:
        moot.do(member, CastBallot(waiting, "1"))
    moot.do("clock", ClosePoll(waiting))
    moot.do("m3", ObjectToDecision(waiting, "Let us think again."))


def present(moot: Moot) -> list[str]:
    """Who has not left."""
    return [member for member in moot.members if member not in ("m6", "m7")]


def amend(moot: Moot, question: str, text: str) -> None:
    charter = f"p{moot.do('m1', OpenPoll('charter', question, amendment=text)).seq}"
    for member in present(moot):
        moot.do(member, CastBallot(charter, "1") if not moot.of(Keys).of(member) else signed(moot, member, charter, "1"))
    moot.end(charter)
    moot.do("m1", AmendCharter(charter))


def council(moot: Moot) -> None:
    """A decision that waits for its council, of a poll whose terms ask for one."""
    amend(moot, "Shall a council look?", charters.preset("product") + MATTERS + COUNCIL)
    for member in ("m1", "m4"):
        moot.do(member, registering(moot, member))
    moot.do("m1", GiveRole("m4", "founder"))
    poll = moot.poll("pact", options=2)
    for member in ("m1", "m4", "m5"):
        moot.do(member, CastBallot(poll, "2"))
    moot.end(poll)


def sign(moot: Moot) -> None:
    """Two who sign their ballots, open and sealed, and one whose word is taken."""
    register(moot, "m2", "m3")
    sealed, matter = moot.poll(), moot.poll("matter")
    for nonce, choice in enumerate(("1>2", "2"), 1):
        cast(moot, "m2", sealed, choice, nonce)
    cast(moot, "m3", matter, "2")
    moot.do("m4", CastBallot(sealed, "3"))
    moot.end(sealed)


def lose_an_opening(moot: Moot, poll: str) -> None:
    """The vault loses what opens one sealed ballot."""
    del moot.community.store._vault[moot.of(Polls)[poll].open_ballots.sealed()[0]]["choice"]


def view_1(state: State) -> dict[str, Any]:
    return {
        "polls": [
            [poll.id, poll.asked.terms.rule.version, poll.asked.electorate.root, poll.asked.electorate.count, poll.status, poll.final]
            for poll in state[Polls].polls.values()
        ],
        "counts": [
            [poll.id, list(poll.result.winners), [list(tie) for tie in poll.result.ties], list(poll.result.scores), poll.result.ballots]
            for poll in state[Polls].polls.values()
            if poll.result
        ],
        "stages": {idea.id: idea.stage for idea in state[Ideas].ideas.values()},
        "accounts": {name: str(amount) for name, amount in state[Treasury].accounts.amounts.items()},
        "root": state.tree.root().hex(),
    }


def view_2(state: State) -> dict[str, Any]:
    polls = state[Polls].polls.values()
    return {
        "signed": {poll.id: poll.signed for poll in polls if poll.result},
        "signed so far": {poll.id: poll.ballots.signed for poll in polls if poll.ballots is not None},
    }


def view_3(state: State) -> dict[str, Any]:
    polls = state[Polls].polls.values()
    return {
        "councils": {
            poll.id: [poll.council.role, poll.council.needed, poll.council.days, [[seat.member, seat.key] for seat in poll.council.seats]]
            for poll in polls
            if poll.council is not None
        },
        "unattested": list(state[Polls].unattested),
    }
