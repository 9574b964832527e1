"""Time alone changes nothing; what it has ended is written down when somebody asks."""

import pytest

from engine.community import Community
from engine.features.points import settle
from engine.features.points.award import AwardPoints
from engine.features.points.settle import Settle
from engine.features.points.state import PointLedger, points_of
from engine.features.rewards.share import ShareReward
from engine.features.treasury.state import Treasury
from engine.kernel import charter
from engine.kernel.hooks import all_due
from engine.kernel.members import Members
from engine.refusals import Refusal
from engine.store.snapshot import view
from engine.values import DAY_MS
from engine.verify import verify
from tests.moot import KEY, Moot

DAY = 24 * 60
SHORT = charter.preset("product").replace("expire_days = 730", "expire_days = 10")


def kinds(moot: Moot) -> list[str]:
    from engine.log.json import parse_own

    return [parse_own(data)["kind"] for data in moot.log()]


def test_expired_points_count_for_nothing_before_and_after_they_are_written_off():
    moot = Moot(text=SHORT, members=2)
    moot.do("m1", AwardPoints("m2", 40, "for help"))
    moot.wait(11 * DAY)
    lots, number = moot.of(PointLedger).lots, moot.of(Members)["m2"].number
    assert points_of(moot.state, "m2", moot.now) == 0
    assert lots.totals[number] == 40
    assert moot.do("clock", Settle()).count == 1
    assert kinds(moot)[-1:] == ["PointsExpired"]
    assert (lots.issued, lots.expired, lots.totals) == (40, 40, {})
    with pytest.raises(Refusal, match="nothing_to_settle"):
        moot.do("clock", Settle())
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
    assert view(Community(moot.community.store, KEY).state) == view(moot.state)


def test_points_of_one_day_expire_together_at_its_end():
    moot = Moot(text=SHORT, members=2)
    moot.do("m1", AwardPoints("m2", 40, "for help"))
    moot.wait(10)
    moot.do("m1", AwardPoints("m2", 2, "for more help"))
    lots = moot.of(PointLedger).lots.lots[moot.of(Members)["m2"].number]
    assert list(lots) == [(moot.now // DAY_MS + 11) * DAY_MS, 0, 42]


def test_a_round_spends_what_has_not_expired_and_leaves_the_rest_to_be_written_off():
    moot = Moot(text=SHORT, members=2).funded()
    moot.do("m1", AwardPoints("m2", 40, "for help"))
    moot.wait(5 * DAY)
    moot.do("m1", AwardPoints("m2", 7, "for more help"))
    moot.wait(6 * DAY)
    moot.do("m1", ShareReward("quarterly", 100))
    lots = moot.of(PointLedger).lots
    assert (lots.issued, lots.spent, lots.expired) == (47, 7, 0)
    assert moot.of(Treasury).accounts.balance("m2") == 100
    moot.do("clock", Settle())
    assert (lots.spent, lots.expired, lots.totals) == (7, 40, {})
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_what_one_command_leaves_the_next_one_settles(monkeypatch):
    monkeypatch.setattr(settle, "EXPIRED_PER_COMMAND_MAX", 2)
    monkeypatch.setattr(settle, "EXPIRED_PER_EVENT_MAX", 1)
    moot = Moot(text=SHORT, members=3)
    for member in ("m2", "m3", "m4"):
        moot.do("m1", AwardPoints(member, 5, "for help"))
    moot.wait(11 * DAY)
    assert [moot.do("clock", Settle()).count for _ in range(2)] == [2, 1]
    assert list(all_due(moot.state, moot.now)) == []
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_only_the_clock_settles():
    moot = Moot(text=SHORT, members=1)
    moot.do("m1", AwardPoints("m2", 5, "for help"))
    moot.wait(11 * DAY)
    assert list(all_due(moot.state, moot.now)) == [Settle()]
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", Settle())
