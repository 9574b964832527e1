"""The option with the fewest first preferences is eliminated and its ballots are transferred, until one has a majority.

Each ballot counts for the option it ranks highest among those left; a ballot that ranks several of them equal highest,
or none, rests for that round. If several options are tied for the fewest votes, every order of eliminating them is
counted, and all options that can win are reported as tied (parallel universes). They are eliminated together where that
changes nothing: where all of them together, with every ballot that rests, have fewer votes than the next option; and
where there are more orders than can be gone through, which the outcome then says (clones may help in such a poll).
Also called IRV, alternative vote, AV, Hare. Source: Ware 1871; ties: Conitzer, Rognlie & Xia 2009.

>>> outcome = tally("instant_runoff", Election.read("4: garden > library\\n3: library > pool\\n2: pool > library"))
>>> outcome.winners
('library',)
>>> print("\\n".join(outcome.steps))
round 1: garden 4, library 3, pool 2; pool drops out
round 2: library 5, garden 4; library has more than half of 9 votes
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.elections.rounds import Round, are_left, walk, without_each
from engine.elections.tops import Left, Tops
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="options outlasted",
    rounds=True,
    work=work.by_rounds,
    promises={"anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet_loser", "clone_independence"},
)
def instant_runoff(election: Election) -> Outcome:
    options, tops = election.options, Tops(election)
    walked = walk(tuple(range(len(options))), lambda left: count_round(tops, left), election)
    return walked.outcome(
        options,
        explain=lambda: walked.steps(options, lambda left, last: verdict(options, tops.votes(left)[1], left, last)),
        certify=walked.facts_of_all,
        rounds=lambda: walked.scores(options),
        figures=lambda: walked.stages(options, election.total, tops.votes),
    )


def count_round(tops: Tops, left: Left) -> Round:
    """One round among the options `left`."""
    votes, alive = tops.votes(left)
    leader = max(left, key=lambda place: votes[place])
    if 2 * votes[leader] > alive or len(left) == 1:
        return Round(votes, (leader,), [])
    if not alive:
        return Round(votes, left, [])
    fewest = min(votes[place] for place in left)
    last = [place for place in left if votes[place] == fewest]
    others = [votes[place] for place in left if votes[place] > fewest]
    if others and len(last) * fewest + alive - sum(votes) < min(others):
        return Round(votes, (), [tuple(place for place in left if place not in last)])
    return Round(votes, (), without_each(left, last))


def verdict(options: tuple[str, ...], alive: int, left: Left, last: Round) -> Step:
    """How the count ended, among ballots of total weight `alive`: ballots that rest count towards the majority too."""
    if len(last.winners) > 1:
        return are_left(options, left) if alive else Step("no option has a vote left")
    winner = options[last.winners[0]]
    if len(left) == 1:
        return are_left(options, left)
    return Step("{winner} has more than half of {total} {total:vote|votes}", winner=winner, total=alive)
