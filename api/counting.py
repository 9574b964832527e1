"""Counting files of ballots from a terminal: no community is needed for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.terminal import AsJson, answer, fresh
from engine.limits import DECIMAL_DIGITS_MAX
from engine.refusals import refuse

app = typer.Typer()


@app.command()
def tally(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Pabulib, PrefLib, BLT, RCTab, CSV, or lines such as 12: garden > library.")],
    rule: Annotated[str, typer.Option("--rule", help="See folkmoot rules; left out, the rule the file itself names.")] = "",
    parameter: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the rule.")] = None,
    checked: Annotated[bool, typer.Option("--check", help="Also check the count by its certificate, ballot by ballot.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count a file of ballots by a rule."""
    from api import beside_the_file, terminal_text
    from engine import rules
    from engine.elections import files
    from engine.elections.numbers import in_json
    from engine.elections.outcome import Step
    from engine.rules import certificates

    election, given = files.read(file), _parameters(parameter or [])
    if not rule:
        if election.rule is None:
            why = Step("{file} names no rule", file=file.name) if election.stated is None else election.stated.why_not
            if not as_json:  # what can be compared without a rule
                answer(None, as_json, beside_the_file.lines(election, None))
            raise refuse("parameter_wrong", "--rule", "is not given, and {why}", "name one of folkmoot rules, or compare them all", why=why)
        rule, given = election.rule[0], election.rule[1] | given
    counted_by = rules.counting_rule(rule)
    rules.check_roles(counted_by, election.options)
    outcome = rules.count(counted_by, election, given)
    kept = rules.terms(counted_by, election, given)
    vouched = certificates.vouched(counted_by.version)
    has_one = bool(vouched)
    if checked and has_one:
        certificates.check(election, outcome, kept)
    if as_json:
        said = {name: in_json(value) if type(value) is int else value for name, value in kept.items()}
        terms = {"rule": rule, "parameters": said, "scores_are": counted_by.scores, "vouched": vouched}
        terms |= {"checked": has_one} if checked else {}
        answer(outcome.as_json() | terms | beside_the_file.as_json(election, counted_by, kept, outcome.winners), as_json, [])
    else:
        answer(None, as_json, terminal_text.count(election, outcome, counted_by, kept, checked and has_one))
    if checked and not has_one:
        raise refuse(
            "certificate_unknown",
            "the count",
            "is not checked: {rule} gives no certificate",
            "count it again elsewhere",
            rule=counted_by.name,
        )


@app.command()
def draw(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="People, one a line, perhaps as north: Ana to name their group.")],
    seats: Annotated[int, typer.Option(min=1, help="How many are drawn.")],
    seed: Annotated[str, typer.Option(help="64 hexadecimal digits to draw by; left out, fresh ones, which are printed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Draw people by lot, from every group as many as its size asks for; whoever has the list and the seed can draw again."""
    from secrets import token_bytes

    from engine.elections.files import read_people
    from engine.rules import rule

    sortition, source = rule("lot", "sortition"), seed or token_bytes(32).hex()
    people = read_people(file)
    chosen = sortition.function(people, **sortition.complete({"seats": seats, "seed": source}))
    groups = sorted(set(people.values()))
    named = ", ".join(group or "those without one" for group in groups)
    whom = f"drawn from {len(people):,} people" + (" without groups" if groups == [""] else f" in {len(groups)} groups: {named}")
    groups = [group for group in groups if group]
    answer({"drawn": list(chosen), "seed": source, "people": len(people), "groups": groups}, as_json, [*chosen, whom, f"seed: {source}"])


@app.command()
def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ballots, as tally takes them.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new file: .pb .soc .soi .toc .toi .cat .blt .csv or .txt.")],
    as_json: AsJson = False,
) -> None:
    """Write a file of ballots in another format. Ballots and what a count needs are kept, or it is said that they are not; titles, what
    projects are called beside their ids, and who won are not."""
    from engine.elections import converting, files

    election = files.read(file)
    written = converting.write(election, out)
    with fresh(out) as into:
        into.write(written.text.encode())
    left_out = [f"Left out, for such a file has no place for it: {'; '.join(written.left_out)}."] if written.left_out else []
    added = [f"Added, for such a file always says it: {'; '.join(written.added)}."] if written.added else []
    shown = {"file": str(out), "ballots": election.total, "left_out": written.left_out, "added": written.added}
    answer(shown, as_json, [f"Wrote {election.total:,} ballots to {out}.", *left_out, *added])


def _parameters(items: list[str]) -> dict[str, Any]:
    """What is given as `NAME=VALUE`, each once."""
    parameters: dict[str, Any] = {}
    for item in items:
        name, _, value = item.partition("=")
        if name in parameters:
            raise refuse("parameter_wrong", "--set {name}", "is given twice", "give it once", name=name)
        known = {"true": True, "false": False}
        parameters[name] = known.get(value, int(value) if value.isdecimal() and len(value) <= DECIMAL_DIGITS_MAX else value)
    return parameters
