"""Time alone changes nothing; what it has ended is written down when somebody asks."""

import pytest

from engine.community import Community
from engine.features.points.award import AwardPoints
from engine.features.points.settle import Settle
from engine.features.rewards.share import ShareReward
from engine.kernel import charter
from engine.refusals import Refusal
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
    moot.wait(10 * DAY)
    assert moot.state.ledger.points("m2", moot.now) == 0
    assert moot.state.ledger.accounts["points"]["m2"] == 40
    assert moot.do("clock", Settle()).count == 2
    assert kinds(moot)[-2:] == ["TimeSettled", "PointsExpired"]
    assert moot.state.ledger.accounts["points"] == {"issued": -40, "m2": 0, "expired": 40}
    with pytest.raises(Refusal, match="nothing_to_settle"):
        moot.do("clock", Settle())
    moot.community.checkpoint()
    assert verify(moot.community.store).verdict == "sound"
    assert Community(moot.community.store, KEY).state.ledger == moot.state.ledger


def test_a_round_writes_off_what_has_expired_before_it_spends_the_rest():
    moot = Moot(text=SHORT, members=2)
    moot.do("m1", AwardPoints("m2", 40, "for help"))
    moot.wait(5 * DAY)
    moot.do("m1", AwardPoints("m2", 7, "for more help"))
    moot.wait(5 * DAY)
    moot.do("m1", ShareReward("quarterly", 100))
    assert kinds(moot)[-3:] == ["RewardRoundOpened", "PointsExpired", "RewardShared"]
    assert moot.state.ledger.accounts["points"] == {"issued": -47, "m2": 0, "expired": 40, "spent": 7}
    assert moot.state.ledger.money("m2") == 100
    moot.community.checkpoint()
    assert verify(moot.community.store).verdict == "sound"


def test_what_one_command_leaves_the_next_one_settles(monkeypatch):
    from engine.commands import settle

    monkeypatch.setattr(settle, "SETTLED_PER_COMMAND_MAX", 2)
    monkeypatch.setattr(settle, "SHARES_PER_EVENT_MAX", 1)
    moot = Moot(text=SHORT, members=3)
    for member in ("m2", "m3", "m4"):
        moot.do("m1", AwardPoints(member, 5, "for help"))
    moot.wait(11 * DAY)
    assert [moot.do("clock", Settle()).count for _ in range(2)] == [3, 2]
    assert moot.state.ledger.expired(moot.now) == {}
    assert verify(moot.community.store).verdict == "sound"


def test_a_member_who_may_not_settle_is_refused():
    moot = Moot(text=SHORT, members=1)
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", Settle())
