"""A count by equal shares as sentences."""

from __future__ import annotations

from fractions import Fraction

from engine.elections.election import Election
from engine.elections.outcome import Outcome, counted
from engine.limits import SHARES_STEPS_MAX
from engine.rules.voting.equal_shares._shares import Count, Purchase


def left_out(election: Election, standing: Election) -> list[str]:
    """Which options have too few supporters to be looked at."""
    return [
        f"{name}: {counted(int(election.weights[before].sum()), 'supporter')}, too few: left out"
        for name, before, after in zip(election.options, election.support.T, standing.support.T, strict=True)
        if before.any() and not after.any()
    ]


def shares(election: Election, share: Fraction, raised: int, stopped: bool) -> list[str]:
    """What every voter begins with, `raised` of it added."""
    added = f", {election.money(raised)} of it added to complete the outcome" if raised else ""
    steps = [f"each of {counted(election.total, 'voter')} has {election.money(share)}{added}"]
    return [*steps, f"adding stopped after {SHARES_STEPS_MAX:,} times"] if stopped else steps


def purchase(election: Election, bought: Purchase) -> str:
    """Who pays what for an option."""
    per_unit = "each" if bought.per_ballot else "per point"
    fully = f", {bought.drained} of them all they have left" if bought.drained else ""
    return (
        f"{election.options[bought.option]}: {counted(bought.supporters, 'supporter')} pay{'s' * (bought.supporters == 1)} "
        f"{election.money(bought.cost)}, {per_unit} {election.money(bought.price)}{fully}; funded"
    )


def rest(election: Election, count: Count, funded: list[int], last: list[int]) -> list[str]:
    """How what was left has been spent on the `last` of those funded."""
    steps = [
        f"{election.options[place]}: {counted(count.supporters[place], 'supporter')}, {election.money(count.costs[place])} of what is left; funded"
        for place in last
    ]
    left = count.budget - sum(count.costs[place] for place in funded)
    return [*steps, f"{election.money(left)} are left, and nothing else fits"]


def comparison(what: str, better: tuple[int, int], rival: Outcome, taken: bool) -> list[str]:
    """How the greedy outcome compares; its own steps where it is taken."""
    steps = [f"{what} under equal shares: {better[0]} voters; under greedy: {better[1]}"]
    if taken:
        steps.append("so the greedy outcome is taken: " + (", ".join(rival.winners) or "nothing"))
        steps += [f"by greedy, {step}" for step in rival.steps]
    return steps
