"""Whether a poll can end before its clock because no ballot still to come can change what it decides.

That is proved by the worst case, for rules that say how (`settles_by`), in polls whose ballots are open and cannot be
replaced: everybody on the roll who has not voted is taken to vote as it would hurt most. What must stay the same is the
poll's status, its quorum included, and its winners.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from engine.elections.election import Election
from engine.features.polls.count import by_its_rule, decided, election_of, numbers_of, rule_of, with_whole
from engine.features.polls.quorum import Measure, Votes
from engine.features.polls.state import Poll, Status
from engine.features.polls.verdict import has_quorum


def is_settled(poll: Poll) -> bool:
    """Whether an open poll's outcome stands, whoever may still vote and however; worked out once for so many ballots."""
    ballots = poll.open_ballots
    cast = ballots.votes.cast
    if ballots.settled[0] != cast.voters and cast.power >= ballots.settled[2]:
        ballots.settled = cast.voters, *_is_settled(poll)
    return ballots.settled[1]


def _is_settled(poll: Poll) -> tuple[bool, int]:
    """Whether it is, and if not, before what power has been cast it cannot be."""
    electorate, ballots = poll.asked.electorate, poll.open_ballots
    cast = ballots.votes.cast
    left = Measure(electorate.count - cast.voters, electorate.power - cast.power)
    if not left.voters or not cast.voters:
        return not left.voters, 0
    by = rule_of(poll.asked).settles_by
    return (_by_roles(poll, left), 0) if by == "roles" else _by_sums(poll, left.power) if by == "sums" else (False, 0)


def _by_sums(poll: Poll, left: int) -> tuple[bool, int]:
    """Whether the quorum is there, and the first leads by more than all who are left can give any other.

    Each gives another option at most `swing` more than the first, for each unit of power. A lead of as much may yet be a tie. And each that
    is cast adds at most as much to the lead and takes it from what is left: so the count, which reads all ballots, is made again only when
    half of what is missing could have come.
    """
    asked, votes = poll.asked, poll.open_ballots.votes
    if not has_quorum(asked.terms.quorum, poll.conditions, asked.electorate, votes):
        return False, 0
    election = election_of(asked, poll.open_ballots, range(1, len(asked.options) + 1))
    outcome = by_its_rule(asked, election)
    second, first = sorted(outcome.scores.values())[-2:]
    points_max = asked.terms.points_max
    swing = {"score": points_max, "cumulative": points_max, "quadratic": isqrt(points_max)}.get(asked.terms.ballot, 1)
    missing = left * swing - (first - second)
    return missing < 0, votes.cast.power + int(missing) // (2 * swing) + 1


def _by_roles(poll: Poll, left: Measure) -> bool:
    """Whether it comes to the same if nobody else votes, and if all who are left do so on one side.

    These are the extremes. More votes for it never make it fail and more against never make it pass; with its share reached and missed
    at both ends, and quorums as near and as far as they can be, whatever lies between them comes to the same. (Source of the worst case
    for a share of votes: Aragon's TokenVoting, where all that are left are taken to be against.)
    """
    votes = poll.open_ballots.votes
    all_cast = _sum(votes.cast, left)
    ends = (
        votes,
        Votes(all_cast, votes.in_favour, votes.against),
        Votes(all_cast, _sum(votes.in_favour, left), votes.against),
        Votes(all_cast, votes.in_favour, _sum(votes.against, left)),
    )
    return len({_outcome(poll, end) for end in ends}) == 1


def _sum(one: Measure, other: Measure) -> Measure:
    return Measure(one.voters + other.voters, one.power + other.power)


def _outcome(poll: Poll, votes: Votes) -> tuple[Status, tuple[int, ...]]:
    """What the poll would come to with these votes: of three kinds, however many there are."""
    asked = poll.asked
    sides = (votes.in_favour.power, votes.against.power, votes.cast.power - votes.in_favour.power - votes.against.power)
    rows = [[int(option == side) for option in range(len(asked.options))] for side in range(len(sides))]
    there = [side for side, power in enumerate(sides) if power]
    names = tuple(str(number) for number in range(1, len(asked.options) + 1))
    election = Election.of(names, asked.terms.ballot, np.array([rows[side] for side in there]), [sides[side] for side in there])
    outcome = by_its_rule(asked, with_whole(asked, election))
    says_something = votes.in_favour.voters + votes.against.voters > 0 or poll.open_ballots.say_anything()
    return decided(poll, outcome, numbers_of(outcome), votes, says_something)
