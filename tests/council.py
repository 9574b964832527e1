"""Members of a council who attest: each has a council key made from her id, and signs with it what the log states."""

from __future__ import annotations

from hashlib import sha256

from engine.community import Community, Receipt
from engine.features.attestation.attest import AttestDecision
from engine.features.attestation.object import ObjectAsCouncil
from engine.features.attestation.statement import stated
from engine.features.council import messages
from engine.features.council.register import RegisterCouncilKey
from engine.features.council.retire import RetireCouncilKey
from engine.features.council.rotate import RotateCouncilKey
from engine.features.polls.cast import CastBallot
from engine.features.polls.open import OpenPoll
from engine.kernel.charter import preset
from engine.kernel.roles import GiveRole
from engine.log.attest import CouncilSecret
from engine.log.signing import SecretKey
from engine.store.snapshot import view
from engine.verify import verify
from tests.moot import KEY, Moot

COUNCIL = """
[roles.council]
may = []

[decisions.matter]
options = "free"
rule = "yes_no"
secrecy = "open"
quorum = { basis = "eligible", percent_min = 20 }
ties = "status_quo"
minutes_open = 1440
ends = ["all_voted", "hand"]
council = { role = "council", needed = 3, days = 7, objecting = 2 }

[decisions.purse]
options = "ideas"
stage = "open"
rule = "greedy"
ballot = "approval"
secrecy = "open"
quorum = { basis = "eligible", percent_min = 20 }
ties = "oldest"
minutes_open = 1440
council = { role = "council", needed = 2, days = 7 }
objection = { days = 3, percent_min = 40 }
"""
TEXT = preset("product") + COUNCIL
SEATED = ("m2", "m3", "m4", "m5")
DAY = 24 * 60
CHAIN = '\n[keys]\nchain_id = 8453\ncontract = "0x00000000000000000000000000000000000000aa"\n'


def secret(member: str, generation: int = 0) -> CouncilSecret:
    return CouncilSecret.from_seed(sha256(f"council {member} {generation}".encode()).digest())


def registering(moot: Moot, member: str, hers: CouncilSecret | None = None, vouched_by: SecretKey | None = None) -> RegisterCouncilKey:
    hers = hers or secret(member)
    voucher = vouched_by and vouched_by.sign(messages.vouching(moot.state, member, vouched_by.address, hers.public))
    return RegisterCouncilKey(hers.public, hers.possession, hers.sign(messages.registering(moot.state, member, hers.public)), voucher)


def rotating(moot: Moot, member: str, old: CouncilSecret, new: CouncilSecret) -> RotateCouncilKey:
    message = messages.rotating(moot.state, member, old.public, new.public)
    return RotateCouncilKey(new.public, new.possession, new.sign(message), old.sign(message))


def retiring(moot: Moot, member: str, hers: CouncilSecret) -> RetireCouncilKey:
    return RetireCouncilKey(hers.sign(messages.retiring(moot.state, member, hers.public)))


def seat(moot: Moot, *members: str, role: str = "council") -> None:
    """Members get the role, and register the keys of it."""
    for member in members:
        moot.do("m1", GiveRole(member, role))
        moot.do(member, registering(moot, member))


def seated(members: int = 6, text: str = TEXT) -> Moot:
    """A community with a council of four, m2 to m5."""
    moot = Moot(members=members, text=text)
    seat(moot, *SEATED)
    return moot


def decided(moot: Moot, decision: str = "matter", choice: str = "1") -> str:
    """A poll that three have voted in, and that was counted."""
    poll = moot.poll(decision, options=2)
    for member in moot.members[:3]:
        moot.do(member, CastBallot(poll, choice))
    moot.end(poll)
    return poll


def attesting(moot: Moot, member: str, poll: str, by: CouncilSecret | None = None) -> AttestDecision:
    return AttestDecision(poll, (by or secret(member)).sign(stated(moot.state, poll)))


def attest(moot: Moot, poll: str, *members: str) -> list[Receipt]:
    return [moot.do(member, attesting(moot, member, poll)) for member in members]


def objecting(moot: Moot, member: str, poll: str, by: CouncilSecret | None = None) -> ObjectAsCouncil:
    return ObjectAsCouncil(poll, "I count otherwise.", (by or secret(member)).sign(stated(moot.state, poll, "objects")))


def sound(moot: Moot) -> bool:
    return verify(moot.community.store, allow_unsigned=True).verdict == "sound" and view(
        Community(moot.community.store, KEY).state
    ) == view(moot.state)


def purse(moot: Moot) -> str:
    """A poll that has given 300 of 500 to one idea, counted; members may object for three days as well."""
    moot.funded(1_000)
    for member in ("m2", "m3"):
        moot.idea(member, cost=300)
    poll = f"p{moot.do('m1', OpenPoll('purse', 'Which?', budget=500)).seq}"
    for member in moot.members[:3]:
        moot.do(member, CastBallot(poll, "1"))
    moot.end(poll)
    return poll
