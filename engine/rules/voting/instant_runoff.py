"""The option with the fewest first places drops out, and its ballots move on, until one has more than half.

Each ballot counts for the option it ranks highest among those left; a ballot that ranks several of them equally
highest, or none, rests for that round. Where several are tied for the fewest, every order of dropping them is
counted, and all that can win are reported as tied (parallel universes); dropping them together is the same count when
together they have fewer votes than the next and no ballot rests between equals. Source: Ware 1871; ties: Conitzer, Rognlie & Xia 2009.

>>> outcome = tally("instant_runoff", Election.read("4: garden > library\\n3: library > pool\\n2: pool > library"))
>>> outcome.winners
('library',)
>>> print("\\n".join(outcome.steps))
round 1: garden 4, library 3, pool 2; pool drops out
round 2: library 5, garden 4; library has more than half of 9
"""

from __future__ import annotations

from engine.elections.election import Election
from engine.elections.outcome import Outcome, listing
from engine.limits import RUNOFF_WAYS_MAX
from engine.refusals import refuse
from engine.rules import voting_rule

Left = tuple[int, ...]
Round = tuple[list[int], Left, list[Left]]
"""Votes by option, the winners if this round ends the count, and the ways on: what may be left."""


@voting_rule(
    ballot="ranked",
    elects="one",
    promises={"anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet_loser", "clone_independence"},
)
def instant_runoff(election: Election) -> Outcome:
    everyone = tuple(range(len(election.options)))
    rounds: dict[Left, Round] = {}
    waiting = [everyone]
    while waiting:
        left = waiting.pop()
        if left not in rounds:
            if len(rounds) == RUNOFF_WAYS_MAX:
                raise refuse(
                    "too_many_ties",
                    "the count",
                    f"has more than {RUNOFF_WAYS_MAX} ways to drop tied options",
                    "count it by schulze, or leave out options without votes",
                )
            rounds[left] = _count(election, left)
            waiting += rounds[left][2]
    won = sorted({place for _, winners, _ in rounds.values() for place in winners})
    winners = tuple(election.options[place] for place in won)
    path = _path(rounds, everyone)
    return Outcome(
        rule="instant_runoff",
        winners=winners,
        scores={name: _last_votes(path, place) for place, name in enumerate(election.options)},
        ties=(winners,) if len(winners) > 1 else (),
        explain=lambda: _steps(election, rounds, path),
        certify=lambda: [[list(left), [rounds[left][0][place] for place in left]] for left in path],
    )


def _count(election: Election, left: Left) -> Round:
    """One round among the options `left`."""
    ranks = election.table[:, left]
    highest = ranks.min(axis=1)
    firsts = ranks == highest[:, None]
    counts = (highest < len(election.options)) & (firsts.sum(axis=1) == 1)
    votes = [0] * len(election.options)
    for column, place in enumerate(left):
        votes[place] = int(election.weights[counts & firsts[:, column]].sum())
    alive = int(election.weights[highest < len(election.options)].sum())
    leader = max(left, key=lambda place: votes[place])
    if 2 * votes[leader] > alive or len(left) == 1:
        return votes, (leader,), []
    if not alive:
        return votes, left, []
    fewest = min(votes[place] for place in left)
    last = [place for place in left if votes[place] == fewest]
    others = [votes[place] for place in left if votes[place] > fewest]
    if others and alive == sum(votes) and len(last) * fewest < min(others):
        return votes, (), [tuple(place for place in left if place not in last)]
    return votes, (), [tuple(place for place in left if place != gone) for gone in last]


def _verdict(winner: str, votes: list[int], left: int) -> str:
    return f"{winner} has more than half of {sum(votes)}" if left > 1 else f"{winner} is left"


def _path(rounds: dict[Left, Round], left: Left) -> list[Left]:
    """The rounds of one way to count: of tied options, the one listed last drops out."""
    path = [left]
    while rounds[left][2]:
        left = rounds[left][2][-1]
        path.append(left)
    return path


def _last_votes(path: list[Left], place: int) -> int:
    """In how many rounds of the way shown the option stood: what it survived is its score."""
    return sum(place in left for left in path)


def _steps(election: Election, rounds: dict[Left, Round], path: list[Left]) -> list[str]:
    steps = []
    for number, left in enumerate(path, 1):
        votes, winners, ways = rounds[left]
        shown = listing([election.options[place] for place in left], [votes[place] for place in left])
        if winners:
            verdict = _verdict(election.options[winners[0]], votes, len(left)) if len(winners) == 1 else "nobody has a vote left"
        else:
            gone = [election.options[place] for place in left if place not in ways[-1]]
            verdict = f"{' and '.join(gone)} {'drops' if len(gone) == 1 else 'drop'} out"
            if len(ways) > 1:
                tied = [election.options[place] for place in left if any(place not in way for way in ways)]
                verdict = f"{' and '.join(tied)} are tied for the fewest: each is counted; on the way shown, {verdict}"
        steps.append(f"round {number}: {shown}; {verdict}")
    return steps
