"""A runoff: which options were left in each round, with how many votes."""

from __future__ import annotations

from engine.elections.figures import Action, Figures, Stage
from engine.limits import RUNOFF_CELLS_MAX, RUNOFF_WAYS_MAX
from engine.rules.certificates._claim import Claim

Left = tuple[int, ...]


def runoff(claim: Claim) -> bool:
    """The rounds stated are all there are, with the votes that the ballots give them, and those win who win in one of them. An option
    outlasts as many as are not left in the shortest round it is left in."""
    one_by_one = _counted(claim, together=False)
    rounds, won = one_by_one or _counted(claim, together=True) or ({}, set())
    outlasted = [len(claim.places) - min(len(left) for left in rounds if place in left) for place in claim.places]
    return (
        {tuple(left): votes for left, votes in claim.facts} == rounds
        and len(claim.facts) == len(rounds)
        and sorted(won) == claim.won
        and claim.scores == outlasted
        and claim.rounds == _until_a_fork(claim, together=one_by_one is None)
    )


def stages(claim: Claim) -> bool:
    """The figures are those of one way through, to its end: of options that are tied, the one listed last drops out."""
    together, before, stages = _counted(claim, together=False) is None, dict[str, int](), list[Stage]()
    left, ways = tuple(claim.places), [tuple(claim.places)]
    gone: tuple[int, ...] = ()
    while ways:
        gone, left = tuple(place for place in left if place not in ways[-1]), ways[-1]
        _, alive = _round(claim, left)
        votes, ways, winners = _after(claim, left, together)
        now = dict(zip([claim.options[place] for place in left], votes, strict=True))
        tied = [place for place in left if any(place not in way for way in ways)] if len(ways) > 1 else []
        gained = {name: has - before[name] for name, has in now.items() if before and has != before[name]}
        action: Action = "elimination" if before else "first_preferences"
        named = [tuple(claim.options[place] for place in places) for places in (gone, sorted(winners), tied)]
        stages.append(Stage(action, named[0], now, gained, claim.voters - alive, alive - sum(votes), elected=named[1], tied=named[2]))
        before = now
    return claim.figures == Figures(stages=tuple(stages))


def _counted(claim: Claim, together: bool) -> tuple[dict[Left, list[int]], set[int]] | None:
    """The votes of every round that can come about, and who wins in one; None if there are too many to be gone through one by one, so that
    tied options drop out together."""
    cells = max(1, len(claim.ballots) * len(claim.places))
    most = max(len(claim.places), min(RUNOFF_WAYS_MAX, RUNOFF_CELLS_MAX // cells))
    rounds, won, waiting = dict[Left, list[int]](), set[int](), [tuple(claim.places)]
    while waiting:
        left = waiting.pop()
        if left in rounds:
            continue
        if len(rounds) == most and not together:
            return None
        rounds[left], ways, winners = _after(claim, left, together)
        won |= winners
        waiting += ways
    return rounds, won


def _after(claim: Claim, left: Left, together: bool) -> tuple[list[int], list[Left], set[int]]:
    """A round's votes, which options may be left after it, and who wins in it."""
    votes, alive = _round(claim, left)
    ahead = {place for place, has in zip(left, votes, strict=True) if 2 * has > alive or len(left) == 1}
    if ahead or not alive:
        return votes, [], ahead or set(left)
    ways = _ways(left, votes, alive)
    if together and len(ways) > 1:
        kept = tuple(place for place in left if all(place in way for way in ways))
        return votes, [kept] if kept else [], set() if kept else set(left)
    return votes, ways, set()


def _until_a_fork(claim: Claim, together: bool) -> list[dict[int, int]]:
    """The votes of the rounds that every way goes through, up to the first after which there are several, or none."""
    rounds, ways = list[dict[int, int]](), [tuple(claim.places)]
    while len(ways) == 1:
        (left,) = ways
        votes, ways, _ = _after(claim, left, together)
        rounds.append(dict(zip(left, votes, strict=True)))
    return rounds


def _round(claim: Claim, left: Left) -> tuple[list[int], int]:
    """For each option left, the ballots that rank it alone highest; and how many rank any of them."""
    if left not in claim.rounds_known:
        claim.rounds_known[left] = _gone_through(claim, left)
    return claim.rounds_known[left]


def _gone_through(claim: Claim, left: Left) -> tuple[list[int], int]:
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
