"""A folder is a list.

Dropping `engine/rules/voting/borda.py` in makes the rule exist. `names` lists a folder without importing anything in
it; `load` imports one file and gives what it defines under its own name.

>>> "borda" in names("engine.rules.voting")
True
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from engine.refusals import refuse


@cache
def names(folder: str) -> tuple[str, ...]:
    """The entries of an importable folder, sorted: its Python files and sub-folders without those that start with _."""
    found = set()
    for item in files(folder).iterdir():
        stem, dot, ending = item.name.partition(".")
        if not stem.startswith("_") and (ending == "py" or (not dot and item.is_dir())):
            found.add(stem)
    return tuple(sorted(found))


def load(folder: str, name: str) -> Any:
    """What the rule `name` of `folder` defines under its own name; refused with the nearest known one."""
    known = names(folder)
    if name not in known:
        kind = folder.rpartition(".")[2]
        raise refuse("rule_unknown", f"{kind} rule {name!r}", "is not known here", did_you_mean(name, known))
    return getattr(module(folder, name), name)


def module(folder: str, name: str) -> Any:
    """One entry of a folder, imported."""
    return import_module(f"{folder}.{name}")


def modules(folder: str) -> Iterator[Any]:
    """Every entry of a folder, imported."""
    for name in names(folder):
        yield module(folder, name)


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
