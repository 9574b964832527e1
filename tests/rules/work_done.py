"""Counting what a count does: a figure that is the same on every machine, where seconds are not.

A line of Python counts as `LINE` units, wherever it stands, those of fractions and of NumPy's own included; an array operation as many
as it looks at or makes words of eight bytes, or cells where it picks, sorts or counts them one by one. Arrays made from the ballots
are seen wherever they go; what is not seen is what one call into C does with lists and long numbers.

>>> measured(lambda: [number + 1 for number in range(100)])[1] >= 100 * LINE
True
>>> measured(lambda: seen(np.zeros(8_000)) + 1)[1] >= 8_000
True
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.elections.election import Election
from engine.limits import WORK_STEP as LINE

Answer = Any
DONE = [0]
"""Units of work, since somebody began to count them."""


class Seen(np.ndarray):
    """An array that counts what is done with it, as does whatever is made of it."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **given: Any) -> Any:
        if given.get("out") is not None:
            given["out"] = tuple(map(plain, given["out"]))
        made = getattr(ufunc, method)(*map(plain, inputs), **given)
        work(sum(words(each) for each in (*inputs, made)) if method == "__call__" else sum(map(cells, inputs)))
        return seen(made)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        made = function(*plain(args), **plain(kwargs))
        touched = cells(args) + cells(kwargs) + cells(made)
        sorts = function.__name__ in ("argsort", "sort", "lexsort", "unique")
        work(touched * (longest(args) if sorts else 1))
        return seen(made)

    def __getitem__(self, key: Any) -> Any:
        made = plain(self)[plain(key)]
        work(cells(made) if not np.may_share_memory(made, plain(self)) else 1)
        return seen(made)

    def __setitem__(self, key: Any, value: Any) -> None:
        work(cells(key) + cells(value))
        plain(self)[plain(key)] = plain(value)

    def astype(self, *args: Any, **kwargs: Any) -> Any:
        work(self.size)
        return seen(plain(self).astype(*args, **kwargs))

    def tolist(self) -> Any:
        work(self.size)
        return plain(self).tolist()


def _counted(name: str) -> Callable[..., Any]:
    """A method of arrays that looks at every cell; a sort at each several times."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        made = getattr(plain(self), name)(*plain(args), **plain(kwargs))
        touched = self.size + cells(args)
        work(touched * (longest(self) if "sort" in name else 1))
        return seen(made)

    return method


for _name in ("sum", "max", "min", "any", "all", "cumsum", "dot", "argmax", "argmin", "argsort", "searchsorted", "nonzero", "copy"):
    setattr(Seen, _name, _counted(_name))


def work(units: int) -> None:
    DONE[0] += units


def plain(thing: Any) -> Any:
    """The same without counting, for NumPy itself."""
    if isinstance(thing, Seen):
        return thing.view(np.ndarray)
    if isinstance(thing, list | tuple) and any(isinstance(each, Seen | list | tuple) for each in thing):
        parts = [plain(each) for each in thing]
        return type(thing)(*parts) if hasattr(thing, "_fields") else type(thing)(parts)
    return {name: plain(each) for name, each in thing.items()} if isinstance(thing, dict) else thing


def seen(thing: Any) -> Any:
    """The arrays in it, counting."""
    if isinstance(thing, np.ndarray):
        return thing.view(Seen)
    return type(thing)(map(seen, thing)) if type(thing) in (tuple, list) else thing


def cells(thing: Any) -> int:
    if isinstance(thing, np.ndarray):
        return thing.size
    return sum(map(cells, thing.values() if isinstance(thing, dict) else thing)) if isinstance(thing, list | tuple | dict) else 0


def longest(thing: Any) -> int:
    """How often what is sorted can be halved."""
    if isinstance(thing, np.ndarray):
        return int(thing.shape[-1]).bit_length() if thing.ndim else 1
    return max(map(longest, thing), default=1) if isinstance(thing, list | tuple) else 1


def words(thing: Any) -> int:
    """How many words of eight bytes an array takes."""
    return -(-thing.nbytes // 8) if isinstance(thing, np.ndarray) else sum(map(words, thing)) if isinstance(thing, tuple) else 0


def watched(election: Election) -> Election:
    """The same election, with arrays that count."""
    for name in ("columns", "table", "orders", "chosen", "given_weights"):
        if isinstance(election.__dict__.get(name), np.ndarray):
            election.__dict__[name] = seen(election.__dict__[name])
    return election


def measured(act: Callable[[], Answer]) -> tuple[Answer, int]:
    """What it answers, and the units of work it took."""
    DONE[0] = 0

    def line(frame: Any, event: str, _: Any) -> Any:
        if event == "line":
            work(LINE)
        return line

    def enter(frame: Any, event: str, _: Any) -> Any:
        return None if frame.f_code.co_filename == __file__ else line

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        answer = act()
    finally:
        sys.settrace(before)
    return answer, DONE[0]
