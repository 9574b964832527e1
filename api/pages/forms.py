"""From the fields of a plain HTML form to those of a command. Works without a script."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from api import money
from engine.event import Command
from engine.features.treasury.terms import MoneyTerms
from engine.limits import OPTIONS_PER_POLL_MAX
from engine.log.codec import form
from engine.refusals import refuse
from engine.values import Money

Given = dict[str, list[str]]


def fields_of(kind: type[Command], given: Given, path: dict[str, str], terms: MoneyTerms) -> dict[str, Any]:
    """A command's fields: those in the path, those typed, and what a ballot or a list of options was put together from.

    Money is typed as people write it, with its decimals.
    """
    schema = form(kind, lenient=True).schema["properties"]
    amounts = {name for name, hint in get_type_hints(kind).items() if Money in (hint, *get_args(hint))}
    fields: dict[str, Any] = {name: _value(schema[name], value) for name, value in path.items()}
    for name, part in schema.items():
        typed = [value for value in given.get(name, []) if value != ""]
        if name in fields or not typed:
            continue
        text = typed[0].replace("\r\n", "\n")
        if name in amounts:
            fields[name] = money.read(terms, text, name)
        elif part.get("type") == "array":
            fields[name] = _options(text, terms, "budget" in given) if name == "options" else typed
        else:
            fields[name] = _value(part, text)
    if kind.__name__ == "CastBallot" and "choice" not in fields:
        fields["choice"] = choice(given)
    return fields


def _options(text: str, terms: MoneyTerms, costed: bool) -> list[dict[str, str]]:
    """Options of their own, one a line; where a budget is shared out each ends in what it costs: `A new oven | 1200`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not costed:
        return [{"label": line} for line in lines]
    options = []
    for number, line in enumerate(lines, 1):
        label, bar, cost = line.rpartition("|")
        if not bar:
            raise refuse(
                "field_missing", "the cost of option {number}", "is not given", "end its line in | and what it costs", number=number
            )
        options.append({"label": label.strip(), "cost": money.read(terms, cost, f"the cost of option {number}")})
    return options


def choice(given: Given) -> str:
    """A ballot from its boxes: `option` ticked, `rank.N` chosen, `points.N` given, or `blank` ticked.

    >>> choice({"option": ["4", "1"]}), choice({"rank.1": ["2"], "rank.2": ["1"], "rank.3": [""]}), choice({"points.3": ["5"]})
    ('4,1', '2>1', '3:5')
    """
    if "blank" in given:
        chosen = [
            name for name, values in given.items() if name.partition(".")[0] in ("option", "rank", "points") and set(values) - {"", "0"}
        ]
        if chosen:
            raise refuse(
                "choice_wrong", "the ballot", "is blank and chooses something", "untick the box for a blank ballot, or choose nothing"
            )
        return ""
    if "option" in given:
        return ",".join(value for value in given["option"] if value)
    ranks: dict[int, list[str]] = {}
    points = []
    for name, values in given.items():
        word, _, number = name.partition(".")
        value = values[0].strip()
        if word not in ("rank", "points") or value in ("", "0"):
            continue
        if not value.isdecimal() or not number.isdecimal() or len(given) > OPTIONS_PER_POLL_MAX + 8 or len(value) > 9:
            raise refuse("choice_wrong", "the ballot", "has {value!r} in it", "give whole numbers", value=value[:20])
        if word == "rank":
            ranks.setdefault(int(value), []).append(number)
        else:
            points.append(f"{number}:{value}")
    if not points and not ranks:
        raise refuse("choice_wrong", "the ballot", "chooses nothing", "choose something, or tick the box for a blank ballot")
    if points:
        return ",".join(points)
    return ">".join("=".join(ranks[rank]) for rank in sorted(ranks))


def _value(part: dict[str, Any], text: str) -> object:
    if part.get("type") == "boolean":
        return {"true": True, "false": False}.get(text, text)
    whole = part.get("type") == "integer" or any(each.get("type") == "integer" for each in part.get("anyOf", ()))
    return int(text) if whole and text.isdecimal() and len(text) < 17 else text
