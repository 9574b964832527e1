"""A history of what was staked, as stretches of the same stake, and what a request may say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.refusals import refuse


def stretches(history: Sequence[tuple[int, int]], at: int) -> Iterator[tuple[int, int]]:
    """How many ticks each stake lay there, until tick `at`; `history` says how much is staked from which tick on, oldest first.

    >>> list(stretches([(2, 10), (5, 4), (9, 1)], at=7))
    [(2, 0), (3, 10), (2, 4)]
    """
    if at < 0:
        raise refuse("election_wrong", "the history", "is asked for at tick {at}", "ask from 0 on", at=at)
    stake = last = 0
    for tick, amount in history:
        if tick < last or amount < 0:
            raise refuse(
                "election_wrong", "the history", "says {amount} from tick {tick}", "give stakes from 0, oldest first",
                amount=amount, tick=tick,
            )  # fmt: skip
        if tick > at:
            break
        yield tick - last, stake
        stake, last = amount, tick
    yield at - last, stake


def check_request(requested: int, funds: int, staked: int) -> None:
    """Refuse a request for less than nothing, out of less than nothing, or with less than nothing staked."""
    if min(requested, funds, staked) < 0:
        raise refuse(
            "election_wrong", "the request", "is for {requested} of {funds} with {staked} staked", "give amounts from 0",
            requested=requested, funds=funds, staked=staked,
        )  # fmt: skip
