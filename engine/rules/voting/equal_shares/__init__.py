"""Every voter gets an equal share of the budget, and supporters pay for what they support together.

The method of equal shares: of the options whose supporters can still pay for them, the one that costs its supporters
least per unit of `utility` is bought, its supporters paying alike as far as their shares reach. Groups get what their
size can pay for. `utility` of a funded option to a supporter: its cost, one (cardinality), or the points she gave it
(additive). `completion`: `none` stops when nobody can pay; `add_one_until_infeasible` gives every voter `increment` more
units of money (one euro where money is counted in cents: 100), again and again, and keeps the last outcome within the
budget. `compare_with_greedy`: the greedy outcome is taken instead when more voters are better off under it. Sources:
Peters, Pierczyński & Skowron 2021 (arXiv 2008.13276); completion and comparison as documented at equalshares.net and used
in Wieliczka in 2023.

>>> town = Election.read("costs: garden 600, pool 500, bench 200\\nbudget: 900\\n6: garden\\n3: pool, bench")
>>> tally("equal_shares", town).winners
('garden', 'bench')
>>> print(tally("equal_shares", town).steps[1])
garden: 6 supporters pay 600, each 100; funded
"""

from __future__ import annotations

from typing import Literal

from engine.elections.election import Election
from engine.elections.outcome import Outcome, counted
from engine.limits import SHARES_STEPS_MAX
from engine.rules import rule, voting_rule
from engine.rules.voting.equal_shares._shares import Count, Purchase
from engine.values import PositiveMoney

ONE = PositiveMoney(1)
Utility = Literal["cost", "cardinality", "additive"]


@voting_rule(ballot=("approval", "cumulative"), elects="budget", promises={"anonymity", "within_budget", "unanimity", "justified"})
def equal_shares(
    election: Election,
    *,
    utility: Utility = "cost",
    completion: Literal["none", "add_one_until_infeasible"] = "none",
    increment: PositiveMoney = ONE,
    compare_with_greedy: bool = False,
) -> Outcome:
    assert election.budget is not None
    options, voters = election.options, election.total
    count = Count(election, utility)
    raised, bought = count.complete(increment, SHARES_STEPS_MAX if completion == "add_one_until_infeasible" else 0)
    funded = sorted(purchase.option for purchase in bought)
    share = f"each of {counted(voters, 'voter')} has {election.money(count.share(raised))}"
    steps = [share + (f", {election.money(raised)} of it added to complete the outcome" if raised else "")]
    if raised == increment * SHARES_STEPS_MAX:
        steps.append(f"adding stopped after {SHARES_STEPS_MAX} times")
    steps += [explained(election, purchase) for purchase in bought]
    note, level = "", [purchase.tied for purchase in bought]
    if compare_with_greedy:
        rival = rule("voting", "greedy").function(election, skip=True)
        assert isinstance(rival, Outcome)
        others = [options.index(name) for name in rival.winners]
        level += [tuple(options.index(name) for name in tie) for tie in rival.ties]
        ours, theirs = count.better_off(funded, others)
        steps.append(f"better off under equal shares: {ours} voters; under greedy: {theirs}")
        if theirs > ours:
            funded = others
            note = "This is the greedy outcome: under it more voters are better off than under equal shares."
            steps.append("so the greedy outcome is taken: " + ", ".join(rival.winners))
            steps += [f"by greedy, {step}" for step in rival.steps]
    return Outcome(
        rule="equal_shares",
        winners=tuple(options[place] for place in funded),
        scores=dict(zip(options, count.supporters, strict=True)),
        # Who is bought first can decide what is bought later, even where in the end all of them are.
        ties=tuple(dict.fromkeys(tuple(options[place] for place in sorted(tied)) for tied in level if tied)),
        explain=lambda: steps,
        certify=lambda: [str(raised), [[purchase.option, str(purchase.price)] for purchase in bought]],
        note=note,
    )


def explained(election: Election, purchase: Purchase) -> str:
    """Who pays what for an option."""
    per_unit = "each" if purchase.per_ballot else "per point"
    fully = f", {purchase.drained} of them all they have left" if purchase.drained else ""
    return (
        f"{election.options[purchase.option]}: {counted(purchase.supporters, 'supporter')} pay{'s' * (purchase.supporters == 1)} {election.money(purchase.cost)}, "
        f"{per_unit} {election.money(purchase.price)}{fully}; funded"
    )
