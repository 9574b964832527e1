"""Options are funded one by one, always the one that keeps the heaviest load on any voter lightest; supporters share the cost.

Phragmén's sequential rule for money: the cost of an option is a load that its supporters carry together, spread as
evenly as possible; the next option funded is the one that leaves the highest load lowest. The count ends when that
option, or one tied with it, costs more than is left. Groups get what their size can carry. If loads are equal, the
option listed first goes first, and every such tie is reported, because the order can decide what comes later. Source:
Los, Christoff & Grossi 2022 (arXiv 2203.09770).

>>> town = Election.read("costs: garden 600, pool 500, bench 200\\nbudget: 900\\n6: garden\\n3: pool, bench")
>>> print("\\n".join(tally("budget_phragmen", town).steps))
bench: its 3 supporters carry at most about 67 each; funded
garden: its 6 supporters carry at most 100 each; funded
pool: its 3 supporters would carry at most about 233 each, but it costs more than the 100 left: the count ends
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from engine.elections import work
from engine.elections.committees import Approvals, first_of
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, Value
from engine.rules import voting_rule


@voting_rule(
    ballot="approval",
    elects="budget",
    work=work.cost_by_cost,
    promises={"anonymity", "neutrality", "unanimity", "within_budget", "justified", "priceable", "proportional_up_to_any"},
)
def budget_phragmen(election: Election) -> Outcome:
    assert election.costs is not None and election.budget is not None
    options, costs, approvals = election.options, election.costs, Approvals(election)
    loads, classes, left = [Fraction(0)], np.zeros(election.rows, np.int64), election.budget
    funded, ties, rounds = list[int](), list[tuple[int, ...]](), list[tuple[int, Fraction]]()
    while standing := [place for place in range(len(options)) if place not in funded and approvals.supporters[place]]:
        held = approvals.by_class(classes, len(loads))
        after = {
            place: (costs[place] + sum((load * count for load, count in zip(loads, held[place], strict=True) if count), Fraction(0)))
            / approvals.supporters[place]
            for place in standing
        }
        lowest = min(after.values())
        equals = [place for place in standing if after[place] == lowest]
        dear = [place for place in equals if costs[place] > left]
        place = dear[0] if dear else first_of(equals, ties)
        if dear and len(dear) < len(equals):
            ties.append(tuple(equals))  # the dear one ends the count, and a cheaper equal goes without
        rounds.append((place, lowest))
        if dear:
            break
        funded.append(place)
        left -= costs[place]
        loads.append(lowest)
        classes[approvals.rows[place]] = len(loads) - 1

    def explain() -> list[Step]:
        steps = []
        for place, load in rounds:
            values: dict[str, Value] = {"option": options[place], "supporters": approvals.supporters[place], "load": election.money(load)}
            if place in funded:
                steps.append(
                    Step("{option}: its {supporters} {supporters:supporter carries|supporters carry} at most {load} each; funded", **values)
                )
            else:
                steps.append(
                    Step(
                        "{option}: its {supporters} {supporters:supporter|supporters} would carry at most {load} each, "
                        "but it costs more than the {left} left: the count ends",
                        left=election.money(left), **values,
                    )
                )  # fmt: skip
        return steps or [Step("nobody supports any option")]

    return Outcome(
        rule="",
        winners=tuple(options[place] for place in sorted(funded)),
        scores=dict(zip(options, approvals.supporters, strict=True)),
        ties=tuple(dict.fromkeys(tuple(options[each] for each in tie) for tie in ties)),
        explain=explain,
        certify=lambda: [list(funded), [str(load) for load in loads[1:]]],
    )
