"""What the terminal prints of a thing: JSON values as indented lines, money and moments as people read them.

>>> print("\\n".join(lines({"title": "A bench", "cost": "35000", "text": "by the river,\\nin the sun"}, lambda amount: f"{amount} c")))
title: A bench
cost: 35000 c
text:
  by the river,
  in the sun
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.beside_the_file import lines as lines_beside
from api.beside_the_file import places, whose_rule
from api.rulebook import NOT_VOUCHED
from api.texts import when
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.rules import Parameters, Rule, certificates
from engine.values import typed

MONEY = frozenset({"cost", "budget", "pot", "spent"})
"""Names under which things show an amount of money; the accounts of the ledger and of members are others."""
FOR_PROGRAMS = frozenset({"in_numbers"})
"""Names under which things show what only programs read: `--json` has it."""


def lines(shown: Any, money: Callable[[str], str], indent: str = "") -> list[str]:
    """A JSON value as lines; `money` writes an amount that is in the smallest unit."""
    said: list[str] = []
    rows = shown.items() if isinstance(shown, dict) else (("-", item) for item in shown)
    for name, item in rows:
        if name in FOR_PROGRAMS:
            continue
        label = name if name == "-" else f"{name}:"
        if isinstance(item, dict | list) and item:
            accounts = name == "money" and isinstance(item, dict)
            inner = {account: money(amount) for account, amount in item.items()} if accounts else item
            said += [f"{indent}{label}", *lines(inner, money, indent + "  ")]
        elif isinstance(item, str) and "\n" in item:
            said += [f"{indent}{label}", *(f"{indent}  {line}" for line in item.rstrip("\n").split("\n"))]
        else:
            said.append(f"{indent}{label} {_value(name, item, money)}".rstrip())
    return said


def _value(name: str, item: Any, money: Callable[[str], str]) -> str:
    if item is None or item in ({}, []):
        return ""
    if name == "at" and isinstance(item, int):
        return when(item)
    if (name in MONEY or name == "money") and isinstance(item, str) and item.lstrip("-").isdecimal():
        return money(item)
    return str(item)


def count(election: Election, outcome: Outcome, rule: Rule, kept: Parameters, checked: bool) -> list[str]:
    """A count of a file of ballots: by which rule, and whether that is the file's; its steps, who wins, and what the file says."""
    terms = ", ".join([outcome.rule, *(f"{name}: {typed(value)}" for name, value in kept.items())])
    money = "" if election.budget is None else f", a budget of {election.money(election.budget)}"
    counted = f"{election.total:,} ballots for {len(election.options)} options{money}, by {terms}"
    counted += "".join(f"; {clause}" for clause in (whose_rule(election, rule, kept), places(election, rule, kept)) if clause is not None)
    tied = [f"tied: {', '.join(tie)}" for tie in outcome.ties]
    vouched = certificates.vouched(rule.version)
    said = [] if vouched else [f"({NOT_VOUCHED})"]
    if checked:
        said = [f"checked by its certificate: {vouched}"]
    seats = outcome.seats or {}
    each = [
        str(Step("{name} ({number} {number:seat|seats})", name=name, number=seats[name])) if name in seats else name
        for name in outcome.winners
    ]
    winners = "winners: " + (", ".join(each) or "none")
    return [counted, *outcome.steps, *tied, winners, *lines_beside(election, outcome.winners), *said]
