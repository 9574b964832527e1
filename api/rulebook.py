"""The rules and the commands this copy knows, as pages."""

from __future__ import annotations

import inspect
import re
from typing import Any

from engine import rules
from engine.catalogue import did_you_mean
from engine.elections.work import ballots_max, never
from engine.event import Command, command_of, commands
from engine.log.codec import form
from engine.refusals import refuse
from engine.rules import certificates
from engine.values import typed

NOT_VOUCHED = "no certificate vouches for its figures: they can only be counted again"


def pages(name: str | None = None) -> list[dict[str, Any]]:
    """Every rule, or the one called `name`, here or elsewhere: family, version, parameters, promises, and its docstring as the page."""
    asked_for = [_page(family, each) for family in rules.FAMILIES for each in rules.names(family) if name in (None, each)]
    if not asked_for:
        if name in rules.FAMILIES:
            raise refuse(
                "rule_unknown", "rule {name!r}", "is a family", "name one of it: {known}", name=name, known=", ".join(rules.names(name))
            )
        if name and (called := rules.called("voting", name)):
            return pages(called)
        known = sorted({each for family in rules.FAMILIES for each in rules.names(family)})
        raise refuse(
            "rule_unknown", "rule {name!r}", "is not known here", "{near}", name=(name or "")[:80], near=did_you_mean(name or "", known)
        )
    return asked_for


def _page(family: str, name: str) -> dict[str, Any]:
    if family == "secrecy":
        secrecy = rules.secrecy(name)
        module = __import__(f"engine.rules.secrecy.{name}", fromlist=[name])
        page = inspect.cleandoc(module.__doc__ or "") + "\n\nNot protected: " + secrecy.not_protected
        return {"family": family, "name": name, "version": name, "parameters": {}, "promises": [], "promised": [], "page": page}
    rule = rules.rule(family, name)
    return {
        "family": family,
        "name": name,
        "version": rule.version,
        "parameters": {
            parameter: {"allowed": rules.allowed(hint), "default": None if default is inspect.Parameter.empty else default}
            for parameter, (hint, default) in rule.parameters.items()
        },
        "promises": sorted(rule.promises),
        "promised": _promised(rule),
        "ballots": list(rule.taken),
        "vouched": certificates.vouched(rule.version) if family == "voting" else None,
        "work": work_of(rule) if family == "voting" else None,
        "page": rule.page,
    }


def lines_below(page: dict[str, Any]) -> list[str]:
    """What a rule takes and promises, as lines below its page.

    >>> lines_below(pages("contingent")[0])
    ['takes ranked ballots', 'promises: anonymity, condorcet_loser, majority, majority_loser, neutrality, unanimity',
     'and these where every ballot ranks all options: condorcet_loser, majority_loser',
     'counts 5,700,000 different ballots about 20 options, 440,000 about 100',
     'no certificate vouches for its figures: they can only be counted again']
    >>> lines_below(pages("split_cycle")[0])[1]
    'strength: one of winning_votes, margins; margins unless said'
    """
    lines = [f"takes {' or '.join(page['ballots'])} ballots"] if page.get("ballots") else []
    for name, parameter in page["parameters"].items():
        default = parameter["default"]
        lines.append(f"{name}: {parameter['allowed']}" + ("" if default is None else f"; {typed(default)} unless said"))
    vouched, work = page.get("vouched"), page.get("work")
    return (
        lines
        + page["promised"]
        + ([] if work is None else [work])
        + ([] if vouched is None else [f"a certificate vouches for {vouched}" if vouched else NOT_VOUCHED])
    )


def work_of(rule: rules.Rule) -> str:
    """How large a poll is always counted within the limit of work."""
    few, many = (_rounded(ballots_max(rule.work, options, seats=5)) for options in (20, 100))
    said = f"counts {few:,} different ballots about 20 options, {many:,} about 100"
    said += " (5 are elected)" if "seats" in rule.parameters else ""
    return said + ("; its search may be given up, and no poll is opened where it might" if rule.gives_up is not never else "")


def _rounded(number: int) -> int:
    """Cut to two digits.

    >>> _rounded(4_805_056)
    4800000
    """
    unit: int = 10 ** max(0, len(str(number)) - 2)
    return number // unit * unit


def _promised(rule: rules.Rule) -> list[str]:
    """What a rule promises, and where only under conditions, which.

    >>> _promised(rules.rule("voting", "stv"))
    ['promises: anonymity, neutrality', 'promises solid_coalitions where quota is exact']
    """
    always = sorted(rule.promises - set(rule.provided))
    lines = ["promises: " + ", ".join(always)] if always else []
    if "ranked" in rule.ballots and (those := sorted(rules.ON_COMPLETE & rule.promises)):
        lines.append(f"and these where every ballot ranks all options: {', '.join(those)}")
    for promise, terms in rule.provided.items():
        where = ", ".join(f"{name} is {' or '.join(map(typed, kept))}" for name, kept in terms.items())
        lines.append(f"promises {promise} where {where}")
    return lines


def command_pages(name: str | None = None) -> list[dict[str, Any]]:
    """Every command, or the one called `name`: what it does, its path in HTTP, its fields, and what of them may be left out."""
    return [_command_page(kind) for kind in (commands() if name is None else (command_of(name),))]


def summary_of(kind: type[Command]) -> str:
    """What a command does, in a line: its file's, where it stands first in it, or its own."""
    module = inspect.getmodule(kind)
    here = [other for name, other in vars(module).items() if other in commands() and other.__module__ == kind.__module__]
    about = module.__doc__ if module and here[:1] == [kind] else None
    return inspect.cleandoc(about or kind.__doc__ or kind.__name__).splitlines()[0]


def _command_page(kind: type[Command]) -> dict[str, Any]:
    schema = form(kind, lenient=True).schema
    return {
        "command": kind.__name__,
        "about": summary_of(kind),
        "page": inspect.cleandoc(kind.__doc__ or ""),
        "path": kind.resource,
        "fields": {field: {"required": field in schema["required"], **part} for field, part in schema["properties"].items()},
    }


def in_words(schema: dict[str, Any]) -> str:
    """What a field takes, as people say it.

    >>> from engine.features.polls.open import OpenPoll
    >>> schema = form(OpenPoll, lenient=True).schema["properties"]
    >>> [in_words(schema[field]) for field in ("question", "options", "budget")]
    ['text', 'a list of {label: text, cost: a whole number}', 'a whole number']
    >>> in_words(schema["ideas"])
    'a list of ids such as i18'
    """
    some = [part for part in schema.get("anyOf", schema.get("oneOf", [schema])) if part.get("type") != "null"]
    part = some[-1]
    if "anyOf" in part or "oneOf" in part:
        return in_words(part)
    if "enum" in part:
        return " or ".join(map(str, part["enum"]))
    if part.get("type") == "array":
        of = in_words(part["items"])
        return "a list of " + (of.replace("an id", "ids") if of.startswith("an id") else "texts" if of == "text" else of)
    if part.get("type") == "object":
        return "{" + ", ".join(f"{name}: {in_words(each)}" for name, each in part.get("properties", {}).items()) + "}"
    if letter := re.match(r"\^([a-z])\(0\|", part.get("pattern", "")):
        return f"an id such as {letter[1]}18"
    if part.get("pattern", "").startswith("^[a-z][a-z0-9_]"):
        return "a name"
    return {"integer": "a whole number", "boolean": "true or false"}.get(part.get("type", ""), "text")
