"""Every voter gets an equal share of the budget, and supporters pay together for what they want.

The method of equal shares (MES): of the options whose supporters can still pay for them, the one with the lowest price
per unit of `utility` is bought; its supporters all pay the same, or everything they have left if that is less. Groups
get what their size can pay for. `utility` is what a funded option is worth to a supporter: its cost, one (cardinality),
or the points she gave it (additive; on a ranked ballot Borda points, or those that came with the ballots). `completion`: `none` stops when nobody can pay
for anything more; `utilitarian` spends what is left in order of supporters; `add_one` gives every voter `increment`
more units of money (one euro where money is counted in cents: 100), again and again; `add_one_utilitarian` does both,
one after the other. Adding ends (`stop`) before the outcome costs more than the budget (`infeasible`), or as soon as
nothing else would fit (`exhaustive`). With `whole_shares`, every voter starts with a whole number of units. `compare`
takes the greedy outcome instead where more voters get more from it (`satisfaction`), or where fewer get nothing
(`exclusion`). Options with fewer than `votes_min` supporters are left out, and so are those whose share of the voters
is less than `support_min` times their share of the budget. Also called MES. Sources: Peters, Pierczyński & Skowron 2021
(arXiv 2008.13276); the choices are those of equalshares.net and its compute tool, and of the towns that have used the
method.

>>> town = Election.read("costs: garden 600, pool 500, bench 200\\nbudget: 900\\n6: garden\\n3: pool, bench")
>>> tally("equal_shares", town, completion="add_one").winners
('garden', 'bench')
>>> print("\\n".join(tally("equal_shares", town, utility="cardinality", completion="utilitarian").steps))
each of 9 voters has 100
bench: 3 supporters pay 200, about 67 each; funded
garden: 6 supporters pay 600, 100 each; funded
100 left over, and nothing else fits
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np

from engine.elections import work
from engine.elections.election import Election
from engine.elections.figures import BetterOff, Figures, Purse
from engine.elections.grades import as_points
from engine.elections.outcome import Fact, Outcome, Step
from engine.limits import SHARES_STEPS_MAX
from engine.rules import rule, voting_rule
from engine.rules.voting.equal_shares import _steps
from engine.rules.voting.equal_shares._shares import Count, Purchase
from engine.values import PositiveMoney, Share

ONE, NONE = PositiveMoney(1), Share("0")
PLAIN = {"compare": ("none",), "whole_shares": (False,), "votes_min": (0,), "support_min": (NONE,)}
"""Without the parameters that may take back what the method promises."""
Utility = Literal["cost", "cardinality", "additive"]
Completion = Literal["none", "utilitarian", "add_one", "add_one_utilitarian"]
Compare = Literal["none", "satisfaction", "exclusion"]


@voting_rule(
    ballot=("approval", "cumulative", "score", "ranked"),
    elects="budget",
    work=work.bought,
    gives_up=work.too_many_additions,
    promises={
        "anonymity",
        "neutrality",
        "unanimity",
        "within_budget",
        "justified",
        "priceable",
        "extended_up_to_one",
        "proportional_up_to_any",
    },
    provided={
        "unanimity": PLAIN,
        "justified": PLAIN | {"utility": ("cost", "cardinality")},
        "priceable": PLAIN | {"completion": ("none", "add_one")},
        "extended_up_to_one": PLAIN | {"completion": ("none", "utilitarian")},
        "proportional_up_to_any": PLAIN | {"completion": ("none", "utilitarian"), "utility": ("cost",)},
    },
)
def equal_shares(
    election: Election,
    *,
    utility: Utility = "cost",
    completion: Completion = "none",
    stop: Literal["infeasible", "exhaustive"] = "infeasible",
    increment: PositiveMoney = ONE,
    whole_shares: bool = False,
    compare: Compare = "none",
    votes_min: int = 0,
    support_min: Share = NONE,
) -> Outcome:
    election = as_points(election)
    assert election.budget is not None
    options, standing = election.options, _left_in(election, votes_min, Fraction(support_min))
    count = Count(standing, utility, whole_shares)
    adding = SHARES_STEPS_MAX if completion.startswith("add_one") else 0
    raised, bought = count.complete(increment, adding, stop == "exhaustive")
    level = [purchase.tied for purchase in bought]
    ours = [purchase.option for purchase in bought]
    rest = _spend_the_rest(count, ours, level) if completion.endswith("utilitarian") else []
    ours += rest
    rival, theirs, better, funded = None, list[int](), (0, 0), ours
    if compare != "none":
        rival = rule("voting", "greedy").function(standing, skip=True)
        assert isinstance(rival, Outcome)
        theirs = [options.index(name) for name in rival.winners]
        level += [tuple(options.index(name) for name in tie) for tie in rival.ties]
        better = count.better_off(ours, theirs) if compare == "satisfaction" else (served(election, ours), served(election, theirs))
        funded = theirs if better[1] > better[0] else ours
    taken = funded is not ours

    def explain() -> list[Step]:
        steps = _steps.left_out(election, standing)
        steps += _steps.shares(election, count.share(raised), raised, raised == increment * SHARES_STEPS_MAX)
        steps += [_steps.purchase(election, each) for each in bought]
        if completion.endswith("utilitarian"):
            steps += _steps.rest(election, count, ours, rest)
        if rival is not None:
            steps += _steps.comparison(compare, better, rival, taken)
        return steps

    return Outcome(
        rule="",
        winners=tuple(options[place] for place in sorted(funded)),
        scores=dict(zip(options, election.sums.tolist() if utility == "additive" else count.supporters, strict=True)),
        # Who is bought first can decide what is bought later, even where in the end all of them are.
        ties=tuple(dict.fromkeys(tuple(options[place] for place in sorted(tied)) for tied in level if tied)),
        explain=explain,
        certify=lambda: [
            str(raised),
            _written(bought),
            rest,
            sorted(theirs),
            _written(count.beyond(raised, bought, increment, adding, stop)),
        ],
        remark=_steps.REMARKS[compare] if taken else None,
        figures=lambda: _figures(options, count, raised, bought, None if rival is None else (compare, *better, rival.winners)),
    )


def _figures(
    options: tuple[str, ...], count: Count, raised: int, bought: list[Purchase], better: tuple[str, int, int, tuple[str, ...]] | None
) -> Figures:
    """What the supporters of all they did not buy have left, and how the outcome compares with another."""
    left, taken = count.left(raised), {purchase.option for purchase in bought}
    others = (place for place, supporters in enumerate(count.supporters) if supporters and place not in taken)
    purses = tuple(Purse(options[place], left[place], count.costs[place]) for place in others)
    return Figures(purses=purses, better_off=None if better is None else BetterOff(*better))


def _written(bought: list[Purchase]) -> list[Fact]:
    return [[each.option, str(each.price)] for each in bought]


def served(election: Election, funded: list[int]) -> int:
    """How many voters get anything of what is funded."""
    return int(election.weights[election.support[:, funded].any(axis=1)].sum())


def _left_in(election: Election, votes_min: int, support_min: Fraction) -> Election:
    """The election in which nobody supports an option with fewer supporters than it needs."""
    assert election.costs is not None and election.budget is not None
    if votes_min < 2 and not support_min:
        return election
    supporters = [int(election.weights[column].sum()) for column in election.support.T]
    few = np.array([
        count < votes_min or count * election.budget < support_min * cost * election.total
        for count, cost in zip(supporters, election.costs, strict=True)
    ])  # fmt: skip
    return election.changed(table=election.table * ~few[None, :]) if few.any() else election


def _spend_the_rest(count: Count, bought: list[int], level: list[tuple[int, ...]]) -> list[int]:
    """What fits beside what was bought, in order of supporters; options that were equal and do not all fit are added to `level`."""
    funded = list(bought)
    while fitting := count.fitting(funded):
        most = max(count.supporters[each] for each in fitting)
        equals = [each for each in fitting if count.supporters[each] == most]
        left = count.budget - sum(count.costs[each] for each in funded)
        level += [tuple(equals)] if sum(count.costs[each] for each in equals) > left else []
        funded.append(equals[0])
    return funded[len(bought) :]
