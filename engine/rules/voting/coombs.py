"""The option ranked last on the most ballots is eliminated, and ballots are counted again, until one option has a majority.

A ballot counts against every option that it ranks lowest among those left: against all the options it leaves out, and
against none if it ranks them all equal. `until` says whether the count stops as soon as one option has more than half
of the first preferences, as Coombs proposed, or goes on until one is left. If several options are ranked last equally
often, every order of eliminating them is counted, and all options that can win are tied. Source: Coombs 1964; the two
readings: Grofman & Feld 2004.

>>> print("\\n".join(tally("coombs", Election.read("4: garden > library > pool\\n3: pool > library > garden\\n2: library > pool > garden")).steps))
round 1: garden 5, pool 4, library 0; garden drops out
round 2: pool 6, library 3; library has more than half of 9 votes
"""

from __future__ import annotations

from typing import Literal

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.elections.rounds import Round, are_left, walk, without_each
from engine.elections.tops import Left, Tops
from engine.rules import voting_rule

TIED = "{tied} are ranked last equally often: every elimination is counted; in the rounds shown, {end}"


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options outlasted",
    work=work.by_rounds,
    promises={"anonymity", "neutrality", "unanimity", "condorcet_loser", "majority_loser", "resolvability"},
)
def coombs(election: Election, *, until: Literal["majority", "one_is_left"] = "majority") -> Outcome:
    options, tops = election.options, Tops(election)

    def count(left: Left) -> Round:
        against = _against(election, left)
        if len(left) == 1:
            return Round(against, left, [])
        votes, alive = tops.votes(left)
        leader = max(left, key=lambda place: votes[place])
        if until == "majority" and 2 * votes[leader] > alive:
            return Round(against, (leader,), [])
        most = max(against[place] for place in left)
        return Round(against, (), without_each(left, [place for place in left if against[place] == most]))

    def verdict(left: Left, last: Round) -> Step:
        if last.winners == left:
            return are_left(options, left)
        return Step("{winner} has more than half of {total} {total:vote|votes}", winner=options[last.winners[0]], total=tops.votes(left)[1])

    walked = walk(tuple(range(len(options))), count, election)
    return walked.outcome(
        options,
        explain=lambda: walked.steps(options, verdict, TIED),
        certify=walked.facts,
    )


def _against(election: Election, left: Left) -> list[int]:
    """How many ballots rank each option lowest of those left."""
    ranks = election.table[:, left]
    lowest = ranks.max(axis=1)
    telling = lowest > ranks.min(axis=1)
    against = [0] * len(election.options)
    for column, place in enumerate(left):
        against[place] = int(election.weights[telling & (ranks[:, column] == lowest)].sum())
    return against
