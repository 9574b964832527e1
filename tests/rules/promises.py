"""Each promise a voting rule can make, as a law that Hypothesis tries to break.

A law draws an election and looks at a rule's answers; it returns nothing and asserts. Definitions as in
`../shared/facts/voting.md` section 2; ties follow the sets of winners (an option "wins" when it is among them).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import numpy as np
from hypothesis import strategies as st

from engine import rules
from engine.elections.election import Election
from engine.elections.grades import as_points
from engine.elections.outcome import Outcome
from tests.rules.elections import changed, election_of, elections, row, strict_row
from tests.rules.prices import priceable as priced

Law = Callable[[rules.Rule, dict[str, Any], st.DataObject], None]


def winners(rule: rules.Rule, given: dict[str, Any], election: Election) -> set[str]:
    return set(count(rule, given, election).winners)


def count(rule: rules.Rule, given: dict[str, Any], election: Election) -> Outcome:
    return rules.count(rule, election, given)


def some(rule: rules.Rule, data: st.DataObject, **bounds: Any) -> Election:
    kind = data.draw(st.sampled_from(rule.ballots))
    if rule.roles:
        bounds |= {"options_min": len(rule.roles) - 1, "options_max": len(rule.roles)}
    bounds = {"options_min": 1 if rule.elects != "several" else 3 if rule.strict else 2} | bounds
    return data.draw(elections(kind, budget=rule.elects == "budget", strict=rule.strict, **bounds))


def anonymity(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Who cast a ballot does not matter, nor whether equal ballots stand in one row."""
    election = some(rule, data)
    order = data.draw(st.permutations(range(len(election.table))))
    shuffled = changed(election, table=election.table[order], weights=election.weights[order])
    apart = changed(election, table=np.repeat(election.table, election.weights, axis=0), weights=np.ones(election.total, np.int64))
    outcome = count(rule, given, election)
    assert outcome.digest() == count(rule, given, shuffled).digest() == count(rule, given, apart).digest()
    assert outcome.digest() == count(rule, given, election.merged()).digest()


def neutrality(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """What options are called does not matter, nor, unless a tie is broken by it, their order."""
    election = some(rule, data)
    order = data.draw(st.permutations(range(len(election.options))))
    costs = None if election.costs is None else tuple(election.costs[place] for place in order)
    moved = changed(election, options=tuple(election.options[place] for place in order), table=election.table[:, order], costs=costs)
    ours, theirs = count(rule, given, election), count(rule, given, moved)
    assert ours.scores == theirs.scores or ours.ties or theirs.ties
    if rule.elects == "one" or not (ours.ties or theirs.ties):
        assert set(ours.winners) == set(theirs.winners)
    renamed = changed(election, options=tuple(f"x{name}" for name in election.options))
    assert [f"x{name}" for name in ours.winners] == list(count(rule, given, renamed).winners)


def unanimity(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """What everybody alone puts first wins; what everybody alone supports is funded if the budget allows."""
    kind = data.draw(st.sampled_from(rule.ballots))
    # Borda's points for a budget give the last of a ranking nothing, and so the only one.
    option_count = data.draw(st.integers(2 if kind == "ranked" and rule.elects == "budget" else 1, 5))
    best = data.draw(st.integers(0, option_count - 1))
    ballot = (
        [0 if place == best else option_count for place in range(option_count)]
        if kind == "ranked"
        else [int(place == best) for place in range(option_count)]
    )
    election = Election.of("abcde"[:option_count], kind, [ballot] * 3, None, [5] * option_count, 5)
    assert winners(rule, given, election) == {election.options[best]}


def majority(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """An option that more than half put first, alone, wins alone."""
    election = some(rule, data)
    firsts = (election.table == 0) if election.kind == "ranked" else (election.table == 1)
    alone = firsts.sum(axis=1) == 1
    for place, name in enumerate(election.options):
        if 2 * int(election.weights[alone & firsts[:, place]].sum()) > election.total:
            assert winners(rule, given, election) == {name}


def majority_loser(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """An option that more than half rank below every other, with all ballots strict, does not win."""
    election = _strict(data)
    for place, name in enumerate(election.options):
        last = election.table[:, place] == len(election.options) - 1
        if 2 * int(election.weights[last].sum()) > election.total:
            assert name not in winners(rule, given, election)


def condorcet(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """An option that beats every other in pairs wins alone."""
    election = some(rule, data)
    pairs = election.pairwise
    for place, name in enumerate(election.options):
        if all(pairs[place, other] > pairs[other, place] for other in range(len(pairs)) if other != place):
            assert winners(rule, given, election) == {name}


def condorcet_loser(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """An option that loses to every other in pairs does not win (strict ballots)."""
    election = _strict(data)
    pairs = election.pairwise
    for place, name in enumerate(election.options):
        if all(pairs[place, other] < pairs[other, place] for other in range(len(pairs)) if other != place):
            assert name not in winners(rule, given, election)


def smith(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Winners come from the smallest set whose members beat everybody outside it."""
    election = some(rule, data)
    pairs, option_count = election.pairwise, len(election.options)
    beats = pairs > pairs.T
    order = sorted(range(option_count), key=lambda place: -int(beats[place].sum() * 2 + (pairs[place] == pairs[:, place]).sum()))
    for size in range(1, option_count + 1):
        inside = set(order[:size])
        if all(beats[one, other] for one in inside for other in range(option_count) if other not in inside):
            assert winners(rule, given, election) <= {election.options[place] for place in inside}
            return


def monotonicity(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """A winner that is raised on some ballot, nothing else changing, still wins."""
    election = _strict(data) if rule.ballots == ("ranked",) and data.draw(st.booleans()) else some(rule, data)
    winner = data.draw(st.sampled_from(sorted(winners(rule, given, election))))
    place, ballot = election.options.index(winner), data.draw(st.integers(0, len(election.table) - 1))
    table = election.table.copy()
    if election.kind == "ranked":
        table[ballot, place] = -1
        named = table[ballot] < len(election.options)  # what is left out stays out: some rules count only what is named
        table[ballot, named] = np.unique(table[ballot, named], return_inverse=True)[1]
    elif election.kind == "single":
        table[ballot] = 0
        table[ballot, place] = 1
    else:
        table[ballot, place] = 1 if election.kind == "approval" else table[ballot, place] + 1
    assert winner in winners(rule, given, changed(election, table=table))


def participation(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Casting a ballot does not make the outcome worse for whoever casts it: with one winner before and after,
    the one after is no lower on the ballot."""
    election = some(rule, data)
    ballot = np.array(data.draw(row(election.kind, len(election.options))))
    before = winners(rule, given, election)
    more = changed(election, table=np.vstack([election.table, ballot]), weights=np.append(election.weights, 1))
    after = winners(rule, given, more)
    if len(before) == len(after) == 1:
        old, new = (election.options.index(next(iter(won))) for won in (before, after))
        better = ballot[new] <= ballot[old] if election.kind == "ranked" else ballot[new] >= ballot[old]
        assert better


def reinforcement(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """What two electorates both choose, they choose together."""
    kind, option_count = data.draw(st.sampled_from(rule.ballots)), data.draw(st.integers(1, 4))
    one = election_of(data.draw, kind, option_count, 5, False)
    two = election_of(data.draw, kind, option_count, 5, False)
    both = changed(one, table=np.vstack([one.table, two.table]), weights=np.append(one.weights, two.weights))
    common = winners(rule, given, one) & winners(rule, given, two)
    if common:
        assert winners(rule, given, both) == common


def clone_independence(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """A copy of an option, beside it on every ballot, helps and harms nobody else (and the copies together neither)."""
    option_count = data.draw(st.integers(2, 4))
    if "ranked" not in rule.ballots:
        election = election_of(data.draw, rule.ballots[0], option_count, 6, False)
        place = data.draw(st.integers(0, option_count - 1))
        table = np.column_stack([election.table, election.table[:, place]])
    else:
        election = _strict(data, option_count)
        place = data.draw(st.integers(0, option_count - 1))
        after = data.draw(st.lists(st.booleans(), min_size=len(election.table), max_size=len(election.table)))
        table = np.column_stack([2 * election.table, 2 * election.table[:, place] + np.where(after, 1, -1)])
        table = table.argsort(axis=1).argsort(axis=1)
    name = election.options[place]
    cloned = changed(election, options=(*election.options, "clone"), table=table)
    before, after_it = winners(rule, given, election), winners(rule, given, cloned)
    assert before - {name} == after_it - {name, "clone"}
    assert (name in before) == bool(after_it & {name, "clone"})


def solid_coalitions(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Whoever are more than k quotas and rank the same options above all others elect k of them, if there are so many
    (proportionality for solid coalitions, Dummett 1984, with Droop's quota)."""
    election = some(rule, data)
    seats, option_count = given["seats"], len(election.options)
    if seats > option_count:
        return
    won = winners(rule, given, election)
    for size in range(1, option_count):
        for group in combinations(range(option_count), size):
            inside = election.table[:, list(group)].max(axis=1)
            outside = np.delete(election.table, list(group), axis=1).min(axis=1)
            solid = int(election.weights[(inside < outside) & (inside < option_count)].sum())
            due = min(sum(solid * (seats + 1) > k * election.total for k in range(1, seats + 1)), size)
            assert len(won & {election.options[place] for place in group}) >= due


def house_monotonicity(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """One seat more takes nobody's seat."""
    election = some(rule, data)
    for seats in range(1, len(election.options)):
        fewer, more = (winners(rule, given | {"seats": each}, election) for each in (seats, seats + 1))
        assert fewer < more


def proportional(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Whoever are l quotas and agree on l options have l of those that any of them approves elected
    (proportional justified representation, Sánchez-Fernández et al. 2017)."""
    election = some(rule, data)
    seats = data.draw(st.integers(1, len(election.options)))
    won = winners(rule, given | {"seats": seats}, election)
    chosen = np.array([name in won for name in election.options])
    for size in range(1, len(election.options) + 1):
        for agreed in combinations(range(len(election.options)), size):
            group = election.support[:, list(agreed)].all(axis=1)
            # Of all groups that agree, those whose elected options lie in a small set are the worst off.
            for served in range(size):
                for inside in combinations(np.flatnonzero(chosen).tolist(), served):
                    outside = chosen.copy()
                    outside[list(inside)] = False
                    worst = group & ~(election.support & outside).any(axis=1)
                    assert int(election.weights[worst].sum()) * seats < size * election.total or not worst.any()


def extended_justified(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Of those who are l quotas together and agree on l options, somebody approves l of the elected
    (extended justified representation, Aziz et al. 2017)."""
    election = some(rule, data)
    seats = data.draw(st.integers(1, len(election.options)))
    won = winners(rule, given | {"seats": seats}, election)
    served = election.support[:, [name in won for name in election.options]].sum(axis=1)
    for size in range(1, seats + 1):
        for agreed in combinations(range(len(election.options)), size):
            left_out = election.support[:, list(agreed)].all(axis=1) & (served < size)
            assert int(election.weights[left_out].sum()) * seats < size * election.total or not left_out.any()


def reversal_symmetry(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Who wins alone does not win when everybody turns their ballot around (Saari 1994)."""
    election = _strict(data)
    won = winners(rule, given, election)
    if len(won) == 1 and len(election.options) > 1:
        around = len(election.options) - 1 - election.table
        assert not won & winners(rule, given, changed(election, table=around))


def resolvability(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Whoever is among the tied wins alone with one more ballot of some kind (Tideman 1987)."""
    election = _strict(data)
    won, option_count = winners(rule, given, election), len(election.options)
    if option_count > 4 or len(won) < 2:
        return
    for name in won:
        place = election.options.index(name)
        others = [each for each in range(option_count) if each != place]
        ballots = ([0 if each == place else 1 + order.index(each) for each in range(option_count)] for order in permutations(others))
        weights = np.append(election.weights, 1)
        assert any(
            winners(rule, given, changed(election, table=np.vstack([election.table, ballot]), weights=weights)) == {name}
            for ballot in ballots
        )


def within_budget(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """What is funded costs no more than there is, and nothing is funded that nobody supports."""
    election = some(rule, data)
    funded = winners(rule, given, election)
    costs = dict(zip(election.options, election.costs or (), strict=True))
    assert sum(costs[name] for name in funded) <= (election.budget or 0)
    support = dict(zip(election.options, as_points(election).support.any(axis=0), strict=True))
    assert all(support[name] for name in funded)


def justified(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """No group that can pay for an option with its part of the budget, all supporting it, is left with nothing at all
    (justified representation)."""
    election = data.draw(elections("approval", budget=True))
    won = winners(rule, given, election)
    chosen = [place for place, name in enumerate(election.options) if name in won]
    empty = ~election.support[:, chosen].any(axis=1)
    for place in range(len(election.options)):
        group = int(election.weights[empty & election.support[:, place]].sum())
        cost, budget = (election.costs or ())[place], election.budget or 0
        if group and place not in chosen:
            assert group * budget < cost * election.total


def priceable(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Voters with equal purses can have paid for what is elected, and nobody has enough left for what is not (Peters & Skowron 2020)."""
    election = data.draw(elections("approval", budget=rule.elects == "budget", options_min=2))
    won = {election.options.index(name) for name in winners(rule, given, election)}
    if not election.support[:, sorted(won)].any(axis=0).all():
        return  # seats that nobody is left for
    fixed = rule.name == "equal_shares" and given["completion"] == "none"
    purse = Fraction(election.budget or 0, election.total) if fixed else None
    assert priced(election, list(election.costs or [1] * len(election.options)), won, purse)


def extended_up_to_one(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Of those who can pay for some options together, somebody gets what they all see in them, or would with one of these more
    (extended justified representation up to one project; Peters, Pierczyński & Skowron 2021)."""
    utility = given.get("utility", "cost")
    election = data.draw(elections("cumulative" if utility == "additive" else "approval", budget=True, options_max=4))
    costs = np.array(election.costs)
    worth = election.table * (costs if utility == "cost" else 1)
    funded = {election.options.index(name) for name in winners(rule, given, election)}
    gets = worth[:, sorted(funded)].sum(axis=1)
    for group in _groups(election):
        for wanted in _sets(election, group):
            if int(costs[wanted].sum()) * election.total <= int(election.weights[group].sum()) * (election.budget or 0):
                due = worth[np.ix_(group, wanted)].min(axis=0).sum()
                missed = [place for place in wanted if place not in funded]
                assert any(gets[who] >= due or any(gets[who] + worth[who, place] > due for place in missed) for who in group)


def proportional_up_to_any(rule: rules.Rule, given: dict[str, Any], data: st.DataObject) -> None:
    """Those who can pay for some options together see so much spent on what any of them supports that with any other of these
    it is more (proportional justified representation up to any project, by cost; Los, Christoff & Grossi 2022)."""
    election = data.draw(elections("approval", budget=True, options_max=4))
    costs = np.array(election.costs)
    funded = [election.options.index(name) for name in winners(rule, given, election)]
    for group in _groups(election):
        spent = sum(int(costs[place]) for place in funded if election.support[group, place].any())
        for wanted in _sets(election, group):
            due = int(costs[wanted].sum())
            if due * election.total <= int(election.weights[group].sum()) * (election.budget or 0):
                assert all(spent + int(costs[place]) > due for place in wanted if place not in funded)


def _groups(election: Election) -> list[list[int]]:
    rows = range(election.rows)
    return [list(group) for size in range(1, election.rows + 1) for group in combinations(rows, size)]


def _sets(election: Election, group: list[int]) -> list[list[int]]:
    """Every set of options that all of a group support."""
    common = np.flatnonzero(election.support[group].all(axis=0)).tolist()
    return [list(wanted) for size in range(1, len(common) + 1) for wanted in combinations(common, size)]


def _strict(data: st.DataObject, option_count: int | None = None) -> Election:
    option_count = option_count or data.draw(st.integers(2, 4))
    rows = data.draw(st.lists(strict_row(option_count), min_size=1, max_size=7))
    weights = data.draw(st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows)))
    return Election.of("abcdef"[:option_count], "ranked", rows, weights)


LAWS: dict[str, Law] = {
    law.__name__: law
    for law in (
        anonymity, neutrality, unanimity, majority, majority_loser, condorcet, condorcet_loser, smith, monotonicity,
        participation, reinforcement, clone_independence, solid_coalitions, house_monotonicity, proportional, extended_justified,
        reversal_symmetry, resolvability, within_budget, justified, priceable, extended_up_to_one, proportional_up_to_any,
    )
}  # fmt: skip
