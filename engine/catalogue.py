"""A folder is a list.

Dropping `engine/rules/voting/borda.py` in makes the rule exist, dropping `engine/features/bounties/` in makes the
feature exist. `names` lists a folder without importing anything in it; `load` imports one file and gives what it
defines under its own name; `declared` gives everything of one sort that the kernel and the features declare.

>>> "borda" in names("engine.rules.voting")
True
>>> "polls" in features()
True
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.resources import files
from types import ModuleType
from typing import Any, TypeVar

from engine.refusals import refuse

T = TypeVar("T")

KERNEL, FEATURES = "engine.kernel", "engine.features"


@cache
def names(folder: str) -> tuple[str, ...]:
    """The entries of an importable folder, sorted: its Python files and sub-folders without those that start with _."""
    listed = set()
    for item in files(folder).iterdir():
        stem, dot, ending = item.name.partition(".")
        if not stem.startswith("_") and (ending == "py" or (not dot and item.is_dir() and (item / "__init__.py").is_file())):
            listed.add(stem)
    return tuple(sorted(listed))


def load(folder: str, name: str) -> Any:
    """What the rule `name` of `folder` defines under its own name; refused with the nearest known one."""
    known = names(folder)
    if name not in known:
        raise refuse(
            "rule_unknown", "{family} rule {name!r}", "is not known here", "{near}",
            family=folder.rpartition(".")[2], name=name, near=did_you_mean(name, known),
        )  # fmt: skip
    return getattr(module(folder, name), name)


@cache  # Python looks for a module anew each time it is asked, and every ballot asks for its poll's rules
def module(folder: str, name: str) -> ModuleType:
    """One entry of a folder, imported."""
    return import_module(f"{folder}.{name}")


def modules(folder: str) -> Iterator[ModuleType]:
    """Every entry of a folder, imported."""
    for name in names(folder):
        yield module(folder, name)


def features() -> tuple[str, ...]:
    """Every feature, each after those it needs, as its folder's `NEEDS` says; a circle is a mistake of ours."""
    order: list[str] = []

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " needs ".join((*trail, name))
        if name not in order:
            for needed in sorted(module(FEATURES, name).NEEDS):
                walk(needed, (*trail, name))
            order.append(name)

    for name in names(FEATURES):
        walk(name, ())
    return tuple(order)


def feature_of(thing: Any) -> str:
    """The feature that declares a class or function; empty for the kernel's own."""
    rooms = str(thing.__module__).split(".")
    return rooms[2] if rooms[:2] == ["engine", "features"] else ""


@cache
def house() -> tuple[ModuleType, ...]:
    """Every file of the kernel and of the features, imported; scanned when somebody asks, so that a list is never half there."""
    rooms = [*modules(KERNEL)]
    for feature in features():
        rooms += [module(FEATURES, feature), *modules(f"{FEATURES}.{feature}")]
    return tuple(rooms)


_declared: dict[type, tuple[Any, ...]] = {}


def declared(sort: type[T]) -> tuple[T, ...]:
    """Every object of one sort that the kernel and the features declare, in the order of their files."""
    if sort not in _declared:
        things = (thing for room in house() for thing in vars(room).values() if isinstance(thing, sort) and not isinstance(thing, type))
        _declared[sort] = tuple({id(thing): thing for thing in things}.values())
    return _declared[sort]


def subclasses(base: type[T]) -> tuple[type[T], ...]:
    """Every class made of `base` that the kernel and the features define, in the order of their files."""
    return tuple(
        thing
        for room in house()
        for thing in vars(room).values()
        if isinstance(thing, type) and issubclass(thing, base) and thing is not base and thing.__module__ == room.__name__
    )


LISTED_MAX = 24
"""Names that a refusal lists beside the nearest."""


def did_you_mean(name: str, known: tuple[str, ...] | list[str]) -> str:
    """The way out of a wrong name: the nearest known one, and all of them where there is none or they are few.

    >>> did_you_mean("bordo", ["borda", "schulze"])
    "did you mean 'borda'? known: borda, schulze"
    """
    near = get_close_matches(str(name), known, n=1)
    listed = "known: " + (", ".join(known) or "none")
    if not near:
        return listed
    return f"did you mean {near[0]!r}?" + (f" {listed}" if len(known) <= LISTED_MAX else "")
