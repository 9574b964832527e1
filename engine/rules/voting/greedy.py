"""Options are funded in order of their votes for as long as the money lasts.

The rule of most participatory budgets: simple, and blind to minorities. `skip` says what happens when the next option
costs more than is left: pass over it and go on, or stop there. `order` is by votes, or by votes per unit of cost. An
option with no support, or with fewer than `votes_min` votes, is not funded. Votes are approvals; or points, where
ballots give points; or, where they rank, Borda points or those that came with the ballots. Pabulib's greedy-no-skip is
`skip=false`, its greedy-threshold a `votes_min`. Of equals, the option listed first goes first, and the tie is reported
if that decided anything. Source: the survey by Rey & Maly 2023 (arXiv 2303.00621), section 4.

>>> town = Election.read("costs: garden 600, pool 500, bench 100\\nbudget: 800\\n5: garden\\n4: pool, bench\\n3: bench")
>>> tally("greedy", town).winners
('garden', 'bench')
>>> print("\\n".join(tally("greedy", town).steps))
bench: 7 votes, costs 100 of the 800 left: funded
garden: 5 votes, costs 600 of the 700 left: funded
pool: 4 votes, costs 500 of the 100 left: too expensive, passed over
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from engine.elections import work
from engine.elections.election import Election
from engine.elections.grades import as_points
from engine.elections.outcome import Outcome, Step
from engine.rules import voting_rule

FUNDED = "{option}: {support}, costs {cost} of the {left} left: funded"
PASSED_OVER = "{option}: {support}, costs {cost} of the {left} left: too expensive, passed over"
STOPPED = "{option}: {support}, costs {cost} of the {left} left: too expensive, and the count stops"


@voting_rule(
    ballot=("approval", "cumulative", "score", "ranked"),
    elects="budget",
    work=work.listed,
    promises={"anonymity", "neutrality", "unanimity", "within_budget"},
    provided={"unanimity": {"votes_min": (0,)}},
)
def greedy(election: Election, *, skip: bool = True, order: Literal["votes", "votes_per_cost"] = "votes", votes_min: int = 0) -> Outcome:
    by_votes = election.kind == "approval"
    election = as_points(election)
    assert election.costs is not None and election.budget is not None
    options, costs = election.options, election.costs
    votes = election.sums.tolist()
    worth = [_worth(count, cost if order == "votes_per_cost" else 1) for count, cost in zip(votes, costs, strict=True)]
    standing = [place for place in range(len(options)) if votes[place] and votes[place] >= votes_min]
    standing.sort(key=lambda place: worth[place], reverse=True)
    left, funded, ties = election.budget, list[int](), []
    looked_at: list[tuple[int, int]] = []
    """What was reached: the option, and the money there was."""
    before: dict[tuple[bool, Fraction], int] = {}
    open_still = True
    for place in standing:
        before.setdefault(worth[place], left if open_still else -1)
        if open_still:
            looked_at.append((place, left))
            if costs[place] <= left:
                left -= costs[place]
                funded.append(place)
            else:
                open_still = skip
    for level, money in before.items():
        tied = [place for place in standing if worth[place] == level]
        left_out = any(place not in funded and (costs[place] <= money or not skip) for place in tied)
        if left_out and any(costs[place] <= money for place in tied) and len(tied) > 1:
            ties.append(tuple(options[place] for place in tied))

    def support(place: int) -> Step:
        return Step("{votes} {votes:vote|votes}" if by_votes else "{votes} {votes:point|points}", votes=votes[place])

    def explain() -> list[Step]:
        steps = []
        for place, money in looked_at:
            end = FUNDED if place in funded else PASSED_OVER if skip else STOPPED
            cost, left_then = election.money(costs[place]), election.money(money)
            steps.append(Step(end, option=options[place], support=support(place), cost=cost, left=left_then))
        steps += [
            Step("{option}: {support}, not reached", option=options[place], support=support(place)) for place in standing[len(looked_at) :]
        ]
        return steps or [Step("no option has the votes it needs")]

    return Outcome(
        rule="greedy",
        winners=tuple(options[place] for place in sorted(funded)),
        scores=dict(zip(options, votes, strict=True)),
        ties=tuple(ties),
        explain=explain,
        certify=lambda: [str(left)],
    )


def _worth(votes: int, cost: int) -> tuple[bool, Fraction]:
    """What options are ordered by: votes for each unit of cost; an option that costs nothing comes before everything else."""
    return cost == 0, Fraction(votes, cost or 1)
