"""Locking steps in, level by level, where the order within a level is open: every order is considered.

>>> def lock(kept, one, other):                                # keeps at most one step from each
...     return None if one in dict(kept) else (*kept, (one, other))
>>> sorted(lock_all((), [[(0, 1)], [(1, 2), (1, 0)]], lock))
[((0, 1), (1, 0)), ((0, 1), (1, 2))]
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from engine.limits import LOCKING_WAYS_MAX
from engine.refusals import refuse

S = TypeVar("S", bound=Hashable)
Step = tuple[int, int]
Lock = Callable[[S, int, int], S | None]
"""The state once a step is locked in; None where it cannot be, now or ever after."""


def lock_all(start: S, levels: Sequence[Sequence[Step]], lock: Lock[S]) -> list[S]:
    """Every state that locking all steps can lead to, the order within each level being free; refused if there are too many."""
    states, ways = [start], 0
    for level in levels:
        ends: dict[S, None] = {}
        for state in states:
            after, seen = _orders(state, level, lock, LOCKING_WAYS_MAX - ways)
            ends |= dict.fromkeys(after)
            ways += seen - 1
        states = list(ends)
    return states


def _orders(state: S, level: Sequence[Step], lock: Lock[S], ways_max: int) -> tuple[list[S], int]:
    """The states after one level, and how many were examined on the way, at most one more than `ways_max`."""
    if len(level) == 1:
        after = lock(state, *level[0])
        return [state if after is None else after], 1
    open_steps = [step for step in level if lock(state, *step) is not None]
    together = state
    for step in open_steps:
        after = lock(together, *step)
        if after is None:
            break
        together = after
    else:
        if _all_hold(state, open_steps, lock):
            return [together], 1
    seen, waiting, ends = {state}, [state], []
    while waiting:
        here = waiting.pop()
        ahead = [after for step in open_steps if (after := lock(here, *step)) is not None and after != here]
        if not ahead:
            ends.append(here)
        for after in ahead:
            if after not in seen:
                if len(seen) > ways_max:
                    raise _too_many()
                seen.add(after)
                waiting.append(after)
    return ends, len(seen)


def _all_hold(state: S, steps: Sequence[Step], lock: Lock[S]) -> bool:
    """Whether the steps can be locked in the other order too: if neither order forbids any of them, no order does."""
    for step in reversed(steps):
        after = lock(state, *step)
        if after is None:
            return False
        state = after
    return True


def _too_many() -> Exception:
    return refuse(
        "too_many_ties", "the count", "has more than {locking_ways_max} ways to order defeats of the same strength",
        "count it by split_cycle or schulze, which need no order",
        locking_ways_max=LOCKING_WAYS_MAX,
    )  # fmt: skip
