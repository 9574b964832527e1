"""How much work a count may take, before it begins: the bound that every rule states, as a function of an election's shape.

A unit is what an array operation does to eight bytes, or to one cell where it picks, sorts or counts cells one by one: about a
nanosecond. A step of Python counts as `WORK_STEP` of them. A bound is of the worst ballots there may be, so that most counts take a small part
of it. What depends on the ballots too much for that, a search, counts its own work by a `Meter` and ends, or is refused, at
`SEARCH_WORK_MAX`.

Bounds are a copy's own: another machine allows more, and a search that has become faster spends less. So they say what is begun, and never
what comes out: whether a poll's count may take too long is asked when it opens (`work_problems`), and once ballots are cast they are counted
`without_bounds`, in the community and in every audit.

>>> read_once(Shape(ballots=1_000_000, options=20)) < compared(Shape(ballots=1_000_000, options=20)) < WORK_MAX
True
>>> check_work("schulze", compared, Shape(ballots=1_000_000, options=256))
Traceback (most recent call last):
engine.refusals.Refusal: too_large: a count by schulze of 1,000,000 different ballots and 256 options could take ... steps, of 12,000,000,000 at most; ...
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from math import comb
from types import MappingProxyType
from typing import NamedTuple

from engine.limits import (
    COMMITTEE_WORK_MAX,
    COMMITTEES_MAX,
    KEMENY_OPTIONS_MAX,
    LOCKING_STEPS_MAX,
    MEMBERS_MAX,
    RUNOFF_CELLS_MAX,
    RUNOFF_WAYS_MAX,
    SEARCH_WORK_MAX,
    SETS_MAX,
    WORK_MAX,
    WORK_STEP,
)
from engine.refusals import refuse


class Shape(NamedTuple):
    """What is known of an election before its ballots are: how many of them may differ, the options, the seats, the most `points` that a
    ballot may give an option, and all parameters that are `given` to the rule. `searching`: whether the work of searches is reckoned
    with. `votes`: all votes, or points, that there may be together; 0 where nobody knows."""

    ballots: int
    options: int
    seats: int = 1
    points: int = 1
    given: Mapping[str, object] = MappingProxyType({})
    searching: bool = True
    votes: int = 0

    @property
    def cells(self) -> int:
        return self.ballots * self.options

    def search(self, units: int) -> int:
        """So much for a search, which says afterwards (`searched_for`) how much of it there was."""
        return units if self.searching else 0


Work = Callable[[Shape], int]
"""At most so many units of work."""
SETTLING_REPETITIONS = 100
"""How often keep values may have to be brought closer at one stage: ten times as often as was seen in thousands of small elections."""
ADDITIONS = 300
"""How often money may have to be added to equal shares: half as often again as for any published vote (Warszawa 2026 takes 185). With amounts
in small units it may be more often; that takes longer, and a poll is counted to the end."""
_LIFTED: ContextVar[bool] = ContextVar("bounds of work are lifted", default=False)


@contextmanager
def without_bounds() -> Iterator[None]:
    """What is counted within this is counted to its end, however much work that takes.

    >>> with without_bounds():
    ...     check_work("schulze", compared, Shape(ballots=1_000_000, options=256))
    """
    before = _LIFTED.set(True)
    try:
        yield
    finally:
        _LIFTED.reset(before)


def is_too_much(units: int, units_max: int) -> bool:
    """Whether work is beyond a bound, where bounds hold."""
    return units > units_max and not _LIFTED.get()


@dataclass
class Searched:
    """How much work searches have done."""

    units: int = 0


_SEARCHED: ContextVar[Searched | None] = ContextVar("what searches have done", default=None)


@contextmanager
def searched_within() -> Iterator[Searched]:
    """What the searches of a count do, that is made within this."""
    done = Searched()
    before = _SEARCHED.set(done)
    try:
        yield done
    finally:
        _SEARCHED.reset(before)


def searched_for(units: int) -> None:
    """A search has done so much, and says so to whoever wants to know."""
    done = _SEARCHED.get()
    if done is not None:
        done.units += units


@dataclass
class Meter:
    """Work that a search has done; refused (`too_large`) where it becomes too much, with a way out. One that begins `without_bounds` stays
    so: what an outcome certifies is worked out later."""

    way_out: str
    done: int = 0
    bounded: bool = field(default_factory=lambda: not _LIFTED.get())

    def spend(self, units: int) -> None:
        self.done += units
        searched_for(units)
        if self.bounded and self.done > SEARCH_WORK_MAX:
            raise refuse(
                "too_large", "the count", "takes more than {search_work_max:,} steps", self.way_out, search_work_max=SEARCH_WORK_MAX
            )


def check_work(rule: str, work: Work, shape: Shape) -> None:
    """Refuse (`too_large`) to count what could take more work than the limit."""
    units = work(shape)
    if is_too_much(units, WORK_MAX):
        raise refuse(
            "too_large", "a count by {rule} of {ballots:,} different ballots and {options} options",
            "could take {units:,} steps, of {work_max:,} at most",
            "merge ballots that say the same, ask about fewer options, or count it by a rule that takes less work",
            rule=rule, ballots=shape.ballots, options=shape.options, units=units, work_max=WORK_MAX,
        )  # fmt: skip


def ballots_max(work: Work, options: int, seats: int = 1, points: int = 5) -> int:
    """How many different ballots about so many options are always counted within the limit; no more than anybody may give at once.

    >>> ballots_max(read_once, 20), ballots_max(compared, 256)
    (10000000, 74539)
    """
    return bisect_right(range(1, MEMBERS_MAX + 1), WORK_MAX, key=lambda ballots: work(Shape(ballots, options, seats, points)))


def fixed(shape: Shape) -> int:
    """What every count does, whatever its shape: reading its terms, writing its scores."""
    return WORK_STEP * (2_000 + 100 * shape.options)


def read_once(shape: Shape) -> int:
    """Every cell of the ballots is read a few times: votes, approvals, points."""
    return fixed(shape) + 32 * shape.cells


def placed(shape: Shape) -> int:
    """Every ballot is sorted, and what stands at each place counted."""
    return fixed(shape) + 64 * shape.cells + WORK_STEP * 20 * shape.options


def listed(shape: Shape) -> int:
    """Every cell is read, and options are compared with each other by what they have."""
    return placed(shape) + shape.cells * shape.options // 2 + WORK_STEP * 12 * shape.options**2


def apportioned(shape: Shape) -> int:
    """Every cell is read, and seats are shared out one by one."""
    return read_once(shape) + WORK_STEP * 300 * (shape.options + shape.seats)


def compared(shape: Shape) -> int:
    """Every two options are compared on every ballot, by as many binary digits of a weight as there may be."""
    pairs = shape.options**2
    return placed(shape) + 2 * pairs * shape.ballots + WORK_STEP * 200 * pairs + 10 * shape.options**3


def locked(shape: Shape) -> int:
    """Comparisons, and then every defeat is locked in or not, in orders that are gone through up to a limit."""
    return compared(shape) + WORK_STEP * (40 * shape.options**2 * shape.options.bit_length() + shape.search(LOCKING_STEPS_MAX))


def by_rounds(shape: Shape) -> int:
    """Round after round an option drops out; where options tie, in every order, up to a limit."""
    options, cells = shape.options, shape.cells
    ways = max(options, min(1 << min(options, 62), RUNOFF_WAYS_MAX))
    read = max(options * cells, min(ways * cells, RUNOFF_CELLS_MAX))
    return placed(shape) + shape.search(8 * read + 2 * ways * a_round(0, options)) + 4 * options * cells + options * a_round(0, options)


def a_round(cells: int, options: int) -> int:
    """One round among options, of however many ways there are to go on, that reads so many cells."""
    return 8 * cells + WORK_STEP * 60 * options + 4 * options**2


def compared_by_rounds(shape: Shape) -> int:
    """Comparisons, and rounds in which an option drops out."""
    return compared(shape) + by_rounds(shape)


def ranked_rankings(shape: Shape) -> int:
    """Comparisons, and every set of the options in a cycle."""
    return compared(shape) + shape.search(ordered(min(shape.options, KEMENY_OPTIONS_MAX))) + WORK_STEP * 200 * shape.options**2


def ordered(options: int) -> int:
    """The best order of options in one cycle, by every set of them."""
    return 20 * options * (options << options)


def seat_by_seat(shape: Shape) -> int:
    """One option after another is elected, and what the others would add is worked out anew each time."""
    return read_once(shape) + shape.seats * _approvals(shape, shape.seats)


def cost_by_cost(shape: Shape) -> int:
    """One option after another is funded, and what the others would cost their supporters is worked out anew each time."""
    return read_once(shape) + shape.options * _approvals(shape, shape.options)


def _approvals(shape: Shape, taken: int) -> int:
    """Every approval is read, and every class of ballots that an option's supporters may be in."""
    return 4 * shape.cells + WORK_STEP * shape.options * (40 + 4 * min(shape.ballots, taken + 1))


def bought(shape: Shape) -> int:
    """One option after another is bought by its supporters, each of whom may have something else left; and more money added, again and again."""
    return 2 * listed(shape) + WORK_STEP * 120 * shape.options**2 + shape.search(SEARCH_WORK_MAX)


def seats_bought(shape: Shape) -> int:
    """Seats are bought by their supporters as options are, and the others filled one by one."""
    return seat_by_seat(shape) + shape.search(SEARCH_WORK_MAX)


def widened(shape: Shape) -> int:
    """What ballots support is widened place by place, and what an option's supporters weigh worked out for every seat and place."""
    options, turns = shape.options, shape.options + shape.seats
    weights = min(shape.ballots, 1 << min(shape.seats, 62))
    return (
        placed(shape)
        + 4 * shape.cells * options
        + turns * (4 * shape.cells + WORK_STEP * (options * 40 + weights * 12) + options * weights)
    )


def transferred(shape: Shape) -> int:
    """Papers pass from one option to the next, at values that are added up at every stage: an option drops out, or a surplus moves."""
    options, stages = shape.options, shape.options + shape.seats + 2
    values = min(shape.ballots, 1 << min(shape.seats, 62))
    held = min(shape.ballots, values * (options + 1))
    each = WORK_STEP * (10 * held + 256 * options + 200) + 4 * values * (options + 1)
    return placed(shape) + 4 * shape.cells * options + stages * each


def transferred_in_passes(shape: Shape) -> int:
    """The same, once for every seat where that is how seats are filled."""
    passes = shape.seats if shape.given.get("winners") == "multi_pass" else 1
    return passes * transferred(shape)


def divided(shape: Shape) -> int:
    """Papers pass from one option to the next; whenever one drops out, everybody is elected anew."""
    seats = min(shape.seats, shape.options)
    stages = shape.options * (seats if shape.given.get("restart", True) else 1) + shape.options
    return placed(shape) + stages * (WORK_STEP * (44 * shape.options + 200) + 16 * shape.ballots + 2 * shape.cells)


def kept(shape: Shape) -> int:
    """What elected options keep of every paper is sought, stage by stage."""
    return placed(shape) + shape.search(SEARCH_WORK_MAX) + WORK_STEP * 400 * shape.options**2


def graded(shape: Shape) -> int:
    """Grades are counted, and taken away from the middle as long as options are level: as many as differ."""
    return placed(shape) + WORK_STEP * 30 * shape.options * min(shape.ballots, shape.points + 1)


def halved(shape: Shape) -> int:
    """Ballots are split in proportion to their points: fractions with as many denominators as there are sums of points."""
    return read_once(shape) + WORK_STEP * 24 * shape.options * (1 + min(shape.ballots, shape.points * shape.options))


def rooted(shape: Shape) -> int:
    """Ballots are read one by one, and square roots of whole numbers added up and compared: as many as there are parts of sums of points."""
    kinds = min(shape.ballots, shape.points**2 * shape.options)
    return fixed(shape) + WORK_STEP * (10 * shape.cells + 20 * shape.ballots + 90 * shape.options * kinds + 2_000 * shape.options)


def searched(shape: Shape) -> int:
    """Sets of options are compared, up to a limit."""
    return placed(shape) + shape.search(SEARCH_WORK_MAX)


def committees(shape: Shape) -> int:
    """Committees are gone through, up to a limit."""
    return read_once(shape) + shape.search(4 * COMMITTEE_WORK_MAX) + WORK_STEP * COMMITTEES_MAX * shape.seats


def too_many_committees(shape: Shape) -> bool:
    """Whether a search for the best committee may be given up: where no bound cuts anything off, it reads too much."""
    seats = min(shape.seats, shape.options)
    branches = sum(comb(shape.options, chosen) for chosen in range(seats + 1))
    return branches * (shape.cells + 100 * shape.options * seats) > COMMITTEE_WORK_MAX


def too_many_rankings(shape: Shape) -> bool:
    """Whether a search for the best ranking may be given up: where all options are in one cycle."""
    return shape.options > KEMENY_OPTIONS_MAX


def too_many_sets(shape: Shape) -> bool:
    """Whether a search for the best set within a budget may be given up: where each set may be better than all that cost less. No two
    of those are worth the same, so that there are no more than votes, where votes are all that counts."""
    every = 1 << min(shape.options, 62)
    counted = shape.votes and shape.given.get("worth", "votes") == "votes"
    sets = min(every, shape.votes + 1) if counted else every
    compared = min(2 * every, (shape.options + 1) * sets)
    work = compared * (12 * shape.options // 8 + 200) + 100 * WORK_STEP * shape.options
    return sets > SETS_MAX or work > SEARCH_WORK_MAX


def too_many_purchases(shape: Shape) -> bool:
    """Whether buying seats or options may be given up: every ballot is read for some of the options whenever one is bought, and
    voters whose points differ hardly ever have the same left."""
    reads = 16 + 32 * WORK_STEP if shape.given.get("utility") == "additive" else 16
    return WORK_STEP * 200 * shape.options**2 + reads * shape.options * shape.cells > SEARCH_WORK_MAX


def too_many_additions(shape: Shape) -> bool:
    """Whether adding money may be given up: where it is added about as often as in the towns that took longest, and changes something
    each time."""
    added = ADDITIONS if str(shape.given.get("completion")).startswith("add_one") else 0
    return too_many_purchases(shape) or added * (shape.cells + 4 * WORK_STEP * shape.options) > SEARCH_WORK_MAX


def too_many_shares(shape: Shape) -> bool:
    """Whether adding money may be given up under the terms of a town, which always adds some."""
    return too_many_additions(shape._replace(given={"completion": "add_one"}))


def too_many_repetitions(shape: Shape) -> bool:
    """Whether the search for keep values may be given up: where at every stage they are slow to settle."""
    cell = WORK_STEP * 44 if shape.given.get("exact") else 16
    stages = shape.options + shape.seats + 2
    return SETTLING_REPETITIONS * stages * (cell * shape.cells + WORK_STEP * 120 * shape.options) > SEARCH_WORK_MAX


def never(shape: Shape) -> bool:
    return False
