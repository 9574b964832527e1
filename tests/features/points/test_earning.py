"""What acts earn: by the lines of the charter, within their caps, each point naming its line."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.support import SupportIdea
from engine.features.points.earn import PointsEarned
from engine.features.points.state import PointLedger, period_of, points_of
from engine.features.points.terms import AWARD_MAX, EXPIRE_DAYS_MAX
from engine.features.polls.cast import CastBallot
from engine.kernel.charter import preset
from engine.ledger import WIDTH
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.values import DAY_MS
from engine.verify import verify
from tests.forging import of_kind, rewritten
from tests.moot import Moot

DAY = 24 * 60


def earning(*lines: str) -> str:
    head, tail = preset("product").split("[[points.earning]]")[0], preset("product").split("[money]")[1]
    return head + "".join(f"[[points.earning]]\n{line}\n" for line in lines) + "[money]" + tail


def points(moot: Moot, member: str = "m2") -> int:
    return points_of(moot.state, member, moot.now)


COMMENTS = 'rule = "per_act"\nparameters = { act = "idea_commented", points = 4, '


@pytest.mark.parametrize(
    ("cap", "daily"),
    [
        ('times_max = 1, per = "day" }', [4, 8, 12]),
        ('times_max = 2, per = "day" }', [8, 16, 24]),
        ('points_max = 4, per = "day" }', [4, 8, 12]),
        ('points_max = 10, per = "day" }', [10, 20, 30]),
        ('points_max = 10, per = "ever" }', [10, 10, 10]),
        ('times_max = 3, per = "week" }', [12, 12, 12]),
        ("times_max = 0 }", [16, 32, 48]),
    ],
)
def test_a_cap_bounds_what_one_member_has_in_a_period(cap, daily):
    """1,700,000,000 is a Tuesday: three days of one week."""
    moot = Moot(members=2, text=earning(COMMENTS + cap))
    idea, had = moot.idea(), []
    for _ in range(3):
        for _ in range(4):
            moot.do("m2", CommentIdea(idea, "more"))
        had.append(points(moot))
        moot.wait(DAY)
    assert had == daily
    assert points(moot, "m3") == 0
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("cap", ["points_max = 4", "times_max = 1"])
def test_a_cap_of_one_day_takes_nothing_from_the_next(cap):
    moot = Moot(members=2, text=earning(COMMENTS + cap + ', per = "day" }'))
    idea = moot.idea()
    for so_far in (4, 8):
        moot.do("m2", CommentIdea(idea, "more"))
        assert points(moot) == so_far
        moot.wait(DAY)


def test_what_others_had_is_not_counted_against_a_member():
    moot = Moot(members=2, text=earning(COMMENTS + 'times_max = 1, per = "day" }'))
    idea = moot.idea()
    for member in ("m2", "m3"):
        moot.do(member, CommentIdea(idea, "more"))
    assert (points(moot, "m2"), points(moot, "m3")) == (4, 4)


@given(st.dates(date(1970, 1, 1), date(9999, 12, 31)), st.sampled_from([0, DAY_MS - 1]))
def test_months_and_years_are_those_of_the_calendar(day, within):
    at = (day - date(1970, 1, 1)).days * DAY_MS + within
    assert period_of("year", at) == day.year - 1970
    assert period_of("month", at) == (day.year - 1970) * 12 + day.month - 1
    assert period_of("week", at) == (day - date(1969, 12, 29)).days // 7


def test_every_month_for_four_hundred_years_begins_and_ends_where_the_calendar_says():
    for months in range(400 * 12):
        first = date(1970 + months // 12, months % 12 + 1, 1)
        day = (first - date(1970, 1, 1)).days
        assert (period_of("month", day * DAY_MS), period_of("month", day * DAY_MS - 1)) == (months, months - 1)


def test_lines_of_one_category_share_its_cap():
    lines = [
        COMMENTS + 'category_max = 10 }\ncategory = "talk"',
        'rule = "per_act"\nparameters = { act = "idea_submitted", points = 5, category_max = 10 }\ncategory = "talk"',
    ]
    moot = Moot(members=2, text=earning(*lines))
    idea = moot.idea("m2")
    for _ in range(3):
        moot.do("m2", CommentIdea(idea, "more"))
    assert points(moot) == 10


def test_a_line_of_a_category_has_a_cap_of_its_own_besides():
    lines = [
        COMMENTS + 'times_max = 1, category_max = 100 }\ncategory = "talk"',
        'rule = "per_act"\nparameters = { act = "idea_submitted", points = 5, category_max = 100 }\ncategory = "talk"',
    ]
    moot = Moot(members=2, text=earning(*lines))
    idea = moot.idea("m2")
    moot.idea("m2")
    for _ in range(2):
        moot.do("m2", CommentIdea(idea, "more"))
    assert points(moot) == 5 + 5 + 4


def test_points_vest_when_the_line_says():
    moot = Moot(members=2, text=earning(COMMENTS + "vest_days = 3 }"))
    moot.do("m2", CommentIdea(moot.idea(), "more"))
    assert points(moot) == 0
    moot.wait(3 * DAY)
    assert points(moot) == 0, "at the end of the third day"
    moot.wait(DAY)
    assert points(moot) == 4
    lots = moot.of(PointLedger).lots
    lots_before, idea = len(lots.lots[1]), moot.idea()
    for word in ("one thing", "and another"):
        moot.do("m2", CommentIdea(idea, word))
        moot.wait(1)
    assert len(lots.lots[1]) - lots_before == WIDTH, "acts of a day make one lot"


def test_points_name_the_line_they_come_from():
    moot = Moot(members=2)
    moot.idea("m2")
    assert not PointsEarned.by, "they follow from what she did, and nobody asks for them"
    body = parse_own(moot.log()[-1])["body"]
    assert {name: body[name] for name in ("charter", "entry", "rule", "act", "member")} == {
        "charter": 0, "entry": 0, "rule": "per_act@1", "act": "idea_submitted", "member": "m2",
    }  # fmt: skip
    assert "had to follow" in str(verify(rewritten(moot, of_kind("PointsEarned", entry=1))).problem)


def test_what_a_member_earned_is_found_by_her():
    moot = Moot(members=2)
    idea = moot.idea("m2")
    moot.do("m3", CommentIdea(idea, "more"))
    filed = [parse_own(data)["kind"] for _, data in moot.community.store.find("thing", "m2", "PointsEarned")]
    assert filed == ["PointsEarned"]


def test_a_replaced_ballot_earns_nothing_more():
    moot = Moot(members=2)
    poll = moot.poll()
    moot.do("m2", CastBallot(poll, "1"))
    had = points(moot)
    moot.do("m2", CastBallot(poll, "2"))
    assert points(moot) == had == 2


@pytest.mark.parametrize("name", ["points_max", "award_max"])
def test_no_charter_pays_more_than_the_books_hold(name):
    huge = str(10**17)
    text = (
        preset("product").replace("points = 5,", f'points = "{huge}",')
        if name == "points_max"
        else preset("product").replace("award_max = 500", f'award_max = "{huge}"')
    )
    with pytest.raises(Refusal, match="charter_wrong|parameter_wrong"):
        Moot(text=text)


def test_what_earns_nothing_is_not_written_down():
    moot = Moot(members=2, text=earning(COMMENTS + 'times_max = 1, per = "day" }'))
    idea, last = moot.idea(), []
    for word in ("one", "two"):
        moot.do("m2", CommentIdea(idea, word))
        last.append(parse_own(moot.log()[-1])["kind"])
    assert last == ["PointsEarned", "IdeaCommented"]


def test_points_expire_never_where_the_charter_does_not_say_when():
    text = earning(COMMENTS + "times_max = 0 }")
    for line in [line for line in text.splitlines(keepends=True) if line.startswith("expire_days")]:
        text = text.replace(line, "")
    moot = Moot(members=2, text=text)
    moot.do("m2", CommentIdea(moot.idea(), "more"))
    moot.wait(10_000 * DAY)
    assert points(moot) == 4


def test_supporting_an_idea_can_earn():
    moot = Moot(members=3, text=earning('rule = "per_act"\nparameters = { act = "idea_supported", points = 4 }'))
    moot.do("m3", SupportIdea(moot.idea("m2")))
    assert points(moot, "m2") + points(moot, "m3") == 4


@pytest.mark.parametrize(
    ("key", "most", "line"),
    [
        ("award_max", AWARD_MAX, 'award_max = "{}"'),
        ("expire_days", EXPIRE_DAYS_MAX, "expire_days = {}"),
    ],
)
def test_what_points_may_be_has_its_bounds(key, most, line):
    text = re.sub(rf"(?m)^{key} = .*$", line, preset("product"))
    assert Moot(text=text.replace("{}", str(most))).state.seq
    with pytest.raises(Refusal, match=f"points.{key} is {most + 1}"):
        Moot(text=text.replace("{}", str(most + 1)))


@pytest.mark.parametrize(("name", "most"), [("points", AWARD_MAX), ("vest_days", EXPIRE_DAYS_MAX), ("expire_days", EXPIRE_DAYS_MAX)])
def test_what_a_line_pays_has_its_bounds(name, most):
    def line(number: int) -> str:
        given = {"points": '"4"'} | {name: f'"{number}"' if name == "points" else str(number)}
        return earning(
            f'rule = "per_act"\nparameters = {{ act = "idea_commented", {", ".join(f"{key} = {value}" for key, value in given.items())} }}'
        )

    assert Moot(text=line(most)).state.seq
    with pytest.raises(Refusal, match=f"{name} is {most + 1}"):
        Moot(text=line(most + 1))
