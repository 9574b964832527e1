"""A count by equal shares as sentences."""

from __future__ import annotations

from fractions import Fraction

from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.limits import SHARES_STEPS_MAX
from engine.rules.voting.equal_shares._shares import Count, Purchase

REMARKS = {
    "satisfaction": Step("This is the greedy outcome: more voters are better off under it."),
    "exclusion": Step("This is the greedy outcome: more voters get something under it."),
}
COMPARED = {
    "satisfaction": "better off under equal shares: {ours} {ours:voter|voters}; under greedy: {theirs}",
    "exclusion": "who get something under equal shares: {ours} {ours:voter|voters}; under greedy: {theirs}",
}


def left_out(election: Election, standing: Election) -> list[Step]:
    """Which options have too few supporters to be considered."""
    text = "{option}: {supporters} {supporters:supporter|supporters}, too few: left out"
    return [
        Step(text, option=name, supporters=int(election.weights[before].sum()))
        for name, before, after in zip(election.options, election.support.T, standing.support.T, strict=True)
        if before.any() and not after.any()
    ]


def shares(election: Election, share: Fraction, raised: int, stopped: bool) -> list[Step]:
    """What every voter begins with, `raised` of it added."""
    begin = Step("each of {voters} {voters:voter|voters} has {share}", voters=election.total, share=election.money(share))
    if raised:
        begin = Step("{begin}, {added} of it added to complete the outcome", begin=begin, added=election.money(raised))
    return [begin, Step("adding stopped after {times} times", times=SHARES_STEPS_MAX)] if stopped else [begin]


def purchase(election: Election, bought: Purchase) -> Step:
    """Who pays what for an option."""
    text = "{option}: {supporters} {supporters:supporter pays|supporters pay} {cost}, {price} {each}; funded"
    if bought.drained:
        text = "{option}: {supporters} {supporters:supporter pays|supporters pay} {cost}, {price} {each}, {drained} of them all they have left; funded"
    return Step(
        text,
        option=election.options[bought.option],
        supporters=bought.supporters,
        cost=election.money(bought.cost),
        price=election.money(bought.price),
        each=Step("each") if bought.per_ballot else Step("per point"),
        drained=bought.drained,
    )


def rest(election: Election, count: Count, funded: list[int], last: list[int]) -> list[Step]:
    """How what was left has been spent on the `last` of those funded."""
    text = "{option}: {supporters} {supporters:supporter|supporters}, {cost} of what is left; funded"
    steps = [
        Step(text, option=election.options[place], supporters=count.supporters[place], cost=election.money(count.costs[place]))
        for place in last
    ]
    left = count.budget - sum(count.costs[place] for place in funded)
    return [*steps, Step("{left} left over, and nothing else fits", left=election.money(left))]


def comparison(compared_by: str, better: tuple[int, int], rival: Outcome, taken: bool) -> list[Step]:
    """How the greedy outcome compares; its own steps where it is taken."""
    steps = [Step(COMPARED[compared_by], ours=better[0], theirs=better[1])]
    if taken:
        steps.append(
            Step("so the greedy outcome is taken: {names}", names=rival.winners)
            if rival.winners
            else Step("so the greedy outcome is taken: nothing")
        )
        steps += [Step("by greedy, {step}", step=step) for step in rival.sentences]
    return steps
