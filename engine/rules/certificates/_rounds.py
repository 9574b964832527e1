"""A runoff: who was left in each round, with how many votes."""

from __future__ import annotations

from engine.rules.certificates._claim import Claim


def runoff(claim: Claim) -> bool:
    """Each round has the votes its ballots give it; whoever is gone in the next could not have caught up, or ties for the fewest."""
    many, left, facts, won, forked = len(claim.places), list(claim.places), claim.facts, claim.won, False
    for number, (standing, votes) in enumerate(facts):
        alive, counted = 0, dict.fromkeys(left, 0)
        for row, weight in claim.ballots:
            top = min((row[place] for place in left), default=many)
            first = [place for place in left if row[place] == top]
            alive += weight if top < many else 0
            if top < many and len(first) == 1:
                counted[first[0]] += weight
        if standing != left or votes != list(counted.values()):
            return False
        ahead = [place for place in left if 2 * counted[place] > alive or len(left) == 1]
        if number == len(facts) - 1:
            if not ahead and alive:
                return False  # the count is not at its end
            end = set(ahead or left)
            return set(won) >= end if forked else set(won) == end
        after = facts[number + 1][0]
        gone = [place for place in left if place not in after]
        if not gone or after != [place for place in left if place in after]:
            return False
        rest = [counted[place] for place in left if place not in gone]
        resting = alive - sum(counted.values())
        together = sum(counted[place] for place in gone) + resting < min(rest)
        if ahead or not (together or (len(gone) == 1 and counted[gone[0]] == min(votes))):
            return False
        forked |= not together and votes.count(min(votes)) > 1
        left = after
    return False
