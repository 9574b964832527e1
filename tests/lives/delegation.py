"""Votes handed on, by topic and in general, along a chain, round a loop and beyond the bound; overruled, ended, taken along, lapsed, given
in a false time."""

from __future__ import annotations

from typing import Any

from engine.features.delegation.carry import CARRIERS_WITH_END_MAX
from engine.features.delegation.end import EndDelegation
from engine.features.delegation.state import Delegations
from engine.features.polls.cast import CastBallot
from engine.features.polls.state import Polls
from engine.kernel.clock import CorrectClock
from engine.kernel.forget import ForgetMember
from engine.kernel.members import Members
from engine.kernel.roles import GiveRole
from engine.state import State
from tests.delegating import OPEN, delegate, hold
from tests.moot import Moot


def life() -> Moot:
    moot = Moot(members=13 + 2 * CARRIERS_WITH_END_MAX, text=OPEN)
    delegate(moot, "m2>m3", "m3>m4", "m5>m6 ranking", "m5>m3", "m7>m8", "m8>m7", "m9>m5 ranking", "m10>m9", "m11>m10", "m13>m12")
    pairs = [(moot.members[place], moot.members[place + 1]) for place in range(13, 12 + 2 * CARRIERS_WITH_END_MAX, 2)]
    delegate(moot, *[f"{who}>{to}" for who, to in pairs])
    first, second = moot.poll(), moot.poll()
    moot.do("m3", EndDelegation())
    for member, choice in (("m1", "1>2"), ("m4", "2"), ("m6", "3>2"), ("m12", "1")):
        moot.do(member, CastBallot(first, choice))
    moot.do("m2", CastBallot(first, "1"))
    for _, to in pairs:
        moot.do(to, CastBallot(first, "3"))
    moot.do("m9", ForgetMember("m9"))
    moot.do("m1", ForgetMember("m4"))
    hold(moot, first)
    moot.do("m3", CastBallot(second, "1"))
    hold(moot, second)
    third = moot.poll()
    moot.do("m3", CastBallot(third, "2"))
    moot.do("m1", GiveRole("m2", "founder"))
    moot.wait(5)
    delegate(moot, "m2>m6")
    moot.now -= 60_000
    for member in ("m1", "m2"):
        moot.do(member, CorrectClock(moot.now))
    return moot


def view_1(state: State) -> dict[str, Any]:
    members = state[Members]
    return {
        "delegations": [
            [members.at(number).id, members.at(to).id, topic, given.since[number], given.until[number]]
            for topic, given in state[Delegations].all()
            for number, to in enumerate(given.to)
            if to >= 0
        ],
        "frozen": {
            poll.id: [poll.ballots.links.links.tolist(), poll.ballots.links.depth_max]
            for poll in state[Polls].open.values()
            if poll.ballots and poll.ballots.links
        },
        "counts": [
            [poll.id, poll.status, list(poll.result.winners), list(poll.result.scores), poll.result.ballots, str(poll.result.power_cast)]
            for poll in state[Polls].polls.values()
            if poll.result
        ],
        "root": state.tree.root().hex(),
    }
