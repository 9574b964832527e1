"""`folkmoot`: the same house from a terminal. Every command has `--json`; heavy imports stand where they are used."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from api.terminal import answer, fresh, progress_bars, wrong_file
from engine.limits import DECIMAL_DIGITS_MAX
from engine.refusals import Refusal, refuse

app = typer.Typer(
    name="folkmoot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The community's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"folkmoot {version('folkmoot')}")
        raise typer.Exit


@app.callback()
def folkmoot(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which folkmoot this is.")] = False,
) -> None:
    """A community runs itself in the open: ideas, votes, points and shared rewards that anyone can recount."""


@app.command()
def demo(
    source: Annotated[Path | None, typer.Option("--from", metavar="FILE.pb", help="Hold a real participatory budget instead.")] = None,
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where to keep it.")] = Path("demo"),
    serve_it: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it at 127.0.0.1:8000 when it is made.")] = True,
    port: int = 8000,
    as_json: AsJson = False,
) -> None:
    """Make a demo community (an invented coffee roaster, or a real vote), verify it, and serve it."""
    from api import demonstration

    with demonstration.made(folder, source, _chance(), _now(), progress_bars(as_json)) as made:
        answer(made.summary, as_json, made.lines)
    if serve_it:
        from api import server

        server.serve(folder, port, links=made.member_links)


@app.command()
def serve(
    folder: Folder,
    port: int = 8000,
    host: str = "127.0.0.1",
    head: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The newest signed head you know; a log behind it is not served.")
    ] = None,
    link: Annotated[list[str] | None, typer.Option(metavar="MEMBER", help="Print a sign-in link for this member, such as m2.")] = None,
    name: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Another name people reach it by, such as moot.example.")] = None,
) -> None:
    """Serve a community: pages and HTTP. Prints a sign-in link for the founder, or for each --link."""
    from api import server
    from engine.elections.files import read_text

    server.serve(folder, port, host, tuple(link or ("m1",)), None if head is None else read_text(head), tuple(name or ()))


@app.command()
def found(
    charter: Annotated[str, typer.Argument(metavar="CHARTER", help="A preset's name, or a TOML file.")],
    folder: Folder,
    name: Annotated[str | None, typer.Option(help="The founder's name, as members will see it.")] = None,
    origin: Annotated[str, typer.Option(help="What the log is called for ever, such as your.domain/moot.")] = "",
    as_json: AsJson = False,
) -> None:
    """Found a community in a new folder."""
    from engine import charter as charters
    from engine.elections.files import read_text
    from engine.store import folder as folders

    text = charters.preset(charter) if charter in charters.presets() else read_text(Path(charter)) if Path(charter).suffix else None
    if text is None:
        text = charters.preset(charter)
    community = folders.found(folder, text, origin or f"local/{folder.resolve().name.replace(' ', '-')}", _now(), _chance(), name)
    with community.reading() as state:
        found_as = {"folder": str(folder), "founder": "m1", "origin": state.origin, "key": state.key}
    folders.close(community)
    answer(found_as, as_json, [f"Founded in {folder}. You are m1, its founder.", f"Its log is signed by {found_as['key']}"])


@app.command()
def do(
    folder: Folder,
    command: Annotated[Path, typer.Argument(metavar="COMMAND.json", help="The command, or - for standard input.")],
    actor: Annotated[str, typer.Option("--as", help="Who asks: a member's id, newcomer or clock.")] = "m1",
    key: Annotated[str | None, typer.Option(help="An idempotency key: the same key does it once.")] = None,
    as_json: AsJson = False,
) -> None:
    """Do a command: {"command": "SubmitIdea", "title": "…", "text": "…"}. `folkmoot commands` lists them all."""
    from api.asking import read_command, shown
    from engine.commands import Ask
    from engine.commands.declare_loss import DeclareLoss
    from engine.elections.files import read_text
    from engine.store.folder import opened
    from engine.values import Actor, Moment

    data = sys.stdin.buffer.read() if str(command) == "-" else read_text(command).encode()
    asked = read_command(data)
    with opened(folder, gone_back=isinstance(asked, DeclareLoss)) as community:
        receipt = community.execute(Ask(Actor(actor), asked, Moment(_now()), _chance(), key))
    events = f"event {receipt.seq}" if receipt.count == 1 else f"events {receipt.seq} to {receipt.seq + receipt.count - 1}"
    made = f": {asked.makes}{receipt.seq}" if asked.makes else ""
    lines = [f"Recorded as {events}, asked by {actor}{made}"]
    if receipt.erasure_pending:
        lines.append("Somebody is reading: what was erased leaves the files when folkmoot next starts on them.")
    answer(shown(receipt, type(asked)), as_json, lines)


@app.command()
def show(
    folder: Folder,
    thing: Annotated[str, typer.Argument(help="home, charter, members, ideas, polls, ledger, log, or an id: m3, i18, p40, 17.")] = "home",
    start: Annotated[int, typer.Option(min=0, help="Where a list begins.")] = 0,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How much of a list.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Show a thing of a community."""
    from functools import partial

    from api import money, plain
    from api.asking import view_of
    from engine.store.folder import opened

    with opened(folder) as community:
        shown = view_of(community, thing, start, count)
        with community.reading() as state:
            terms = state.charter.money
    answer(shown, as_json, [] if as_json else plain.lines(shown, partial(money.shown, terms)))


@app.command()
def tally(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Pabulib, PrefLib, or lines such as 12: garden > library.")],
    rule: Annotated[str, typer.Option("--rule", help="See folkmoot rules; left out, the rule the file itself names.")] = "",
    parameter: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the rule.")] = None,
    checked: Annotated[bool, typer.Option("--check", help="Also check the count by its certificate, ballot by ballot.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count a file of ballots by a rule."""
    from api import plain
    from engine import rules
    from engine.elections import files
    from engine.rules import certificates

    election, given = files.read(file), dict(_parameter(item) for item in parameter or ())
    if not rule:
        if election.rule is None:
            raise refuse("parameter_wrong", "--rule", f"is not given, and {file.name} names none that we know", "see folkmoot rules")
        rule, given = election.rule[0], election.rule[1] | given
    found = rules.counting_rule(rule)
    outcome = rules.count(found, election, given)
    kept = rules.terms(found, election, given)
    has_one = found.version in certificates.CHECKED
    if checked and has_one:
        certificates.check(election, outcome, kept)
    if as_json:
        told = {"rule": rule, "parameters": kept, "scores_are": found.scores} | ({"checked": has_one} if checked else {})
        answer(outcome.as_json() | told, as_json, [])
    else:
        answer(None, as_json, plain.count(election, outcome, kept, checked and has_one))
    if checked and not has_one:
        raise refuse("rule_unknown", "the count", f"is not checked: {found.name} gives no certificate", "count it again elsewhere")


@app.command()
def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ballots, as tally takes them.")],
    swings: Annotated[bool, typer.Option(help="Also say how many changed ballots are enough for another to win alone.")] = False,
    seats: Annotated[int | None, typer.Option(min=1, help="How many are elected, where the file does not say.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count a file of ballots by every rule that takes them: who wins under which, and where they disagree."""
    from engine.elections import files
    from engine.rules.comparing import compare as compared

    election = files.read(file)
    election.seats = seats or election.seats
    with progress_bars(as_json) as progress:
        found = compared(election, swings, lambda done, whole: progress("comparing", done, whole))
    shown = {
        "answers": [
            {
                "rule": one.rule,
                "parameters": one.terms,
                "winners": list(one.winners),
                "tied": one.tied,
                "ties": one.ties,
                "swing": one.swing,
            }
            for one in found.answers
        ],
        "refused": found.refused,
    }
    answer(shown, as_json, found.lines())


@app.command()
def draw(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="People, one a line, perhaps as north: Ana to name their group.")],
    seats: Annotated[int, typer.Option(min=1, help="How many are drawn.")],
    seed: Annotated[str, typer.Option(help="64 hexadecimal digits to draw by; left out, fresh ones, which are printed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Draw people by lot, from every group as many as its size asks for; whoever has the list and the seed can draw again."""
    from engine.elections.files import read_people
    from engine.rules import rule

    sortition, source = rule("lot", "sortition"), seed or _chance().hex()
    people = read_people(file)
    chosen = sortition.function(people, **sortition.complete({"seats": seats, "seed": source}))
    groups = sorted(set(people.values()) - {""})
    whom = f"drawn from {len(people):,} people" + (f" in {len(groups)} groups: {', '.join(groups)}" if groups else " without groups")
    answer({"drawn": list(chosen), "seed": source, "people": len(people), "groups": groups}, as_json, [*chosen, whom, f"seed: {source}"])


@app.command()
def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ballots, as tally takes them.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new file: .pb .soc .soi .toc .toi .cat .blt .csv or .txt.")],
    as_json: AsJson = False,
) -> None:
    """Write a file of ballots in another format."""
    from engine.elections import converting, files

    election = files.read(file)
    written = converting.write(election, out)
    with fresh(out) as into:
        into.write(written.text.encode())
    left_out = [f"Left out, for such a file has no place for it: {'; '.join(written.left_out)}."] if written.left_out else []
    shown = {"file": str(out), "ballots": election.total, "left_out": written.left_out}
    answer(shown, as_json, [f"Wrote {election.total:,} ballots to {out}.", *left_out])


@app.command("commands")
def show_commands(
    name: Annotated[str | None, typer.Argument(help="One command: its fields.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what `folkmoot do` can do, or show one command with its fields."""
    from api.rulebook import command_pages

    found = command_pages(name)
    lines = [f"{page['command']:15} {page['about']}" for page in found]
    if name:
        page = found[0]
        needed = [f"  {field}{'' if about['required'] else ' (may be left out)'}" for field, about in page["fields"].items()]
        lines = [page["about"], page["page"], f"POST {page['path']}", "fields:", *needed]
    answer(found, as_json, lines)


@app.command("charter")
def show_charter(
    preset: Annotated[str | None, typer.Argument(help="A preset's name.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the charters that come with folkmoot, or print one, to make your own of it: folkmoot charter product > ours.toml."""
    from engine import charter as charters

    if preset is None:
        found = {name: charters.preset(name).splitlines()[0].lstrip("# ") for name in charters.presets()}
        answer(found, as_json, [f"{name:9} {about}" for name, about in found.items()])
    else:
        text = charters.preset(preset)
        answer({"preset": preset, "text": text}, as_json, [text.rstrip()])


@app.command("rules")
def show_rules(
    name: Annotated[str | None, typer.Argument(help="One rule: its page.")] = None,
    as_json: AsJson = False,
) -> None:
    """List every rule, or show one's page."""
    from api.rulebook import pages, told

    found = pages(name)
    lines = (
        [line for page in found for line in (page["page"], "", *told(page), "")]
        if name
        else [f"{page['family']:9} {page['name']:16} {page['page'].splitlines()[0]}" for page in found]
    )
    answer(found, as_json, lines)


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="A community's folder, an exported log (.jsonl), or one event with its proof (.json).")],
    key: Annotated[str | None, typer.Option(help="The log's key, if you know whose it must be.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a whole log as a stranger would: every hash, head, opening, event, count and payout."""
    from api.auditing import audit, check_receipt

    if path.suffix == ".json":
        found = check_receipt(path, key)
        answer(found, as_json, [f"Sound: event {found['seq']} ({found['kind']} by {found['actor']}) stands in the log of {key},",
                                f"under its signed head of {found['size']} events."])  # fmt: skip
        return
    with progress_bars(as_json) as progress:
        report, lines = audit(path, key, lambda seq: progress("verifying", seq, 0))
    shown = {
        "verdict": report.verdict,
        "checked": dict(report.checked),
        "problem": report.problem.as_json() if report.problem else None,
        "event": report.seq,
        "key": report.key,
        "pinned": report.pinned,
        "signed": report.signed,
    }
    answer(shown, as_json, lines)
    if report.verdict != "sound":
        raise typer.Exit(1)


@app.command()
def export(
    folder: Folder,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A .jsonl log, or a .db of flat tables.")],
    as_json: AsJson = False,
) -> None:
    """Write the public log for strangers (.jsonl), or flat tables to look into (.db)."""
    if out.suffix not in (".jsonl", ".db"):
        raise refuse("field_wrong", str(out), f"ends in {out.suffix or 'nothing'}", "name it .jsonl for a log, or .db for flat tables")
    from engine.store import export as exports
    from engine.store import flat
    from engine.store.folder import opened

    with fresh(out) as file, opened(folder) as community, progress_bars(as_json) as progress:
        if out.suffix == ".db":
            count = flat.write(community, out)
        else:
            count = exports.write(community, file, lambda seq: progress("exporting", seq, 0))
    answer({"out": str(out), "events": count}, as_json, [f"{count} events in {out}"])


@app.command("import")
def import_(folder: Folder, file: Annotated[Path, typer.Argument(metavar="FILE.pb")], as_json: AsJson = False) -> None:
    """Found a community in a new folder from a participatory budget (.pb), and hold its vote."""
    from api import demonstration

    with demonstration.made(folder, file, _chance(), _now(), progress_bars(as_json)) as made:
        answer(made.summary, as_json, made.lines)


def main() -> None:
    """The command; a refusal is one line on standard error (JSON with `--json`) and exit code 1."""
    try:
        app()
    except Refusal as refusal:
        _say_no(refusal)
    except OSError as fault:
        _say_no(
            wrong_file(Path(str(fault.filename or "the file")), f"cannot be used: {fault.strerror}", "name another, or make its folder")
        )


def _say_no(refusal: Refusal) -> NoReturn:
    print(json.dumps(refusal.as_json()) if "--json" in sys.argv else f"folkmoot: {refusal}", file=sys.stderr)
    raise SystemExit(1)


def _parameter(item: str) -> tuple[str, Any]:
    name, _, value = item.partition("=")
    known = {"true": True, "false": False}
    return name, known.get(value, int(value) if value.isdecimal() and len(value) <= DECIMAL_DIGITS_MAX else value)


def _now() -> int:
    import time

    return time.time_ns() // 1_000_000


def _chance() -> bytes:
    import secrets

    return secrets.token_bytes(32)
