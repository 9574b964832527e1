"""The ballots of a closed poll as files: what is downloaded counts as the poll was counted, or is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.ballot_files import FORMATS, file_of
from api.counted import counted
from api.explaining import explained
from engine import rules
from engine.elections import files, pabulib
from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import Polls
from engine.kernel import charter as charters
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.refusals import Refusal
from tests.delegating import delegate, delegating, hold
from tests.moot import Moot

COSTS = (60, 50, 40, 10)
POLLS = {
    "schulze": ("ranked", ""),
    "instant_runoff": ("ranked", ""),
    "ranked_choice": ("strict", "parameters = { batch = false }"),
    "stv_scotland": ("strict", "parameters = { seats = 2 }"),
    "plurality": ("single", ""),
    "approval": ("approval", ""),
    "seq_phragmen": ("approval", "parameters = { seats = 2 }"),
    "score": ("score", "points_max = 5"),
    "cumulative": ("cumulative", "points_max = 9"),
    "quadratic": ("quadratic", "points_max = 9"),
    "random_ballot": ("single", ""),
    "greedy": ("approval", ""),
    "equal_shares": ("cumulative", 'points_max = 9\nballot = "cumulative"\nparameters = { completion = "add_one", increment = 2 }'),
    "knapsack": ("knapsack", 'ballot = "knapsack"'),
}
"""Rules with the kind of ballot a poll by each asks for here, and their other terms."""
BUDGETS = ("greedy", "equal_shares", "knapsack")


def held(rule: str, choices: list[str], labels=("a", "b", "c", "d"), secrecy: str = "open", powers: int = 0, decimals: int = 0) -> tuple:
    """A community with a closed poll by a rule in which these ballots were cast; `powers` is for how much awarded points count."""
    terms = f'rule = "{rule}"\n{POLLS[rule][1]}\n' + ('power = "by_points"\n' if powers else "")
    head, _, tail = charters.preset("product").partition("[decisions.ranking]")
    tail = tail.replace('rule = "schulze"\n', terms, 1).replace('secrecy = "until_close"', f'secrecy = "{secrecy}"', 1)
    moot = Moot(members=len(choices), text=f"{head}[decisions.ranking]{tail}".replace("decimals = 2", f"decimals = {decimals}")).funded()
    for number, member in enumerate(moot.members[1:], 1):
        if powers:
            moot.do("m1", AwardPoints(member, number * powers, "help"))
    if rule in BUDGETS:
        options = tuple(FreeOption(label, cost) for label, cost in zip(labels, COSTS, strict=False))
        poll = f"p{moot.do('m1', OpenPoll('ranking', 'Which?', options=options, budget=100)).seq}"
    else:
        poll = f"p{moot.do('m1', OpenPoll('ranking', 'Which?', options=tuple(map(FreeOption, labels)))).seq}"
    moot.members = moot.members[1:]
    moot.vote(poll, *choices)
    moot.end(poll)
    return moot, poll


@st.composite
def choices(draw, kind: str, options: int = 4) -> str:
    numbers = draw(st.lists(st.integers(1, options), unique=True, max_size=options))
    if kind == "strict":
        return ">".join(map(str, numbers))
    if kind == "ranked":
        return "".join(f"{draw(st.sampled_from('>=')) if place else ''}{number}" for place, number in enumerate(numbers))
    if kind == "single":
        return str(numbers[0]) if numbers else ""
    if kind == "approval":
        return ",".join(map(str, numbers))
    if kind == "knapsack":
        kept = []
        for number in numbers:
            if sum(COSTS[each - 1] for each in kept) + COSTS[number - 1] <= 100:
                kept.append(number)
        return ",".join(map(str, kept))
    most = {"score": 5, "cumulative": 2, "quadratic": 1}[kind]
    return ",".join(f"{number}:{draw(st.integers(1, most))}" for number in numbers)


def tallied(file, path: Path):
    """The file counted by the very command that comes with it."""
    words = file.command.split()
    assert words[:3] == ["folkmoot", "tally", file.name] and words[3] == "--rule"
    election = files.parse(file.text, path)
    known = {"true": True, "false": False}
    given = {}
    for item in words[5:]:
        if item != "--set":
            name, _, value = item.strip("'").partition("=")
            given[name] = known.get(value, int(value) if value.isdecimal() and len(value) < 30 else value)
    return rules.tally(words[4], election, **given)


@pytest.mark.parametrize("rule", POLLS)
@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_downloaded_counts_as_the_poll_was_counted(rule, data):
    """In every format, or it is refused; and the winners are those of the poll, before ties are broken as its charter says."""
    cast = data.draw(st.lists(choices(POLLS[rule][0]), min_size=2, max_size=6))
    powers = data.draw(st.sampled_from([0, 3]))
    moot, poll = held(rule, cast, secrecy=data.draw(st.sampled_from(["open", "until_close"])), powers=powers)
    known = moot.of(Polls)[poll]
    source = counted(moot.community, known)
    written = 0
    for file_format in FORMATS:
        try:
            file = file_of(moot.community, poll, file_format)
        except Refusal as refusal:
            assert refusal.code in ("ballot_kind_wrong", "file_foreign", "election_wrong"), str(refusal)
            continue
        written += 1
        again = tallied(file, Path(file.name))
        if known.result.outcome is None:
            continue
        right = rules.count(rules.rule("voting", rule), source.election([*"abcd"]), source.election().rule[1])
        assert again.winners == right.winners and again.ties == right.ties, file_format
        unbroken = len(again.winners) == 1 or rules.rule("voting", rule).elects != "one"
        if unbroken and known.result.status == "decided":
            assert sorted("abcd".index(name) + 1 for name in again.winners) == list(known.result.winners)
    if any(cast) and known.result.outcome is not None:
        assert written, "some format holds every poll"


def test_a_pabulib_file_names_voters_as_the_log_does_and_no_other_format_names_anybody():
    moot, poll = held("greedy", ["1", "2,3", "1,4"])
    text = file_of(moot.community, poll, "pb").text
    assert [line.split(";")[0] for line in text.partition("voter_id;vote\n")[2].splitlines()] == moot.members
    moot, poll = held("schulze", ["1>2", "2", "1>2"])
    for file_format in ("soi", "blt", "csv", "txt"):
        assert not any(member in file_of(moot.community, poll, file_format).text for member in moot.members)


def test_where_ballots_have_different_power_a_pabulib_line_is_no_voter():
    moot, poll = held("greedy", ["1", "2,3"], powers=2)
    text = file_of(moot.community, poll, "pb").text
    assert not any(member in text for member in moot.members)
    power = moot.of(Polls)[poll].result.power_cast
    assert pabulib.read(text).election.total == power > 2


def test_ballots_of_an_open_poll_stay_where_they_are(client, moot):
    poll = moot.poll()
    moot.vote(poll, "1>2")
    answer = client.get(f"/polls/{poll}/ballots")
    assert (answer.status_code, answer.json()["code"]) == (409, "poll_still_open")


def test_a_file_comes_with_its_name_and_media_type(client, moot):
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>1", "1")
    moot.end(poll)
    for file_format, ending, media_type in (("preflib", "soi", "text/plain"), ("csv", "csv", "text/csv"), ("blt", "blt", "text/plain")):
        answer = client.get(f"/polls/{poll}/ballots?format={file_format}")
        assert answer.status_code == 200 and answer.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert answer.headers["content-disposition"] == f'attachment; filename="{poll}.{ending}"'
        assert files.parse(answer.text, Path(f"{poll}.{ending}")).total == 3
    assert client.get(f"/polls/{poll}/ballots").text.startswith("ballots: ranked\n")


@pytest.mark.parametrize(
    ("query", "fact"),
    [
        ("format=doc", "the format is 'doc'"),
        ("format=pb", "the election is not a budget"),
        ("format=cat", "these ballots leave options out"),
        ("format=txt&names=who", "names is 'who'"),
    ],
)
def test_a_format_that_cannot_be_is_refused_by_name(client, moot, query, fact):
    poll = moot.poll()
    moot.vote(poll, "1>2", "2")
    moot.end(poll)
    answer = client.get(f"/polls/{poll}/ballots?{query}")
    said = answer.json()
    assert answer.status_code == 422 and fact in f"{said['thing']} {said['fact']}"


def test_names_that_a_format_cannot_hold_are_asked_for_by_number():
    moot, poll = held("greedy", ["1", "2"], labels=("bread, butter", "b", "c", "d"))
    with pytest.raises(Refusal, match="ask for its options by their numbers"):
        file_of(moot.community, poll, "pb")
    assert sorted(pabulib.read(file_of(moot.community, poll, "pb", numbers=True).text).election.options) == ["1", "2", "3", "4"]


def test_what_was_erased_is_in_no_file_and_whose_member_is_forgotten_still_counts():
    moot, poll = held("schulze", ["1>2", "2", "1"], labels=("secret", "b", "c"))
    moot.do("m1", EraseText(int(poll[1:]), "options.0.label", "asked"))
    moot.do("m1", ForgetMember(moot.members[0]))
    file = file_of(moot.community, poll, "txt")
    assert "secret" not in file.text and "(erased)" in file.text and file.ballots == 3


def test_a_poll_without_a_ballot_has_no_file(client, moot):
    poll = moot.poll()
    moot.end(poll)
    assert client.get(f"/polls/{poll}/ballots").json()["fact"] == "was closed without a ballot"
    assert client.get(f"/polls/{poll}").json()["result"]["formats"] == []


@pytest.mark.parametrize("rule", POLLS)
def test_the_poll_names_formats_that_have_a_place_for_its_ballots(rule):
    from fastapi.testclient import TestClient

    from api.app import build
    from api.doors.session import Sessions

    cast = {"ranked": "2>1", "strict": "2>1", "single": "2", "approval": "2,3", "knapsack": "2,3"}.get(POLLS[rule][0], "2:1,3:1")
    moot, poll = held(rule, [cast, cast, ""])
    client = TestClient(build(moot.community, Sessions(bytes(32)), ("testserver",)))
    named = client.get(f"/polls/{poll}").json()["result"]["formats"]
    assert named
    for file_format in named:
        assert client.get(f"/polls/{poll}/ballots?format={file_format}").status_code == 200, file_format
    assert explained(moot.community, moot.of(Polls)[poll], 0) is not None


def test_a_delegated_budget_is_downloaded_with_what_its_ballots_carry():
    """Its `.pb` had a line for each voter, without the votes they carried, and another project won by it."""
    text = delegating(charters.preset("product")).replace('rule = "equal_shares"', 'rule = "greedy"')
    text = text.replace('parameters = { utility = "cost", completion = "add_one", increment = 100, compare = "satisfaction" }\n', "")
    moot = Moot(members=7, text=text).funded()
    moot.idea("m2", supports=5, cost=100)
    moot.idea("m3", supports=5, cost=100)
    delegate(moot, "m2>m1", "m3>m1", "m4>m1")
    poll = f"p{moot.do('m1', OpenPoll('spending', 'Which?', budget=100)).seq}"
    moot.do("m1", CastBallot(poll, "1"))
    for member in ("m5", "m6"):
        moot.do(member, CastBallot(poll, "2"))
    assert hold(moot, poll).winners == (1,)
    for file_format in ("pb", "txt"):
        file = file_of(moot.community, poll, file_format, numbers=True)
        assert tallied(file, Path(file.name)).winners == ("1",), file_format
