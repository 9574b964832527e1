"""A runoff: which options were left in each round, with how many votes."""

from __future__ import annotations

from engine.rules.certificates._claim import Claim

Left = tuple[int, ...]


def runoff(claim: Claim) -> bool:
    """Each round has the votes that the ballots give it, and the rounds that can follow it are there; if none can, somebody wins
    there. An option outlasts as many as are not left in the shortest round it is left in."""
    stated: dict[Left, list[int]] = {tuple(left): votes for left, votes in claim.facts}
    seen, won, waiting = set[Left](), set[int](), [tuple(claim.places)]
    while waiting:
        left = waiting.pop()
        if left in seen:
            continue
        seen.add(left)
        if left not in stated:
            return False
        votes, alive = _round(claim, left)
        if stated[left] != votes:
            return False
        ahead = [place for place, has in zip(left, votes, strict=True) if 2 * has > alive or len(left) == 1]
        if ahead or not alive:
            won |= set(ahead or left)
        else:
            waiting += _ways(left, votes, alive)
    outlasted = [len(claim.places) - min(len(left) for left in seen if place in left) for place in claim.places]
    return (
        seen == set(stated)
        and len(stated) == len(claim.facts)
        and sorted(won) == claim.won
        and claim.scores == outlasted
        and claim.rounds == _until_a_fork(claim, stated)
    )


def _until_a_fork(claim: Claim, stated: dict[Left, list[int]]) -> list[dict[int, int]]:
    """The votes of the rounds that every way goes through, up to the first after which there are several, or none."""
    rounds, ways = list[dict[int, int]](), [tuple(claim.places)]
    while len(ways) == 1:
        (left,) = ways
        votes, alive = _round(claim, left)
        rounds.append(dict(zip(left, votes, strict=True)))
        over = not alive or len(left) == 1 or 2 * max(votes) > alive
        ways = [] if over else _ways(left, votes, alive)
    return rounds


def _round(claim: Claim, left: Left) -> tuple[list[int], int]:
    """For each option left, the ballots that rank it alone highest; and how many rank any of them."""
    claim.work(len(claim.ballots) * len(left))
    option_count, alive, votes = len(claim.places), 0, dict.fromkeys(left, 0)
    for row, weight in claim.ballots:
        top = min(row[place] for place in left)
        first = [place for place in left if row[place] == top]
        alive += weight if top < option_count else 0
        if top < option_count and len(first) == 1:
            votes[first[0]] += weight
    return list(votes.values()), alive


def _ways(left: Left, votes: list[int], alive: int) -> list[Left]:
    """Which options may be left in the next round: all but those with the fewest votes, if together and with every
    ballot that rests they cannot catch up; otherwise all but any one of them."""
    fewest, resting = min(votes), alive - sum(votes)
    last = [place for place, has in zip(left, votes, strict=True) if has == fewest]
    others = [has for has in votes if has > fewest]
    if others and len(last) * fewest + resting < min(others):
        return [tuple(place for place in left if place not in last)]
    return [tuple(place for place in left if place != each) for each in last]
