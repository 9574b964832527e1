"""Pictures of a closed poll's count: drawn from its figures, said in words, without a style attribute; and the count in numbers."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import build
from api.doors.session import Sessions
from api.pages.pictures import ROUNDS_SHOWN, duels, grades, rounds, rounds_in_words
from api.views import view_of
from engine.elections import pairwise
from engine.elections.election import Election
from engine.elections.figures import Figures
from engine.features.polls.state import Polls
from engine.rules import rule, tally
from tests.api import test_ballot_files
from tests.api.conftest import HTML
from tests.api.test_ballot_files import choices, held
from tests.rules.elections import elections

HEADINGS = {
    "instant_runoff": "Round by round",
    "stv_scotland": "Round by round",
    "schulze": "Head to head",
    "star": "The runoff",
    "majority_judgment": "The grades given",
    "equal_shares": "Why the others are not funded",
}
CAST = {"ranked": ["1>2", "1>2", "1>2", "1>3", "2>3", "3>1>2", "4", "3", "2>1"], "score": ["1:5,2:3", "2:4,3:1", "3:2"]}


@pytest.fixture(autouse=True)
def more_rules(monkeypatch):
    monkeypatch.setitem(test_ballot_files.POLLS, "star", ("score", "points_max = 5"))
    monkeypatch.setitem(test_ballot_files.POLLS, "majority_judgment", ("score", "points_max = 5"))


def browser(moot) -> TestClient:
    return TestClient(build(moot.community, Sessions(bytes(32)), ("testserver",)))


def closed_by(name: str) -> tuple:
    kind = test_ballot_files.POLLS[name][0]
    cast = {"score": CAST["score"], "cumulative": ["1:2,2:1", "1:3", "3:9"]}.get(kind, CAST["ranked"])
    return held(name, cast)


@pytest.mark.parametrize("name", HEADINGS)
def test_a_closed_poll_has_its_picture(name):
    moot, poll = closed_by(name)
    page = browser(moot).get(f"/polls/{poll}", headers=HTML).text
    assert HEADINGS[name] in page and " style=" not in page and page.count("<script") == 1
    for x in re.findall(r'(?:x|x1|x2|width)="([\d.]+)%"', page):
        assert 0 <= float(x) <= 100.001


def test_an_open_poll_has_none(client, moot):
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>1")
    page = client.get(f"/polls/{poll}", headers=HTML).text
    assert not any(heading in page for heading in HEADINGS.values())
    assert client.get(f"/polls/{poll}/in-numbers").status_code == 409


def test_grades_have_their_words_on_the_ballot_and_in_the_picture(monkeypatch):
    moot, poll = closed_by("majority_judgment")
    shown = browser(moot).get(f"/polls/{poll}").json()
    assert shown["grade_words"][0] == "to reject" and len(shown["grade_words"]) == 6
    assert "in the middle: to reject" in browser(moot).get(f"/polls/{poll}", headers=HTML).text
    monkeypatch.setitem(test_ballot_files.POLLS, "majority_judgment", ("score", "points_max = 4"))
    moot, poll = held("majority_judgment", ["1:4", "1:3"])
    assert browser(moot).get(f"/polls/{poll}").json()["grade_words"] == []


@pytest.mark.parametrize("name", ["schulze", "instant_runoff", "stv_scotland", "equal_shares", "approval"])
@given(data=st.data())
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_polls_view_has_its_count_in_numbers(name, data):
    """Facts go by places in the order the options were listed in; all else by their numbers; and it is the count that was published."""
    kind = test_ballot_files.POLLS[name][0]
    moot, poll = held(name, data.draw(st.lists(choices(kind), min_size=2, max_size=5)))
    result = moot.of(Polls)[poll].result
    shown = view_of(moot.community, poll)["result"]
    numbers = shown["in_numbers"]
    if result.outcome is None:
        assert numbers is None
        return
    assert sorted(numbers["order"]) == [1, 2, 3, 4]
    json.dumps(numbers)
    if name == "schulze":
        pairs = numbers["facts"][0]
        assert numbers["figures"]["duels"] == {"options": numbers["order"], "ballots": pairs}
    if name == "equal_shares":
        assert {purse["option"] for purse in numbers["figures"].get("purses", [])} <= {1, 2, 3, 4}
    if name == "stv_scotland":
        last = numbers["figures"]["stages"][-1]
        assert sorted(last["elected"]) == list(result.winners) or result.status != "decided"
        assert all(Fraction(each["votes"]) == Fraction(result.scores[each["option"] - 1]) for each in last["votes"])
    assert view_of(moot.community, f"{poll}/in-numbers")["in_numbers"] == numbers


def test_where_options_are_many_the_count_in_numbers_has_its_own_address(client, moot, monkeypatch):
    monkeypatch.setattr("api.views.polls.IN_NUMBERS_MAX", 2)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>1", "2")
    moot.end(poll)
    assert client.get(f"/polls/{poll}").json()["result"]["in_numbers"] is None
    assert client.get(f"/polls/{poll}/in-numbers").json()["in_numbers"]["figures"]["duels"]
    assert "The count in numbers" in client.get(f"/polls/{poll}/in-numbers", headers=HTML).text


def drawn_from(figures: Figures, options: tuple[str, ...], winners: tuple[str, ...]):
    number = {name: place for place, name in enumerate(options, 1)}
    listed = [{"number": place, "label": name} for name, place in number.items()]
    return figures.as_json(number.__getitem__), listed, [number[name] for name in winners]


@pytest.mark.parametrize("name", ["instant_runoff", "ranked_choice", "stv_scotland", "stv_meek", "rctab"])
@given(data=st.data())
@settings(max_examples=60)
def test_bars_of_a_round_fill_the_line_and_ribbons_are_as_wide_as_what_moves(name, data):
    several = name not in ("instant_runoff", "ranked_choice")
    election = data.draw(elections("ranked", strict=several or rule("voting", name).strict, options_min=2))
    outcome = tally(name, election, **({"seats": 1} if several else {}))
    figures, options, winners = drawn_from(outcome.figures(), election.options, outcome.winners)
    drawn = rounds(figures.get("stages", []), options, winners)
    assert len(drawn) <= ROUNDS_SHOWN
    for each in drawn:
        assert sum(bar.width for bar in each.bars) == pytest.approx(100, abs=0.05)
        for one, other in zip(each.bars, each.bars[1:], strict=False):
            assert one.x + one.width == pytest.approx(other.x, abs=0.01)
        assert {bar.label for bar in each.bars if bar.sort == "won"} <= {f"{number}. {election.options[number - 1]}" for number in winners}
        assert f"Round {each.number}, " in rounds_in_words(drawn)
        moves = [path for path, sort in each.ribbons if sort.startswith("move")]
        ends = [float(re.search(r"L([\d.]+) 100", path)[1]) - float(re.search(r" ([\d.]+) 100L", path)[1]) for path in moves]
        stays = [
            float(re.search(r"L([\d.]+) 100", path)[1]) - float(re.search(r" ([\d.]+) 100L", path)[1])
            for path, sort in each.ribbons
            if sort.startswith("stay")
        ]
        assert not moves or sum(ends) + sum(stays) == pytest.approx(100, abs=0.05)


def test_where_several_drop_out_at_once_no_ribbon_says_whose_ballots_went_where():
    votes = Election.read("9: garden\n7: library\n2: pool > library\n1: bench > garden")
    outcome = tally("ranked_choice", votes)
    figures, options, winners = drawn_from(outcome.figures(), votes.options, outcome.winners)
    _, second = rounds(figures["stages"], options, winners)
    assert second.said == "3. pool and 4. bench drop out" and not [path for path, sort in second.ribbons if "move" in sort]


@given(elections("ranked", options_min=2))
@settings(max_examples=40)
def test_a_table_of_duels_is_antisymmetric(election):
    outcome = tally("schulze", election)
    figures, options, _ = drawn_from(outcome.figures(), election.options, outcome.winners)
    rows = duels(figures["duels"], options, [str(score) for score in outcome.scores.values()])
    for one, row in enumerate(rows):
        assert row.duels[one] is None
        for other, duel in enumerate(row.duels):
            if duel is not None:
                back = rows[other].duels[one]
                assert back is not None and (duel.ahead, duel.behind, duel.clear) == (back.behind, back.ahead, back.clear)
                assert (duel.clear == 0) == (duel.ahead == duel.behind)


@given(elections("score"))
@settings(max_examples=40)
def test_the_line_of_grades_is_full_and_its_half_lies_in_the_middle_grade(election):
    outcome = tally("majority_judgment", election)
    figures, options, winners = drawn_from(outcome.figures(), election.options, outcome.winners)
    for row in grades(figures["grades"], options, winners):
        assert sum(part[3] for part in row.parts) == pytest.approx(100, abs=0.05)
        under = [grade for grade, _, x, width, _ in row.parts if x - 0.01 <= 50 <= x + width + 0.01]
        assert row.middle in under, "of an even number the lower of the two middle grades begins just there"


def test_figures_are_worked_out_once(moot, monkeypatch):
    """A closed poll never changes, and its page is asked for again and again."""
    poll, counts = moot.poll(), []
    moot.vote(poll, "1>2", "2>1", "2")
    moot.end(poll)
    right = pairwise.duels
    monkeypatch.setattr(pairwise, "duels", lambda *given: (counts.append(1), right(*given))[1])
    shown = [view_of(moot.community, thing) for thing in (poll, poll, f"{poll}/in-numbers")]
    assert counts == [1] and shown[0]["result"]["in_numbers"] == shown[2]["in_numbers"]
