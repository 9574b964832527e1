"""Real elections, read in place: the published winners come out."""

import pytest

from engine.elections import files, pabulib
from engine.refusals import Refusal
from engine.rules import tally
from tests.conftest import SHARED, shared

PABULIB = sorted(path.name for path in (SHARED / "elections/pabulib").glob("*.pb"))
OFFICIAL = {
    "Poland_Wroclaw_2018.pb": (4, 4_000_000),
    "Poland_Warszawa_2021_Mokotow.pb": (22, 7_146_872),
    "Poland_Wieliczka_2023_Green_Budget.pb": (30, 995_079),
}
"""Funded projects and what they cost, as the cities decided (shared/elections/README.md)."""


def budget(name: str) -> pabulib.Budget:
    return pabulib.read(files.read_text(shared(f"elections/pabulib/{name}")))


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_official_projects_are_funded(name):
    file = budget(name)
    rule, parameters = file.rule
    outcome = tally(rule, file.election.merged(), **parameters)
    places = tuple(file.election.options.index(winner) for winner in outcome.winners)
    assert (len(places), sum(file.election.costs[place] for place in places)) == OFFICIAL[name]
    assert places == file.selected


@pytest.mark.parametrize("name", PABULIB or ["Poland_Wroclaw_2018.pb"])
def test_every_file_has_as_many_votes_and_projects_as_it_says(name):
    file = budget(name)
    assert len(file.election.table) == int(file.meta["num_votes"])
    assert len(file.election.options) == int(file.meta["num_projects"])
    assert all(name not in repr(file.meta).lower().replace("voter", "") for name in ("'age'", "'sex'"))


def preflib(name: str):
    return files.read(shared(f"elections/preflib/{name}"))


def test_burlington_2009_had_three_winners_by_three_rules():
    election = preflib("00005 - burlington/00005-00000002.toi")
    assert tally("instant_runoff", election).winners == ("Bob Kiss",)
    assert tally("schulze", election).winners == ("Andy Montroll",)
    assert "Kiss" in tally("instant_runoff", election).steps[-1]


def test_burlington_2006_elected_kiss():
    assert tally("instant_runoff", preflib("00005 - burlington/00005-00000001.toi")).winners == ("Bob Kiss",)


@pytest.mark.parametrize(
    ("number", "won"),
    [(1, "Bdale Garbee"), (3, "Branden Robinson"), (5, "Sam Hocevar"), (6, "Stefano Zacchiroli"), (7, "Stefano Zacchiroli"), (8, "Swirl")],
)
def test_debian_elected_by_schulze(number, won):
    """2003 and 2006 are left out: those files lost ballot information (shared/elections/README.md)."""
    election = preflib(f"00002 - debian/00002-0000000{number}.toc")
    assert tally("schulze", election).winners == (won,)


@pytest.mark.parametrize(
    "path", sorted(str(p.relative_to(SHARED)) for p in (SHARED / "elections/preflib").rglob("*.*") if p.suffix != ".txt") or ["x"]
)
def test_every_preflib_file_is_read_whole(path):
    file = shared(path)
    election = files.read(file)
    stated = next(line for line in file.read_text().splitlines() if line.startswith("# NUMBER VOTERS"))
    assert election.total == int(stated.split(":")[1])


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "has no part META"),
        ("META\nkey;value\nbudget;5\nvote_type;wishes\nPROJECTS\nproject_id;cost\n1;5\nVOTES\nvoter_id;vote\n1;1", "type 'wishes'"),
        (
            "META\nkey;value\nbudget;5\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;5\nVOTES\nvoter_id;vote\n1;2",
            "which is not a project",
        ),
        ("META\nkey;value\nbudget;x\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;5\nVOTES\nvoter_id;vote\n1;1", "where an amount"),
        ("META\nkey;value\nbudget;5\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;5\nVOTES\nvoter_id;vote\n1", "has 1 fields"),
        ("META\nkey;value\nbudget;5\nvote_type;cumulative\nPROJECTS\nproject_id;cost\n1;5\nVOTES\nvoter_id;vote;points\n1;1;x", "points"),
    ],
)
def test_a_file_we_cannot_count_is_refused_by_name(text, fact):
    with pytest.raises(Refusal, match=fact):
        pabulib.read(text)


@pytest.mark.parametrize(
    ("terms", "funded_count", "cost"),
    [
        # as the town counted: adding goes on until the outcome would cost too much, then greedy is no better
        ({"completion": "add_one", "compare": "satisfaction"}, 30, 995_079),
        # as pabutools stops: at the first outcome beside which nothing else fits
        ({"completion": "add_one", "stop": "exhaustive"}, 31, 984_579),
    ],
)
def test_wieliczka_with_either_end_of_adding(terms, funded_count, cost):
    election = budget("Poland_Wieliczka_2023_Green_Budget.pb").election
    outcome = tally("equal_shares", election, **terms)
    costs = dict(zip(election.options, election.costs, strict=True))
    assert (len(outcome.winners), sum(costs[name] for name in outcome.winners) // 10**election.decimals) == (funded_count, cost)


@pytest.mark.parametrize("completion", ["utilitarian", "add_one_utilitarian"])
def test_after_a_utilitarian_completion_nothing_supported_fits(completion):
    election = budget("Poland_Wieliczka_2023_Green_Budget.pb").election
    outcome = tally("equal_shares", election, completion=completion)
    costs = dict(zip(election.options, election.costs, strict=True))
    left = election.budget - sum(costs[name] for name in outcome.winners)
    assert left >= 0 and all(costs[name] > left for name in election.options if name not in outcome.winners)
    assert set(outcome.winners) >= set(
        tally("equal_shares", election, completion=completion.replace("_utilitarian", "").replace("utilitarian", "none")).winners
    )


def test_wieliczka_counted_by_its_own_name_gives_its_own_outcome():
    election = files.read(shared("elections/pabulib/Poland_Wieliczka_2023_Green_Budget.pb"))
    outcome = tally("wieliczka_2023", election)
    spent = sum(election.costs[election.options.index(name)] for name in outcome.winners)
    assert (outcome.rule, len(outcome.winners), spent) == ("wieliczka@2023", 30, 995_079)
