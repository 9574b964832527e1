"""What a community knows: the fold of its events, as far as it is still open.

A state is a place in the log, its tree, and *parts*: one for each thing the kernel and the features know. A part is asked
for by its class and appears on first asking. No erasable or private value is held in any, so that no snapshot can leak one.

>>> class Bells(Part):
...     rung = 0
>>> state = State()
>>> state[Bells].rung += 1
>>> state[Bells].rung, state.seq
(1, 0)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from engine.log.merkle import Tree
from engine.values import Moment, Seq


class Part:
    """What one feature knows: a dataclass whose fields the codec can write. What it can work out from them is `init=False`."""

    def sums(self) -> Mapping[str, tuple[int, int]]:
        """For each unit it keeps books of: how many accounts there are, and what they sum to, which must be 0."""
        return {}

    def figures(self) -> Mapping[str, int]:
        """What an audit says of it besides: how many of something there are in the whole log."""
        return {}

    def tidy(self) -> None:
        """Let go of what is only kept for speed: what is left follows from the log alone."""


P = TypeVar("P", bound=Part)


class State:
    """`seq` is the number of events folded, `at` the time of the last. `tree` is the log's tree, for draws."""

    __slots__ = ("_parts", "at", "seq", "tree")

    def __init__(self, tree: Tree | None = None) -> None:
        self.seq, self.at = Seq(0), Moment(0)
        self.tree = tree or Tree()
        self._parts: dict[type[Part], Part] = {}

    def __getitem__(self, part: type[P]) -> P:
        try:
            return self._parts[part]  # type: ignore[return-value]
        except KeyError:
            made = self._parts[part] = part()
            return made

    def __iter__(self) -> Iterator[Part]:
        """The parts that somebody has asked for."""
        return iter(list(self._parts.values()))

    def put(self, part: Part) -> None:
        """Take over a part, as out of a snapshot."""
        self._parts[type(part)] = part
