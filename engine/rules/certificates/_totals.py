"""Rules for which it is enough to add up what every option gets."""

from __future__ import annotations

from fractions import Fraction

from engine.rules.certificates._claim import Claim


def given(claim: Claim) -> bool:
    """The scores are what the ballots give, and the winners have the highest."""
    return _most(claim, totals(claim))


def borda(claim: Claim) -> bool:
    claim.work(len(claim.places) ** 2 * len(claim.ballots))
    return _most(claim, [sum(weight * sum(other > row[place] for other in row) for row, weight in claim.ballots) for place in claim.places])


def greedy(claim: Claim) -> bool:
    """Go down the order of votes and pay while there is money; what is left is stated."""
    votes, terms = totals(claim), claim.given
    funded = funded_greedily(claim, votes, terms.get("skip", True), terms.get("order", "votes"), terms.get("votes_min", 0))
    left = claim.budget - sum(claim.costs[place] for place in funded)
    return claim.won == funded and claim.scores == votes and claim.facts == [str(left)]


def funded_greedily(claim: Claim, votes: list[int], skip: bool = True, order: str = "votes", votes_min: int = 0) -> list[int]:
    left, funded = claim.budget, []
    standing = [place for place in claim.places if votes[place] >= max(votes_min, 1)]

    def worth(place: int) -> tuple[bool, Fraction]:
        cost = claim.costs[place] if order == "votes_per_cost" else 1
        return cost == 0, Fraction(votes[place], cost or 1)

    for place in sorted(standing, key=worth, reverse=True):
        if claim.costs[place] <= left:
            funded.append(place)
            left -= claim.costs[place]
        elif not skip:
            break
    return sorted(funded)


def totals(claim: Claim) -> list[int]:
    """What all ballots together give each option."""
    claim.work(len(claim.places) * len(claim.ballots))
    return [sum(weight * row[place] for row, weight in claim.ballots) for place in claim.places]


def _most(claim: Claim, scores: list[int]) -> bool:
    return not claim.facts and claim.scores == scores and claim.won == [place for place in claim.places if scores[place] == max(scores)]
