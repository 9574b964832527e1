"""What a charter may say of its decisions: each bound at its very number, and every way to ask wrongly."""

from __future__ import annotations

import re

import pytest

from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import Polls
from engine.features.polls.terms import ACTIVE_DAYS_MAX, MINUTES_MAX
from engine.kernel.charter import preset
from engine.limits import POINTS_PER_BALLOT_MAX
from engine.refusals import Refusal
from tests.moot import Moot

OF_THE_ACTIVE = 'quorum = { basis = "active", percent_min = 20 }\nactive_days = 9'


def saying(decision: str, *lines: str, text: str = preset("product")) -> str:
    """A charter of whose decisions one says these lines, in place of what it said there."""
    head, said, rest = re.split(rf"(?s)(?<=\[decisions\.{decision}\])(.*?)(?=\n\n)", text, maxsplit=1)
    for line in lines:
        key = line.split(" = ", maxsplit=1)[0]
        said = re.sub(rf"(?m)^{key} = .*\n?", "", said).rstrip("\n") + f"\n{line}"
    return head + said + rest


def without(section: str, text: str) -> str:
    return re.sub(rf"(?ms)^\[+{section}.*?(?=^\[|\Z)", "", text)


@pytest.mark.parametrize(
    ("lines", "name", "least", "most"),
    [
        (['ends = ["all_voted"]', "hand_after_minutes = 0"], "minutes_open = {}", 1, MINUTES_MAX),
        ([f"minutes_open = {MINUTES_MAX}"], "hand_after_minutes = {}", 0, MINUTES_MAX),
        ([], "points_max = {}", 0, POINTS_PER_BALLOT_MAX),
        ([], "active_days = {}", 0, ACTIVE_DAYS_MAX),
        ([], 'quorum = {{ basis = "eligible", percent_min = {} }}', 1, 100),
    ],
)
def test_every_number_has_its_bounds(lines, name, least, most):
    for number in (least, most):
        assert Moot(text=saying("ranking", *lines, name.format(number))).poll()
    for number in (least - 1, most + 1):
        with pytest.raises(Refusal, match="charter_wrong|field_wrong"):
            Moot(text=saying("ranking", *lines, name.format(number)))


@pytest.mark.parametrize(
    ("decision", "lines", "fact"),
    [
        ("ranking", ["minutes_open = 0"], "decisions.ranking.minutes_open is 0; give 1 to"),
        ("ranking", ['quorum = { basis = "eligible", percent_min = 101 }'], "quorum.percent_min is 101; give 0 to 100"),
        ("ranking", ['quorum = { basis = "none", percent_min = 5 }'], "asks for a part of nothing"),
        ("ranking", ['secrecy = "whispered"'], "decisions.ranking.secrecy"),
        ("ranking", ['rule = "score"'], "points_max is not given, and one ballot could outweigh all others"),
        ("charter", ['ties = "oldest"'], "ties is oldest for an amendment"),
        ("spending", ['ties = "status_quo"'], "ties is status_quo for equal_shares, which ties inside"),
        ("ranking", ['rule = "sntv"', "parameters = { seats = 2 }", 'ties = "status_quo"'], "ties is status_quo for sntv, which ties inside"),
        ("ranking", ['ties = "previous_round"'], "ties is previous_round for schulze, which has no rounds"),
        (
            "ranking",
            ['rule = "rctab"', 'parameters = { seats = 1, ties = "random", tie_seed = 5 }', 'ties = "lot"'],
            "parameters.ties is random: what options are called would decide",
        ),
        ("ranking", ['rule = "random_ballot"', 'ties = "oldest"'], "ties does not draw the seed random_ballot needs"),
        ("ranking", ['rule = "sntv"'], "parameters does not say how many are elected; give parameters = { seats = 3 }"),
        ("monthly", ['rule = "yes_no"', 'ties = "oldest"'], "rule asks about for, against, abstain; give options"),
        ("ranking", ['stage = "open"'], "names a stage but is not about ideas"),
        ("ranking", ['winners_to = "adopted"'], "names a stage but is not about ideas"),
        ("ranking", ['options = "ideas"'], "decisions.ranking.stage is missing"),
        ("monthly", ['stage = "nowhere"'], "decisions.monthly.stage"),
        ("monthly", ['winners_to = "nowhere"'], "decisions.monthly.stage"),
    ],
)  # fmt: skip
def test_a_decision_that_asks_wrongly_is_refused(decision, lines, fact):
    with pytest.raises(Refusal, match=re.escape(fact)):
        Moot(text=saying(decision, *lines))


def test_a_budget_needs_money_to_be_counted_in():
    text = preset("product").replace('unit = "EUR"', 'unit = ""')
    with pytest.raises(Refusal, match="rule shares out a budget"):
        Moot(text=text)


def test_a_charter_has_a_decision():
    text = without("amendments", without("decisions", preset("product"))) + "\n[decisions]\n"
    with pytest.raises(Refusal, match="decisions is empty"):
        Moot(text=text)


def test_where_only_voting_makes_active_some_decision_asks_all():
    """Else nobody would be before the first poll, and there could be none."""
    text = preset("product")
    for section in ("ideas", r"decisions\.(monthly|spending|charter)", "amendments", r"points", r"rewards"):
        text = without(section, text)
    assert Moot(text=text).poll()
    with pytest.raises(Refusal, match=re.escape("without [ideas] nobody is before the first poll")):
        Moot(text=saying("ranking", OF_THE_ACTIVE, text=text))


def test_a_decision_that_names_no_ballot_takes_the_first_its_rule_counts():
    moot = Moot(members=1, text=saying("ranking", 'rule = "greedy"')).funded()
    options = tuple(FreeOption(label, 10) for label in "abc")
    poll = f"p{moot.do('m1', OpenPoll('ranking', 'Which?', options=options, budget=20)).seq}"
    moot.vote(poll, "1,3", "1,3")
    moot.end(poll)
    assert (moot.of(Polls)[poll].asked.terms.ballot, moot.of(Polls)[poll].result.winners) == ("approval", (1, 3))
