"""The frozen corpus behind every rule's behaviour digest, and `make digests`, which writes them.

A digest is SHA-256 over what a rule says of this corpus, so that a refactoring keeps it and a changed answer does not.
The corpus is drawn from SHA-256 itself: no library's random numbers, the same on every machine. It never changes.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from engine import rules
from engine.elections.election import Election
from engine.elections.groups import Groups
from engine.log.json import canonical
from engine.refusals import Refusal
from engine.rules.earning import Act, Standing
from engine.values import Digest, Money, Points, Positive, PositiveMoney, Power, Share

WRITTEN = Path(__file__).parent.parent / "engine" / "rules" / "digests.json"
ELECTIONS = 60
ACTS = ("ballot_cast", "idea_submitted", "idea_revised", "idea_commented", "idea_supported", "idea_advanced")
SETTINGS_MAX, SPREAD, STRIDE = 150, 36, 104_729


class Draw:
    """Numbers from SHA-256(purpose ‖ counter)."""

    def __init__(self, purpose: str) -> None:
        self._purpose, self._counter = purpose, 0

    def below(self, bound: int) -> int:
        self._counter += 1
        return int.from_bytes(sha256(f"{self._purpose} {self._counter}".encode()).digest()) % bound


def elections(kind: str) -> Iterator[Election]:
    """Small elections of one kind, many of them with ties, with and without a budget."""
    for number in range(ELECTIONS):
        draw = Draw(f"folkmoot digest corpus 1 {kind} {number}")
        many, rows = 1 + draw.below(6), 1 + draw.below(8)
        table = []
        for _ in range(rows):
            if kind == "single":
                chosen = draw.below(many + 1)
                row = [int(place == chosen) for place in range(many)]
            else:
                top = {"approval": 2, "ranked": many + 1, "cumulative": 5, "score": 6, "quadratic": 5, "gifts": 5}[kind]
                row = [draw.below(top) for _ in range(many)]
            table.append(row)
        costs = [draw.below(9) * 10 for _ in range(many)]
        weights = [1 + draw.below(4) for _ in range(rows)]
        election = Election.of(
            [f"o{place}" for place in range(many)], kind, table, weights, costs,  # type: ignore[arg-type]
            max(draw.below(20) * 10, *costs),
        )  # fmt: skip
        election.eligible, election.active = election.total + number % 7, election.total // 2 + number % 5
        yield election


def some_groups(rows: int) -> Groups:
    """Groups of contributors: some in none, some in several."""
    draw = Draw(f"folkmoot digest corpus 3 {rows}")
    return Groups.of([[f"g{group}" for group in range(4) if draw.below(5) < 2] for _ in range(rows)])


def strict_elections() -> Iterator[Election]:
    """Ranked ballots that rank no two options alike, many of them short, half of them with weights that leave surpluses of many
    digits, half with ties."""
    for number in range(ELECTIONS):
        draw = Draw(f"folkmoot digest corpus 2 {number}")
        many, rows, table = 3 + draw.below(5), 3 + draw.below(7), []
        for _ in range(rows):
            order = sorted(range(many), key=lambda _: draw.below(10**9))
            named = order[: 1 + draw.below(many)]
            table.append([named.index(place) if place in named else many for place in range(many)])
        yield Election.of(
            [f"o{place}" for place in range(many)], "ranked", table, [1 + draw.below(400 if number % 2 else 3) for _ in range(rows)]
        )


def settings(rule: rules.Rule) -> Iterator[dict[str, Any]]:
    """Every combination of a rule's parameters over a few values each."""
    names = list(rule.parameters)
    choices = []
    for name in names:
        hint = rule.parameters[name][0]
        if get_origin(hint) is Literal:
            choices.append(list(get_args(hint)))
        elif hint is bool:
            choices.append([False, True])
        elif hint in (int, Money, Points, Power):
            choices.append([0, 1, 7])
        elif hint is Digest:
            choices.append(["0" * 64, "ab" * 32])
        elif hint is Share:
            choices.append(["0", "1/2", "2/3"])
        elif name in ("pool", "bound", "unit"):
            choices.append({"pool": [1_000], "bound": [1, 50], "unit": [1, 100]}[name])
        elif name == "seats":
            choices.append([1, 2, 3] if rule.strict else [1, 2])
        elif hint in (Positive, PositiveMoney):
            choices.append([1, 7])
        else:
            choices.append(list(ACTS) if name == "act" else ["a"])
    every = list(itertools.product(*choices))
    # Of very many combinations a spread of them: the stride shares no factor with how many there are.
    kept = every if len(every) <= SETTINGS_MAX else [every[number * STRIDE % len(every)] for number in range(SPREAD)]
    for values in kept:
        yield dict(zip(names, values, strict=True))


def answers(rule: rules.Rule, given: dict[str, Any]) -> Iterator[Any]:
    """What a rule says of its family's corpus under one setting of parameters."""
    if rule.family == "voting":
        for kind in rule.ballots:
            for election in strict_elections() if rule.strict and kind == "ranked" else elections(kind):
                try:
                    yield rules.count(rule, election, given).digest()
                except Refusal as refusal:
                    yield refusal.code
        return
    if rule.family == "funding" and rule.ballots:
        for election in elections("cumulative"):
            if "by" in rule.parameters:
                election.groups = some_groups(election.rows)
            yield rules.count(rule, election, given).digest()
        return
    for number in range(40):
        draw = Draw(f"folkmoot digest corpus 1 {rule.family} {number}")
        held = [draw.below(6) * draw.below(50) for _ in range(1 + draw.below(9))]
        by_member = {f"m{place}": amount for place, amount in enumerate(held)}
        if rule.family == "lot":
            people = {member: f"group {amount % 3}" for member, amount in by_member.items()}
            try:
                yield list(rule.function(people, **given))
            except Refusal as refusal:
                yield refusal.code
        elif rule.family == "power":
            yield rule.function(held, **given)
        elif rule.family == "reward":
            yield list(rule.function(draw.below(10_000), by_member, **given).items())
        elif rule.family == "earning":
            authors = tuple(by_member)[: 1 + draw.below(4)]
            act = Act(ACTS[draw.below(len(ACTS))], "m1", "i18", authors)
            had = {member: Standing(draw.below(9), draw.below(99), draw.below(199)) for member in authors}
            yield [list(grant) for grant in rule.function(act, had, **given)]
        elif rule.family == "funding" or rule.name == "reputation":
            ticks = sorted(draw.below(30) for _ in held)
            try:
                yield rule.function(list(zip(ticks, held, strict=True)), **given)
            except Refusal as refusal:
                yield refusal.code
        elif rule.name == "turnout":
            yield rule.function(draw.below(20), draw.below(3) * 20)
        else:
            yield rule.function(held, **given)


def digest(rule: rules.Rule) -> str:
    whole = [[sorted(given.items()), list(answers(rule, given))] for given in settings(rule)]
    return sha256(canonical(_plain(whole))).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def all_digests() -> dict[str, str]:
    families = [family for family in rules.FAMILIES if family != "secrecy"]
    every_rule = [rules.rule(family, name) for family in families for name in rules.names(family)]
    return {f"{rule.family}/{rule.version}": digest(rule) for rule in every_rule}


if __name__ == "__main__":
    WRITTEN.write_text(json.dumps(all_digests(), indent=2, sort_keys=True) + "\n")
    print(f"{len(all_digests())} digests written")
