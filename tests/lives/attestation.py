"""Decisions attested by their council, lapsed without, overturned by it, and one of which some have spoken."""

from __future__ import annotations

from typing import Any

from engine.features.attestation.lapse import LapseDecision
from engine.features.attestation.state import Attestations
from engine.features.polls.state import Polls
from engine.state import State
from tests.council import attest, decided, objecting, seated
from tests.moot import Moot


def life() -> Moot:
    moot = seated()
    lapsing = decided(moot)
    attest(moot, lapsing, "m3", "m5")
    attest(moot, decided(moot), "m5", "m2", "m4")
    moot.wait(7 * 24 * 60)
    moot.do("clock", LapseDecision(lapsing))
    overturned, waiting = decided(moot), decided(moot)
    moot.do("m4", objecting(moot, "m4", overturned))
    attest(moot, overturned, "m2", "m3")
    moot.do("m5", objecting(moot, "m5", overturned))
    attest(moot, waiting, "m2")
    moot.do("m3", objecting(moot, "m3", waiting))
    return moot


def view_1(state: State) -> dict[str, Any]:
    known = state[Attestations]
    return {
        "polls": [[poll.id, poll.status, poll.final] for poll in state[Polls].polls.values()],
        "attested": {poll: [one.size, one.root, one.signers, one.signature] for poll, one in known.attested.items()},
        "waiting": {
            poll: [one.size, one.root, one.until, sorted(one.signed), sorted(one.objected)]
            for poll, one in known.asked.items()
            if poll in state[Polls].unattested
        },
        "root": state.tree.root().hex(),
    }
