"""The honest logs that are tampered with: small communities, each of which has done one thing that can be cheated at."""

from __future__ import annotations

from collections.abc import Callable

from engine.features.ideas.submit import SubmitIdea
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.rewards.share import ShareReward
from engine.kernel import charter as charters
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from tests.council import attest, decided, seated
from tests.features.anchors.test_anchors import unwound
from tests.features.council import test_council_keys as council_keys
from tests.features.delegation import test_delegating as delegating
from tests.features.keys import test_keys as keys
from tests.features.polls.test_early import moot_by
from tests.features.polls.test_late_quorum import extended
from tests.features.polls.test_objecting import objected
from tests.features.polls.test_quorums import with_conditions
from tests.features.polls.test_seats import held
from tests.features.polls.test_signing import polls, two_polls
from tests.features.rewards.test_rounds import with_points
from tests.forging import lived
from tests.kernel.test_quotas import FEW
from tests.lives import amendments
from tests.lives import anchors as anchor_life
from tests.moot import Moot
from tests.signing import REQUIRED, cast, register
from tests.store.test_kept import histories


def voted(secrecy: str) -> Moot:
    """A ballot signed by its voter."""
    moot = two_polls(secrecy)
    cast(moot, "m2", polls(moot)[0], "1")
    return moot


def must_sign() -> Moot:
    """The charter asks for signed ballots; one stands there."""
    moot = Moot(members=3, text=REQUIRED)
    register(moot, "m2")
    cast(moot, "m2", moot.poll(), "1")
    return moot


def asked() -> Moot:
    """A council has been asked, and one has attested."""
    moot = seated()
    attest(moot, decided(moot), "m5")
    return moot


def attested() -> Moot:
    moot = seated()
    attest(moot, decided(moot), "m2", "m4", "m5")
    return moot


def shared() -> Moot:
    """A pot shared among those who have points, without who opened the round."""
    moot = with_points()
    moot.do("m1", ShareReward("thanks", 12_000))
    return moot


def forgotten() -> Moot:
    """A text erased, a member who has left, and one who has given her address."""
    moot = lived()
    moot.do("newcomer", JoinCommunity("Eve", "eve@example.org"))
    moot.do("m1", EraseText(8, "text", "spam"))
    moot.do("m3", ForgetMember("m3"))
    return moot


def full_day() -> Moot:
    """A member who has done as much as her quota lets her do in a day."""
    moot = Moot(members=2, text=FEW)
    for number in range(3):
        moot.do("m2", SubmitIdea(f"Idea {number}", "x"))
    return moot


def undecided() -> Moot:
    """A poll that could still go either way."""
    moot = moot_by("plurality")
    moot.vote(moot.poll(), "1", "1", "2", "1")
    return moot


def joined() -> Moot:
    """Newcomers, one after the other, at one moment."""
    moot = Moot(members=2)
    for name in ("Ada", "Bea", "Cy"):
        moot.do("newcomer", JoinCommunity(name))
    return moot


def budget() -> Moot:
    """A poll whose rule has a parameter that is true."""
    moot = Moot(members=2, text=charters.preset("product").replace('rule = "schulze"', 'rule = "greedy"')).funded()
    options = (FreeOption("an oven", 5), FreeOption("a bench", 7))
    moot.do("m1", OpenPoll("ranking", "Which?", options=options, budget=10))
    return moot


BASES: dict[str, Callable[[], Moot]] = {
    "community": lived,
    "forgotten": forgotten,
    "histories": lambda: histories()[0],
    "keys": keys.some_with_keys,
    "ballots": lambda: voted("open"),
    "sealed-ballots": lambda: voted("until_close"),
    "signed-only": must_sign,
    "council-keys": council_keys.some_with_keys,
    "council": asked,
    "attested": attested,
    "delegation": lambda: delegating.lived()[0],
    "anchors": unwound,
    "objections": lambda: objected()[0],
    "quorum": lambda: extended()[0],
    "conditions": with_conditions,
    "early": undecided,
    "seats": lambda: held("jefferson", *"111111122")[0],
    "quota": full_day,
    "joined": joined,
    "budget": budget,
    "sent": anchor_life.life,
    "rounds": shared,
    "amendments": amendments.life,
}
