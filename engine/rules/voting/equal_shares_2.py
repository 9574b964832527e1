"""Equal shares with every choice that equalshares.net knows: how it is completed, when it stops, what it is compared with.

The method of equal shares as in version 1 (which old polls name), and more of what towns ask for. `completion`: `none`;
`utilitarian` spends what is left in the order of supporters; `add_one` gives every voter `increment` more units of money again and again;
`add_one_utilitarian` does both, one after the other. Adding ends (`stop`) before the outcome costs more than the budget (`infeasible`), or as soon
as nothing else would fit (`exhaustive`). With `whole_shares` every voter begins with whole units. `compare` takes the greedy outcome
instead where more voters get more from it (`satisfaction`), or where fewer get nothing (`exclusion`). Options with fewer than
`votes_min` supporters are left out. Of a ranked ballot an option has Borda's points. Sources: Peters, Pierczyński & Skowron 2021 (arXiv 2008.13276); the compute tool of
equalshares.net.

>>> town = Election.read("costs: garden 600, pool 500, bench 200\\nbudget: 900\\n6: garden\\n3: pool, bench")
>>> tally("equal_shares_2", town, completion="add_one").winners
('garden', 'bench')
>>> print("\\n".join(tally("equal_shares_2", town, utility="cardinality", completion="utilitarian").steps))
each of 9 voters has 100
bench: 3 supporters pay 200, each about 67; funded
garden: 6 supporters pay 600, each 100; funded
100 are left, and nothing else fits
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from engine.elections.election import Election
from engine.elections.grades import as_points
from engine.elections.outcome import Outcome, counted
from engine.limits import SHARES_STEPS_MAX
from engine.rules import rule, voting_rule
from engine.rules.voting.equal_shares import ONE, Utility, explained
from engine.rules.voting.equal_shares._shares import Count
from engine.values import PositiveMoney


@voting_rule(ballot=("approval", "cumulative", "score", "ranked"), elects="budget", promises={"anonymity", "within_budget"})
def equal_shares_2(
    election: Election,
    *,
    utility: Utility = "cost",
    completion: Literal["none", "utilitarian", "add_one", "add_one_utilitarian"] = "none",
    stop: Literal["infeasible", "exhaustive"] = "infeasible",
    increment: PositiveMoney = ONE,
    whole_shares: bool = False,
    compare: Literal["none", "satisfaction", "exclusion"] = "none",
    votes_min: int = 0,
) -> Outcome:
    election = as_points(election)
    assert election.budget is not None
    options, voters = election.options, election.total
    standing = _left_in(election, votes_min)
    count = Count(standing, utility, whole_shares)
    adding = SHARES_STEPS_MAX if completion.startswith("add_one") else 0
    raised, bought = count.complete(increment, adding, stop == "exhaustive")
    funded = [purchase.option for purchase in bought]
    steps = [
        f"each of {counted(voters, 'voter')} has {election.money(count.share(raised))}"
        + (f", {election.money(raised)} of it added to complete the outcome" if raised else "")
    ]
    if raised == increment * SHARES_STEPS_MAX:
        steps.append(f"adding stopped after {SHARES_STEPS_MAX:,} times")
    steps += [explained(election, purchase) for purchase in bought]
    level = [purchase.tied for purchase in bought]
    if completion.endswith("utilitarian"):
        steps += _spend_the_rest(election, count, funded, level)
    note = ""
    if compare != "none":
        rival = rule("voting", "greedy").function(standing, skip=True)
        assert isinstance(rival, Outcome)
        others = [options.index(name) for name in rival.winners]
        level += [tuple(options.index(name) for name in tie) for tie in rival.ties]
        ours, theirs = (
            count.better_off(funded, others) if compare == "satisfaction" else (served(election, each) for each in (funded, others))
        )
        what = "better off" if compare == "satisfaction" else "who get something"
        steps.append(f"{what} under equal shares: {ours} voters; under greedy: {theirs}")
        if theirs > ours:
            funded = others
            note = f"This is the greedy outcome: under it there are more voters {what}."
            steps.append("so the greedy outcome is taken: " + (", ".join(rival.winners) or "nothing"))
            steps += [f"by greedy, {step}" for step in rival.steps]
    return Outcome(
        rule="",
        winners=tuple(options[place] for place in sorted(funded)),
        scores=dict(zip(options, election.sums.tolist() if utility == "additive" else count.supporters, strict=True)),
        ties=tuple(
            # Who is bought first can decide what is bought later, even where in the end all of them are.
            dict.fromkeys(tuple(options[place] for place in sorted(tied)) for tied in level if tied)
        ),
        explain=lambda: steps,
        certify=lambda: [str(raised), [[purchase.option, str(purchase.price)] for purchase in bought]],
        note=note,
    )


def served(election: Election, funded: list[int]) -> int:
    """How many voters get anything of what is funded."""
    return int(election.weights[election.support[:, funded].any(axis=1)].sum())


def _left_in(election: Election, votes_min: int) -> Election:
    """The election in which nobody supports an option with fewer than `votes_min` supporters."""
    if votes_min < 2:
        return election
    few = np.array([int(election.weights[column].sum()) < votes_min for column in election.support.T])
    return election.changed(table=election.table * ~few[None, :]) if few.any() else election


def _spend_the_rest(election: Election, count: Count, funded: list[int], level: list[tuple[int, ...]]) -> list[str]:
    """Fund what fits in the order of supporters, and say so; `level` is added those that were equal and do not all fit."""
    assert election.budget is not None
    steps = []
    while fitting := count.fitting(funded):
        most = max(count.supporters[each] for each in fitting)
        equals = [each for each in fitting if count.supporters[each] == most]
        place = equals[0]
        left = election.budget - sum(count.costs[each] for each in funded)
        level += [tuple(equals)] if sum(count.costs[each] for each in equals) > left else []
        funded.append(place)
        steps.append(
            f"{election.options[place]}: {counted(count.supporters[place], 'supporter')}, {election.money(count.costs[place])} of what is left; funded"
        )
    left = election.budget - sum(count.costs[place] for place in funded)
    return [*steps, f"{election.money(left)} are left, and nothing else fits"]
