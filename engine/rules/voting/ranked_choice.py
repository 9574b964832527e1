"""Ranked-choice voting as American cities count it: options are eliminated until one has more than half of the ballots left.

Undeclared write-ins, if the ballots have such an option, are eliminated first. With `batch`, all options that would
have fewer votes than the next even with each other's are eliminated together; otherwise only the option with the fewest
votes is. If several are tied for the fewest, every order of eliminating them is counted, and all options that can win
are tied (parallel universes), as in `instant_runoff`; in the rounds shown, the one listed last is eliminated.
Also called RCV. Sources: Minneapolis Code of Ordinances 167.60; Maine Revised Statutes 21-A §723-A.

>>> outcome = tally("ranked_choice", Election.read("8: garden > library\\n7: library > pool\\n2: pool > library\\n1: bench"))
>>> outcome.winners
('library',)
>>> print("\\n".join(outcome.steps))
round 1: garden 8, library 7, pool 2, bench 1; pool and bench drop out
round 2: library 9, garden 8; library has more than half of 17 votes
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.elections import work
from engine.elections.election import Election
from engine.elections.numbers import Number
from engine.elections.outcome import Outcome
from engine.elections.rounds import Round, walk, without_each
from engine.elections.tops import Left, Tops
from engine.rules import voting_rule
from engine.rules.voting.instant_runoff import verdict


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="one",
    scores="options outlasted",
    rounds=True,
    work=work.by_rounds,
    promises={"anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet_loser", "clone_independence"},
)
def ranked_choice(election: Election, *, batch: bool = True) -> Outcome:
    options, tops = election.options, Tops(election)
    walked = walk(tuple(range(len(options))), lambda left: _round(tops, left, election.write_ins, batch), election)
    return walked.outcome(
        options,
        explain=lambda: walked.steps(options, lambda left, last: verdict(options, tops.votes(left)[1], left, last)),
        certify=walked.facts,
        rounds=lambda: walked.scores(options),
        figures=lambda: walked.stages(options, election.total, tops.votes),
    )


def _round(tops: Tops, left: Left, write_ins: int | None, batch: bool) -> Round:
    votes, alive = tops.votes(left)
    order = sorted(left, key=lambda place: votes[place])
    if 2 * votes[order[-1]] > alive or len(left) == 1:
        return Round(votes, (order[-1],), [])
    if not alive:
        return Round(votes, left, [])
    if write_ins in left and votes[write_ins]:
        return Round(votes, (), [tuple(place for place in left if place != write_ins)])
    together = hopeless(order, votes) if batch else 0
    if together:
        return Round(votes, (), [tuple(sorted(order[together:]))])
    return Round(votes, (), without_each(left, [place for place in left if votes[place] == votes[order[0]]]))


def hopeless(order: Sequence[int], votes: Sequence[Number]) -> int:
    """How many options, from the fewest votes up, have fewer together than the next; 0 if not even the last does."""
    below: Number = 0
    many = 0
    for number, place in enumerate(order[:-1], 1):
        below += votes[place]
        if below < votes[order[number]]:
            many = number
    return many
