"""Ballots as lines of text that are read again (`engine.elections.text`).

>>> print(write(("garden", "pool"), "gifts", np.array([[150, 0], [5, 700]]), [3, 1], None, {"decimals": 2}), end="")
decimals: 2
ballots: gifts
options: "garden", "pool"
3: "garden" 1.50
1: "garden" 0.05, "pool" 7.00
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.elections.groups import Groups
from engine.elections.kinds import NUMBERED, Kind
from engine.elections.outcome import write_money


def write(
    options: Sequence[str],
    kind: Kind,
    rows: np.ndarray[Any, Any],
    weights: Sequence[int],
    money: tuple[Sequence[int], int] | None,
    beside: Mapping[str, int | None],
    groups: Groups | None = None,
) -> str:
    """Ballots as lines of text; `money` is costs and budget, `beside` as in `text.Written`, and the `decimals` of money."""
    has_amounts = money is not None or kind == "gifts"
    quoted, decimals = [_quoted(name) for name in options], (beside.get("decimals") or 0) if has_amounts else 0
    lines = [f"decimals: {decimals}"] * bool(decimals) + [f"ballots: {kind}", "options: " + ", ".join(quoted)]
    if money is not None:
        costs = [f"{name} {_plain(cost, decimals)}" for name, cost in zip(quoted, money[0], strict=True)]
        lines += ["costs: " + ", ".join(costs), f"budget: {_plain(money[1], decimals)}"]
    lines += [f"{head}: {figure}" for head, figure in beside.items() if figure is not None and head != "decimals"]
    section = ""
    for number, (row, weight) in enumerate(zip(rows.tolist(), weights, strict=True)):
        if groups is not None and (begun := ", ".join(map(_quoted, groups.of_row(number)))) != section:
            section = begun
            lines.append(f"groups: {section}".rstrip())
        lines.append(f"{weight}: {_ballot(row, kind, quoted, decimals)}".rstrip())
    return "\n".join(lines) + "\n"


def _ballot(row: Sequence[int], kind: Kind, quoted: Sequence[str], decimals: int) -> str:
    if kind == "ranked":
        ranks = sorted({rank for rank in row if rank < len(row)})
        return " > ".join(" = ".join(name for name, cell in zip(quoted, row, strict=True) if cell == rank) for rank in ranks)
    given = [(name, cell) for name, cell in zip(quoted, row, strict=True) if cell]
    if kind == "gifts":
        return ", ".join(f"{name} {_plain(cell, decimals)}" for name, cell in given)
    return ", ".join(f"{name} {cell}" if kind in NUMBERED else name for name, cell in given)


def _plain(amount: int, decimals: int) -> str:
    return write_money(amount, decimals).replace(",", "")


def _quoted(name: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
