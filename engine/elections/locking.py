"""Locking defeats in, level by level, where the order within a level is open: what every order brings, and what some order can.

Which options can win is a hard question in general (NP-complete: Brill & Fischer 2012), and mostly an easy one: defeats
that no cycle can touch are locked in whatever the order, and leave few options that could be unbeaten. For each of
these an order in its favour is tried, and then every order, up to a limit. An option stays in unless it is shown that no
order elects it: how much is looked at to show that depends on no option's place in the listing, so neither do the winners.

>>> levels = [[(0, 1), (1, 2), (2, 0)], [(0, 3)]]              # 0 beats 1 beats 2 beats 0, and then 0 beats 3
>>> every = lock(4, levels)
>>> every.winners, every.unsettled
([0, 1, 2], [])
>>> sorted(every.ends.values())                               # by option, as bits, what it leads to: itself, and what it beats
[(9, 15, 13, 8), (11, 2, 15, 8), (15, 6, 4, 8)]
>>> [seen.bit_count() - 1 for seen in every.certain]          # 0 leads to 3 in every order
[1, 0, 0, 0]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from engine.elections.work import searched_for
from engine.limits import LOCKING_STEPS_MAX, WORK_STEP

Defeat = tuple[int, int]
"""Winner and loser."""
Levels = Sequence[Sequence[Defeat]]
"""Defeats, the strongest first, those of equal strength together."""
Reach = tuple[int, ...]
"""For every option, as bits, the options that locked defeats lead to, itself included."""
Taken = tuple[()] | tuple[int, Defeat, "Taken"]
"""The choices made between equal defeats, the last first, each with the number of its level."""


ONE_OF_MANY = "the order in which equally strong defeats are taken decides, and {names} can win: this is one of the orders"


class Locked(NamedTuple):
    """What locking comes to: who can win; of these, whom no order was found to elect in time, nor shown not to; the end of an
    order for every other winner; and what certainly leads where, in whatever order."""

    winners: list[int]
    unsettled: list[int]
    ends: dict[int, Reach]
    certain: Reach


def lock(options: int, levels: Levels) -> Locked:
    """Who is unbeaten after some order, of defeats among so many options."""
    start = tuple(1 << place for place in range(options))
    certain = _certain(start, levels)
    left = unbeaten(certain)
    as_listed = _taken(start, [defeat for level in levels for defeat in level])
    ends = dict.fromkeys(unbeaten(as_listed), as_listed)
    for place in left:
        if place not in ends and (end := _favouring(place, start, levels)) is not None:
            ends |= {each: ends.get(each, end) for each in unbeaten(end)}
    unsettled = []
    for place in left:
        if place in ends:
            continue
        # As much for each as if none were settled yet: which are, may depend on the listing.
        settled, end = _search(place, start, levels, LOCKING_STEPS_MAX // len(left))
        if not settled:
            unsettled.append(place)
        elif end is not None:
            ends[place] = end
    return Locked(sorted([*ends, *unsettled]), unsettled, ends, certain)


def locked(reach: Reach, one: int, other: int) -> Reach | None:
    """What leads where once `one` beats `other`; None if that would close a cycle."""
    if reach[other] >> one & 1:
        return None
    return joined(reach, one, other)


def unbeaten(reach: Reach) -> list[int]:
    """The options that no other leads to.

    >>> unbeaten((0b011, 0b010, 0b100))
    [0, 2]
    """
    beaten = 0
    for place, seen in enumerate(reach):
        beaten |= seen & ~(1 << place)
    return [place for place in range(len(reach)) if not beaten >> place & 1]


def joined(reach: Reach, one: int, other: int) -> Reach:
    """What leads where if `one` leads to `other` too, cycle or not."""
    more = reach[other]
    if reach[one] >> other & 1:
        return reach
    return tuple(seen | more if seen >> one & 1 else seen for seen in reach)


def _taken(reach: Reach, order: Iterable[Defeat]) -> Reach:
    """What leads where once defeats are taken in this order."""
    for one, other in order:
        reach = locked(reach, one, other) or reach
    return reach


def _certain(reach: Reach, levels: Levels) -> Reach:
    """What leads where in every order, as far as it is certain at once, which may be less than all: a defeat is locked in if no order whatever gives a
    chain that leads back."""
    possible = reach
    for level in levels:
        possible = _all(possible, ((one, other) for one, other in level if not reach[other] >> one & 1))
        reach = _all(reach, ((one, other) for one, other in level if not possible[other] >> one & 1))
    return reach


def _all(reach: Reach, defeats: Iterable[Defeat]) -> Reach:
    """What leads where with all of these defeats too, cycle or not."""
    fresh = [(one, other) for one, other in defeats if not reach[one] >> other & 1]
    if len(fresh) <= len(reach):
        for one, other in fresh:
            reach = joined(reach, one, other)
        return reach
    rows = list(reach)
    for one, other in fresh:
        rows[one] |= 1 << other
    for middle in range(len(rows)):  # Warshall's loop, a row at a time
        more = rows[middle]
        rows = [seen | more if seen >> middle & 1 else seen for seen in rows]
    return tuple(rows)


def _favouring(place: int, reach: Reach, levels: Levels) -> Reach | None:
    """The end of an order that takes, of equal defeats, those first by which the option comes to lead to more, and those last
    that beat it; None if it is beaten all the same."""
    for level in levels:
        beats = _by_winner(level)
        done, ahead = 0, reach[place]
        while ahead:
            one = (ahead & -ahead).bit_length() - 1
            done |= 1 << one
            for other in beats.get(one, ()):
                if not reach[place] >> other & 1:
                    reach = locked(reach, one, other) or reach
            ahead = reach[place] & ~done
        reach = _taken(reach, (defeat for defeat in level if defeat[1] != place))
        if any(other == place and not reach[place] >> one & 1 for one, other in level):
            return None
    return reach


def _search(place: int, start: Reach, levels: Levels, steps_max: int) -> tuple[bool, Reach | None]:
    """Whether so many steps, each for one defeat, settle it; and then the end of an order that elects the option, or None if none does.

    Orders in which it wins lock in nothing against it: what beats it is taken last, and is answered by a chain by then.
    What lies on no chain from the option to one that it still has to answer is left out of account."""
    size = len(start)
    below = [sum(size * min(size, len(level)) for level in levels[number:]) for number in range(len(levels))]
    threats = [sum(1 << one for one, other in level if other == place) for level in levels]
    steps, seen = 0, set[tuple[int, int, Reach]]()
    waiting: list[tuple[int, int, Reach, Taken]] = [(0, sum(threats), start, ())]
    while waiting:
        number, unmet, reach, taken = waiting.pop()
        if not unmet:
            return True, _end(place, start, levels, taken)
        steps += below[number]
        searched_for(WORK_STEP * below[number])
        if steps > steps_max:
            return False, None
        possible = _possible(place, reach, levels[number:], [unmet & threat for threat in threats[number:]])
        if possible is None:
            continue
        between = sum(1 << each for each, there in enumerate(possible) if there & unmet and possible[place] >> each & 1)
        reach = tuple(there & between if between >> each & 1 else 0 for each, there in enumerate(reach))
        level = [(one, other) for one, other in levels[number] if other != place and between >> one & between >> other & 1]
        reach, rest = _without_cycles(reach, level)
        unmet &= ~reach[place]
        if (number, unmet, reach) in seen:
            continue
        seen.add((number, unmet, reach))
        if rest:
            for one, other in sorted(rest, key=_outward(reach[place])):
                after = joined(reach, one, other)
                waiting.append((number, unmet & ~after[place], after, (number, (one, other), taken)))
        else:  # what was due by now has been reached, or it would not have been possible
            waiting.append((number + 1, unmet, reach, taken))
    return True, None


def _possible(place: int, reach: Reach, levels: Levels, unmet: Sequence[int]) -> Reach | None:
    """What can lead where in orders that lock in nothing against the option, or more; None if there is no such order, because
    it cannot lead in time to all that it still has to."""
    possible = reach
    for level, due in zip(levels, unmet, strict=True):
        open_ones = [(one, other) for one, other in level if other != place]
        possible = _all(possible, ((one, other) for one, other in open_ones if not reach[other] >> one & 1))
        reach = _all(reach, ((one, other) for one, other in open_ones if not possible[other] >> one & 1))
        if due & ~possible[place]:
            return None
    return possible


def _end(place: int, reach: Reach, levels: Levels, taken: Taken) -> Reach:
    """The end of the order in which, of equal defeats, those taken come first, and those against the option last."""
    first: dict[int, list[Defeat]] = {}
    while taken:
        number, defeat, taken = taken
        first.setdefault(number, []).insert(0, defeat)
    for number, level in enumerate(levels):
        reach = _taken(reach, [*first.get(number, ()), *sorted(level, key=lambda defeat: defeat[1] == place)])
    return reach


def _without_cycles(reach: Reach, level: Sequence[Defeat]) -> tuple[Reach, list[Defeat]]:
    """What leads where once all defeats are locked in that no order of the level forbids, and the defeats that remain."""
    fresh = [(one, other) for one, other in level if not reach[other] >> one & 1 and not reach[one] >> other & 1]
    possible = _all(reach, fresh)
    reach = _all(reach, ((one, other) for one, other in fresh if not possible[other] >> one & 1))
    return reach, [(one, other) for one, other in fresh if possible[other] >> one & 1 and not reach[one] >> other & 1]


def _outward(seen: int) -> Callable[[Defeat], bool]:
    """Whether a defeat leads from the options seen to a further one."""
    return lambda defeat: bool(seen >> defeat[0] & 1) and not seen >> defeat[1] & 1


def _by_winner(level: Sequence[Defeat]) -> dict[int, list[int]]:
    beats: dict[int, list[int]] = {}
    for one, other in level:
        beats.setdefault(one, []).append(other)
    return beats
