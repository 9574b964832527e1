"""Rules that look only at pairwise comparisons."""

from __future__ import annotations

from fractions import Fraction

from engine.elections.figures import Figures
from engine.rules.certificates._claim import Claim

Table = list[list[int]]


def copeland(claim: Claim) -> bool:
    pairs = _pairs(claim)
    if claim.facts != [pairs]:
        return False
    won = [
        sum((Fraction(2 * (pairs[a][b] > pairs[b][a]) + (pairs[a][b] == pairs[b][a]), 2) for b in claim.places if a != b), Fraction(0))
        for a in claim.places
    ]
    best = [a for a in claim.places if won[a] == max(won)]
    if claim.given.get("tiebreak") == "average_support":
        best = [a for a in best if sum(pairs[a]) == max(sum(pairs[b]) for b in best)]
    return best == claim.won and claim.scores == won


def minimax(claim: Claim) -> bool:
    pairs = _pairs(claim)
    beats = _beats(claim, pairs, "winning_votes")
    worst = [max(beats[b][a] for b in claim.places) for a in claim.places]
    return (
        claim.facts == [pairs]
        and claim.scores == [-each for each in worst]
        and claim.won == [a for a in claim.places if worst[a] == min(worst)]
    )


def smith_set(claim: Claim) -> bool:
    """The winners beat everybody else, and every winner reaches every other along comparisons it does not lose."""
    pairs = _pairs(claim)
    beaten = all(pairs[a][b] > pairs[b][a] for a in claim.won for b in claim.places if b not in claim.won)
    held = [[int(pairs[a][b] >= pairs[b][a]) for b in claim.places] for a in claim.places]
    return (
        claim.facts == [pairs]
        and claim.scores == _counts(pairs)
        and bool(claim.won)
        and beaten
        and all(_reached(held, a, 1, claim.places) >= set(claim.won) for a in claim.won)
    )


def split_cycle(claim: Claim) -> bool:
    """A defeat counts unless a chain of defeats as strong leads back; the winners are those against whom none counts."""
    pairs = _pairs(claim)
    beats = _beats(claim, pairs, "margins")
    chains = [_strongest(beats, start) for start in claim.places]
    lost = [sum(beats[a][b] > chains[b][a] for a in claim.places) for b in claim.places]
    return claim.facts == [pairs] and claim.scores == [-each for each in lost] and claim.won == [a for a in claim.places if not lost[a]]


def schulze(claim: Claim) -> bool:
    """The comparisons follow from the ballots, and the strengths of paths from their links."""
    stated, paths = claim.facts
    if any(type(strength) is not int for row in paths for strength in row):
        return False
    pairs = _pairs(claim)
    beats = _beats(claim, pairs, "winning_votes")
    if any(_strongest(beats, start) != paths[start] for start in claim.places):
        return False
    best = [a for a in claim.places if all(paths[a][b] >= paths[b][a] for b in claim.places if a != b)]
    return stated == pairs and best == claim.won and claim.scores == _counts(paths)


def ranked_pairs(claim: Claim) -> bool:
    """For each way of locking: no two options lead to each other, what an option leads to follows from defeats that do
    not contradict it, and a defeat that is not among them is answered by a chain of defeats as strong (Zavist & Tideman
    1989). Winners of whom it was not settled whether a way of locking elects them need a chain as strong back to all that
    beat them."""
    stated, ends, unsettled = claim.facts
    pairs = _pairs(claim)
    beats = _beats(claim, pairs, "margins")
    if stated != pairs or not ends or (unsettled and not claim.said):
        return False
    unbeaten = set()
    for end in ends:
        claim.work(2 * len(claim.places) ** 3)
        leads = [[bool(seen >> b & 1) for b in claim.places] for seen in end]
        locked = [[beats[a][b] if leads[a][b] else 0 for b in claim.places] for a in claim.places]
        chains = [_strongest(locked, start) for start in claim.places]
        for a in claim.places:
            if _reached(locked, a, 1, claim.places) != {b for b in claim.places if leads[a][b]}:
                return False
            for b in claim.places:
                if a != b and leads[a][b] and leads[b][a]:
                    return False
                if not leads[a][b] and beats[a][b] > chains[b][a]:
                    return False
        unbeaten |= {b for b in claim.places if not any(leads[a][b] for a in claim.places if a != b)}
    for b in unsettled:
        chain = _strongest(beats, b)
        if any(beats[a][b] > chain[a] for a in claim.places):
            return False
    return claim.won == sorted([*unbeaten, *unsettled]) and claim.scores == [len(led) - 1 for led in _certainly(claim, beats)]


def duels(claim: Claim) -> bool:
    """The figures are the comparisons that the facts begin with, which have been checked."""
    return claim.figures == Figures(options=claim.options, duels=claim.facts[0])


def _certainly(claim: Claim, beats: Table) -> list[set[int]]:
    """What each option certainly leads to, itself included, in whatever order equal defeats are taken: a defeat is locked in if nothing
    that might be locked in leads back."""
    certain, possible = ([{place} for place in claim.places] for _ in range(2))

    def join(leads: list[set[int]], one: int, other: int) -> None:
        claim.work(len(claim.places))
        for seen in leads if other not in leads[one] else ():
            if one in seen:
                seen |= leads[other]

    defeats = [(a, b) for a in claim.places for b in claim.places if beats[a][b]]
    for strength in sorted({beats[a][b] for a, b in defeats}, reverse=True):
        level = [(a, b) for a, b in defeats if beats[a][b] == strength]
        for a, b in [(a, b) for a, b in level if a not in certain[b]]:
            join(possible, a, b)
        for a, b in [(a, b) for a, b in level if a not in possible[b]]:
            join(certain, a, b)
    return certain


def _counts(table: Table) -> list[int]:
    """How many options each is ahead of."""
    return [sum(table[a][b] > table[b][a] for b in range(len(table))) for a in range(len(table))]


def _pairs(claim: Claim) -> Table:
    option_count = len(claim.places)
    claim.work(option_count * option_count * (len(claim.ballots) + option_count))
    return [[sum(weight for row, weight in claim.ballots if row[a] < row[b]) for b in claim.places] for a in claim.places]


def _beats(claim: Claim, pairs: Table, default: str) -> Table:
    """How strong each defeat is; 0 where there is none."""
    margins = claim.given.get("strength", default) == "margins"
    return [
        [(pairs[a][b] - pairs[b][a] if margins else pairs[a][b]) if pairs[a][b] > pairs[b][a] else 0 for b in claim.places]
        for a in claim.places
    ]


def _strongest(steps: Table, start: int) -> list[int]:
    """The strength of the strongest chain from an option to every other, a chain being as strong as its weakest link;
    the option reached by the strongest chain is taken next."""
    strengths, waiting = list(steps[start]), set(range(len(steps))) - {start}
    while waiting:
        here = max(waiting, key=strengths.__getitem__)
        waiting.remove(here)
        for there in waiting:
            strengths[there] = max(strengths[there], min(strengths[here], steps[here][there]))
    strengths[start] = 0
    return strengths


def _reached(steps: Table, start: int, strength: int, places: range) -> set[int]:
    """The options reached by steps of at least a given strength; with strength 0, all of them."""
    reached, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        more = [there for there in places if there not in reached and steps[here][there] >= strength]
        reached.update(more)
        waiting += more
    return reached
