"""What keeps a poll from opening: by whoever asks, and by an operator who wrote it into the log."""

from __future__ import annotations

import re

import pytest

from engine import rules
from engine.elections import work
from engine.elections.work import Shape
from engine.features.polls import open as opening
from engine.features.polls import readiness
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.terms import DecisionTerms
from engine.kernel.charter import lawful, preset, presets
from engine.limits import AMOUNT_MAX, COST_MAX, MOMENT_MAX
from engine.refusals import Refusal
from engine.verify import verify
from tests.features.polls.test_charters import saying
from tests.forging import of_kind, rewritten
from tests.moot import Moot

TWO = (FreeOption("a"), FreeOption("b"))


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (OpenPoll("ranking", "?", options=TWO, budget=5), "a budget its rule does not use; leave the budget out"),
        (OpenPoll("ranking", "?", options=TWO[:1]), "1 of the 2 options it needs; give more options"),
        (OpenPoll("monthly", "?"), "1 of the 2 options it needs; bring more ideas to the stage shortlist"),
        (OpenPoll("spending", "?", ideas=("i5",), budget=5), "idea i5, which is open; choose ideas that are shortlist"),
        (OpenPoll("spending", "?", ideas=("i7",), budget=5), "no cost for idea i7; improve the idea"),
        (OpenPoll("charter", "?"), "no text to decide on"),
        (OpenPoll("ranking", "?", options=TWO, amendment="x"), "one it does not decide on; give the whole new charter"),
        (OpenPoll("charter", "?", amendment=preset("product")), "the charter as it is for its new one; change something in it"),
        (OpenPoll("charter", "?", amendment="format = 1"), "a charter that cannot be put in force"),
    ],
)  # fmt: skip
def test_a_poll_that_is_not_ready_says_why(command, problem):
    moot = Moot(members=2).funded()
    moot.idea("m2", cost=5)
    moot.idea("m2", supports=3)
    with pytest.raises(Refusal, match="poll_not_ready") as refused:
        moot.do("m1", command)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("decision", "fields", "problem"),
    [
        ("monthly", {"version": 0}, "in another version than its last"),
        ("monthly", {"cost": "7"}, "in another version than its last"),
        ("monthly", {"label": "0" * 64}, "in another version than its last"),
        ("ranking", {"version": 1}, "an option of another sort"),
        ("charter", {"version": 1}, "an option of another sort"),
        ("charter", {"cost": "1"}, "an option of another sort"),
        ("charter", {"label": "0" * 64}, "an option of the wrong sort"),
        ("ranking", {"idea": "i4"}, "an option of the wrong sort"),
        ("ranking", {"label": None}, "an option of the wrong sort"),
    ],
)
def test_an_option_that_no_member_could_have_given_is_found(decision, fields, problem):
    moot = Moot(members=2)
    for author in ("m2", "m3"):
        moot.idea(author, supports=3)
    asked = {"monthly": {}, "ranking": {"options": TWO}, "charter": {"amendment": preset("product") + "# more"}}
    moot.do("m1", OpenPoll(decision, "?", **asked[decision]))

    def forged(line: dict) -> None:
        if line["kind"] == "PollOpened":
            line["body"]["options"][0].update(fields)

    report = verify(rewritten(moot, forged))
    assert report.verdict == "unsound"
    assert problem in str(report.problem)


def test_a_poll_without_the_secret_of_its_draw_is_found():
    moot = Moot(members=2)
    moot.poll()
    assert "no secret to draw by" in str(verify(rewritten(moot, of_kind("PollOpened", draw_secret=None))).problem)


@pytest.mark.parametrize(("beyond", "opens"), [(0, True), (1, False)])
def test_a_poll_ends_at_the_last_moment_there_is(beyond, opens):
    moot = Moot(members=2)
    week = 7 * 24 * 60 * 60_000
    moot.now = MOMENT_MAX - week + beyond
    if opens:
        assert moot.poll()
    else:
        with pytest.raises(Refusal, match="closes_at is [0-9]+; give milliseconds before the year 10000"):
            moot.poll()


@pytest.mark.parametrize(("cost", "opens"), [(0, True), (COST_MAX, True), (COST_MAX + 1, False)])
def test_an_option_costs_what_can_be_counted(cost, opens):
    moot = Moot(members=2)
    asked = OpenPoll("ranking", "?", options=(FreeOption("a", cost), FreeOption("b")))
    if opens:
        assert moot.do("m1", asked)
    else:
        with pytest.raises(Refusal, match="a cost out of bounds"):
            moot.do("m1", asked)


@pytest.mark.parametrize(("budget", "opens"), [(COST_MAX, True), (COST_MAX + 1, False)])
def test_a_budget_is_one_that_can_be_counted(budget, opens):
    """The funds may hold more: 2^256 - 1 wei."""
    moot = Moot(members=2).funded(AMOUNT_MAX)
    moot.idea("m2", supports=3, cost=10)
    if opens:
        assert moot.do("m1", OpenPoll("spending", "Which?", budget=budget))
    else:
        with pytest.raises(Refusal, match="with a budget of .*; give at most"):
            moot.do("m1", OpenPoll("spending", "Which?", budget=budget))


@pytest.mark.parametrize(("shortlisted", "opens"), [(2, True), (3, False)])
def test_a_poll_about_all_that_stands_in_its_stage_counts_what_stands_there(monkeypatch, shortlisted, opens):
    monkeypatch.setattr(opening, "OPTIONS_PER_POLL_MAX", 2)
    moot = Moot(members=2)
    for _ in range(shortlisted):
        moot.idea("m2", supports=3)
    for _ in range(3):
        moot.idea("m2")
    if opens:
        assert moot.do("m1", OpenPoll("monthly", "?"))
    else:
        with pytest.raises(Refusal, match="too_large: the poll has 3 options"):
            moot.do("m1", OpenPoll("monthly", "?"))


def test_a_poll_that_is_said_to_have_opened_before_it_was_asked_for_is_found():
    moot = Moot(members=2)
    moot.wait(60)
    moot.poll()
    earlier = of_kind("PollOpened", opens_at=moot.now - 60_000, closes_at=moot.now - 60_000 + 10_080 * 60_000)
    assert "an opening in the past" in str(verify(rewritten(moot, earlier)).problem)


@pytest.mark.parametrize(("count", "opens"), [(2, True), (3, False)])
def test_an_audit_counts_the_options_too(monkeypatch, count, opens):
    moot = Moot(members=2)
    moot.poll(options=count)
    monkeypatch.setattr(readiness, "OPTIONS_PER_POLL_MAX", 2)
    problem = verify(moot.community.store, allow_unsigned=True).problem
    assert (problem is None) == opens and (opens or "3 options; name at most 2" in str(problem))


def test_an_option_without_a_cost_is_named_by_its_number():
    head, tail = saying("spending", 'options = "free"').split("[decisions.spending]")
    tail = tail.replace('stage = "shortlist"\n', "", 1).replace('winners_to = "adopted"\n', "", 1)
    moot = Moot(members=2, text=f"{head}[decisions.spending]{tail}").funded()
    with pytest.raises(Refusal, match="no cost for option 2"):
        moot.do("m1", OpenPoll("spending", "?", options=(FreeOption("a", 5), FreeOption("b")), budget=9))


def test_no_two_options_are_called_alike():
    moot = Moot(members=2)
    with pytest.raises(Refusal, match="poll_not_ready: the poll has two options called 'a'"):
        moot.do("m1", OpenPoll("ranking", "?", options=(FreeOption("a"), FreeOption("b"), FreeOption("a"))))


@pytest.mark.parametrize(("members", "opens"), [(2, True), (3, False)])
def test_a_roll_has_so_much_power_and_no_more(monkeypatch, members, opens):
    monkeypatch.setattr(readiness, "POWER_TOTAL_MAX", 3)
    moot = Moot(members=members)
    if opens:
        assert moot.poll()
    else:
        with pytest.raises(Refusal, match="a power of 4; cap it in the charter"):
            moot.poll()


def ruled_by(rule: str, parameters: str = "") -> str:
    """The charter whose rankings are counted by a rule."""
    said = f'rule = "{rule}"' + (f"\nparameters = {{ {parameters} }}" if parameters else "")
    return preset("product").replace('rule = "schulze"', said, 1)


@pytest.mark.parametrize(("members", "opens"), [(3, True), (4, False)])
def test_a_poll_whose_count_could_take_too_long_is_not_opened(monkeypatch, members, opens):
    """Given as much work as the ballots of four may take, and the founder beside the members."""
    schulze = rules.rule("voting", "schulze")
    monkeypatch.setattr(readiness, "WORK_MAX", schulze.work(Shape(4, 3)))
    moot = Moot(members=members)
    if opens:
        assert moot.poll(options=3)
    else:
        with pytest.raises(Refusal, match="poll_not_ready: .* a count that could take .* steps, .*; ask about fewer options, or by a rule"):
            moot.poll(options=3)


@pytest.mark.parametrize(("rule", "ballot"), [("plurality", "single"), ("approval", "approval")])
def test_no_more_ballots_are_reckoned_with_than_there_are_to_choose_from(monkeypatch, rule, ballot):
    """Given more voters than different ballots: equal ones are counted as one."""
    most = {"single": 3, "approval": 4}[ballot]
    monkeypatch.setattr(readiness, "WORK_MAX", rules.rule("voting", rule).work(Shape(most, 2)))
    assert Moot(members=8, text=ruled_by(rule)).poll(options=2)


@pytest.mark.parametrize(
    ("rule", "parameters", "options", "opens"),
    [("kemeny", "", 16, True), ("kemeny", "", 17, False), ("pav", "seats = 2", 12, True), ("pav", "seats = 20", 60, False)],
)
def test_a_poll_whose_count_might_be_given_up_is_not_opened(rule, parameters, options, opens):
    moot = Moot(members=2, text=ruled_by(rule, parameters))
    if opens:
        assert moot.poll(options=options)
    else:
        with pytest.raises(Refusal, match=f"poll_not_ready: .* a search by {rule} among {options} options that may have to be given up"):
            moot.poll(options=options)


def test_a_log_stays_lawful_where_a_count_may_take_less(monkeypatch):
    """Given an auditor whose copy allows less work: that is no fault of the log's."""
    moot = Moot(members=2)
    moot.poll()
    monkeypatch.setattr(readiness, "WORK_MAX", 1)
    with pytest.raises(Refusal, match="a count that could take"):
        moot.poll()
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_poll_of_a_million_members_about_twenty_options_can_be_opened_under_every_preset():
    """Given the terms of each decision; then its count stays within the limit, whatever the ballots say."""
    for name in presets():
        for decision in lawful(preset(name))[DecisionTerms].by_name.values():
            rule = rules.rule("voting", decision.rule)
            shape = rules.shape_of(1_000_000, range(20), rule.complete(rule.unseeded(decision.parameters)), max(decision.points_max, 1))
            assert rule.work(shape) <= readiness.WORK_MAX and not rule.gives_up(shape), (name, decision)


@pytest.mark.parametrize(("votes_max", "opens"), [(4 * 30, True), (4 * 30 - 1, False)])
def test_a_budget_of_thirty_options_is_shared_out_by_the_best_set_where_there_are_few_votes(monkeypatch, votes_max, opens):
    """Given four voters and thirty options, whose sets cannot all be compared: no two that matter have as many votes."""
    monkeypatch.setattr(work, "SETS_MAX", votes_max + 1)
    text = re.sub(r'rule = "equal_shares"\n(parameters = .*\n)?', 'rule = "knapsack"\n', preset("budget"))
    moot = Moot(members=3, text=text).funded(1_000)
    for _ in range(30):
        moot.idea(cost=100)
    if opens:
        assert moot.poll("budget", options=0, budget=1_000)
    else:
        with pytest.raises(Refusal, match="a search by knapsack among 30 options"):
            moot.poll("budget", options=0, budget=1_000)
