"""`folkmoot`: the same house from a terminal. Every command has `--json`; heavy imports stand where they are used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from api import anchors, attesting, calldata, carrying, claims, counting, keys, recounting
from api.paying import MaxFee
from api.terminal import AsJson, answer, fresh, progress_bars, refused, say, wrong_file
from engine.refusals import Refusal, refuse

app = typer.Typer(
    name="folkmoot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(counting.app)
app.add_typer(recounting.app)
app.add_typer(attesting.app)
app.add_typer(anchors.app)
app.add_typer(claims.app)
app.add_typer(calldata.app)
app.add_typer(carrying.app)
app.add_typer(keys.app, name="key", help="Make a key of your own, or show the address of one.")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The community's folder.")]
ClockIsRight = Annotated[bool, typer.Option("--clock-is-right", help="Write though the newest event is in the future, or long past.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        say(f"folkmoot {version('folkmoot')}")
        raise typer.Exit


@app.callback()
def folkmoot(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which folkmoot this is.")] = False,
) -> None:
    """A community runs itself in the open: ideas, votes, points and shared rewards that anyone can recount."""


@app.command()
def demo(
    source: Annotated[Path | None, typer.Option("--from", metavar="FILE.pb", help="Hold a real participatory budget instead.")] = None,
    folder: Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="Where to keep it; ./demo, or with --chain nowhere.")] = None,
    serve_it: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it at 127.0.0.1:8000 when it is made.")] = True,
    port: int = 8000,
    chain: Annotated[bool, typer.Option("--chain", help="Decide, attest, pay and anchor on a chain in process, and be cheated.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a demo community (an invented coffee roaster, or a real vote), verify it, and serve it."""
    from api import demonstration

    if chain:
        from api import chain_demo

        if source is not None:
            raise refuse("field_unknown", "--from", "has no chain", "leave out one of --from and --chain")
        told = chain_demo.made(app, folder, _chance(), _now(), progress_bars(as_json))
        answer(told.summary, as_json, told.lines)
        return
    folder = folder or Path("demo")
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
    behind_https: Annotated[
        bool, typer.Option("--behind-https", help="Something before it speaks HTTPS under the first --name and hands on the Host.")
    ] = False,
    clock_is_right: ClockIsRight = False,
    anchor_rpc: Annotated[str | None, typer.Option(metavar="URL", help="Anchor the log as well, through this node of a chain.")] = None,
    anchor_keystore: Annotated[Path | None, typer.Option(metavar="FILE", help="The keystore of the account that pays for it.")] = None,
    anchor_to: Annotated[Path | None, typer.Option(metavar="DIR", help="Or anchor it in this folder, which somebody else keeps.")] = None,
    anchor_every: Annotated[int, typer.Option(min=1, metavar="MINUTES", help="At most one newer head in so many minutes.")] = 1440,
    anchor_as: Annotated[str, typer.Option(metavar="MEMBER", help="Who records it: a member whose role may anchor.")] = "m1",
    anchor_max_fee: MaxFee = "100",
    password_file: keys.PasswordFile = None,
) -> None:
    """Serve a community: pages and HTTP. Prints a sign-in link for the founder, or for each --link."""
    from api import server
    from api.auditing import read_kept
    from engine.limits import HEAD_TEXT_MAX

    known = None if head is None else read_kept(head, HEAD_TEXT_MAX)
    task = anchors.task(folder, anchor_rpc, anchor_keystore, anchor_to, password_file, anchor_max_fee, anchor_as, anchor_every)
    server.serve(folder, port, host, tuple(link or ("m1",)), known, tuple(name or ()), behind_https, clock_is_right, task)


@app.command()
def found(
    charter: Annotated[str, typer.Argument(metavar="CHARTER", help="A preset's name, or a TOML file.")],
    folder: Folder,
    name: Annotated[str | None, typer.Option(help="The founder's name, as members will see it.")] = None,
    origin: Annotated[str, typer.Option(help="What the log is called for ever, such as your.domain/moot.")] = "",
    as_json: AsJson = False,
) -> None:
    """Found a community in a new folder."""
    from engine.elections.files import read_text
    from engine.kernel import charter as charters
    from engine.kernel.found import Founding
    from engine.store import folder as folders

    text = charters.preset(charter) if charter in charters.presets() else read_text(Path(charter)) if Path(charter).suffix else None
    if text is None:
        text = charters.preset(charter)
    community = folders.found(folder, text, origin or f"local/{folder.resolve().name.replace(' ', '-')}", _now(), _chance(), name)
    with community.reading() as state:
        founding = state[Founding]
    folders.close(community)
    founded = {"folder": str(folder), "founder": "m1", "origin": founding.origin, "key": founding.key}
    answer(founded, as_json, [f"Founded in {folder}. You are m1, its founder.", f"Its log is signed by {founding.key}"])


@app.command()
def do(
    folder: Folder,
    command: Annotated[Path, typer.Argument(metavar="COMMAND.json", help="The command, or - for standard input.")],
    actor: Annotated[str, typer.Option("--as", help="Who asks: a member's id, newcomer or clock.")] = "m1",
    key: Annotated[str | None, typer.Option(help="An idempotency key: the same key does it once.")] = None,
    sign: Annotated[
        list[Path] | None, typer.Option(metavar="KEYFILE", help="Sign it with the key in this file; RotateKey takes the old, then the new.")
    ] = None,
    password_file: keys.PasswordFile = None,
    clock_is_right: ClockIsRight = False,
    as_json: AsJson = False,
) -> None:
    """Do a command: {"command": "SubmitIdea", "title": "…", "text": "…"}. `folkmoot commands` lists them all."""
    from api import clock, signed
    from api.asking import build, read_named, shown
    from engine.elections.files import read_text
    from engine.event import Ask
    from engine.kernel.loss import DeclareLoss
    from engine.store.folder import opened
    from engine.values import Actor, Moment

    data = sys.stdin.buffer.read() if str(command) == "-" else read_text(command).encode()
    kind, fields = read_named(data)
    signers = keys.opened(sign, password_file) if sign else []
    asked, said = None if signers else build(kind, fields), ""
    with opened(folder, gone_back=kind is DeclareLoss) as community:
        clock.check_head(community.state.at, clock_is_right or kind.on_a_late_clock)
        if asked is None:
            with community.reading() as state:
                fields, said = signed.sign(state, kind, fields, actor, signers)
            asked = build(kind, fields)
        receipt = community.execute(Ask(Actor(actor), asked, Moment(_now()), _chance(), key))
    events = f"event {receipt.seq}" if receipt.count == 1 else f"events {receipt.seq} to {receipt.seq + receipt.count - 1}"
    made = f": {asked.makes.of(receipt.seq)}" if asked.makes else ""
    lines = [f"Signed {said}"] if said else []
    lines += [f"Recorded as {events}, asked by {actor}{made}"]
    if receipt.erasure_pending:
        lines.append("Somebody is reading: what was erased leaves the files when folkmoot next starts on them.")
    answer(shown(receipt, kind) | ({"signed": said} if said else {}), as_json, lines)


@app.command()
def show(
    folder: Folder,
    thing: Annotated[
        str,
        typer.Argument(
            help="home, charter, members, ideas, polls, keys, council, delegations, ledger, anchors, log, or an id: m3, i18, p40, 17."
        ),
    ] = "home",
    start: Annotated[int, typer.Option(min=0, help="Where a list begins.")] = 0,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How much of a list.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Show a thing of a community."""
    from functools import partial

    from api import money, terminal_text
    from api.views import view_of
    from engine.features.treasury.terms import money_of
    from engine.store.folder import opened

    with opened(folder) as community:
        shown = view_of(community, thing, start, count)
        with community.reading() as state:
            terms = money_of(state)
    answer(shown, as_json, [] if as_json else terminal_text.lines(shown, partial(money.shown, terms)))


@app.command("commands")
def show_commands(
    name: Annotated[str | None, typer.Argument(help="One command: its fields.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what `folkmoot do` can do, or show one command with its fields."""
    from api.rulebook import command_pages, in_words

    listed = command_pages(name)
    lines = [f"{page['command']:15} {page['about']}" for page in listed]
    if name:
        page = listed[0]
        needed = [
            f"  {field}: {in_words(about)}{'' if about['required'] else ' (may be left out)'}" for field, about in page["fields"].items()
        ]
        lines = [page["about"], *page["page"].split("\n"), f"POST {page['path']}", "fields:", *needed]
    answer(listed, as_json, lines)


@app.command("charter")
def show_charter(
    preset: Annotated[str | None, typer.Argument(help="A preset's name.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the charters that come with folkmoot, or print one, to make your own of it: folkmoot charter product > ours.toml."""
    from engine.kernel import charter as charters

    if preset is None:
        listed = {name: charters.preset(name).splitlines()[0].lstrip("# ") for name in charters.presets()}
        answer(listed, as_json, [f"{name:9} {about}" for name, about in listed.items()])
    else:
        text = charters.preset(preset)
        answer({"preset": preset, "text": text}, as_json, text.rstrip().split("\n"))


@app.command("rules")
def show_rules(
    name: Annotated[str | None, typer.Argument(help="One rule: its page.")] = None,
    as_json: AsJson = False,
) -> None:
    """List every rule, or show one's page."""
    from api.rulebook import lines_below, pages

    listed = pages(name)
    lines = (
        [line for page in listed for line in (*page["page"].split("\n"), "", *lines_below(page), "")]
        if name
        else [f"{page['family']:9} {page['name']:16} {page['page'].splitlines()[0]}" for page in listed]
    )
    answer(listed, as_json, lines)


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="A community's folder, an exported log (.jsonl), or one event with its proof (.json).")],
    key: Annotated[str | None, typer.Option(help="The log's key, if you know whose it must be.")] = None,
    head: Annotated[Path | None, typer.Option(metavar="FILE", help="A signed head that you kept: the log must continue it.")] = None,
    receipt: Annotated[list[Path] | None, typer.Option(metavar="FILE.json", help="A receipt that you kept: likewise.")] = None,
    allow_unsigned: Annotated[bool, typer.Option("--allow-unsigned", help="Let events pass that no signed head covers.")] = False,
    reference: Annotated[
        bool, typer.Option("--reference", help="Let py_ecc judge every signature of a council as well: half a second for each.")
    ] = False,
    chain: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="A node: what the log says of its chain is held against it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a whole log as a stranger would: every hash, head, opening, event, count and payout."""
    from api.auditing import Known, audit, audit_on_chain, check_receipt

    if path.suffix == ".json":
        if head or receipt or chain:
            raise refuse(
                "field_unknown", "--head, --receipt and --chain", "are for whole logs", "give the log's folder or its export (.jsonl)"
            )
        proved = check_receipt(path, key)
        answer(proved, as_json, [f"Sound: event {proved['seq']} ({proved['kind']} by {proved['actor']}) stands in the log of {key},",
                                f"under its signed head of {proved['size']} events."])  # fmt: skip
        return
    with progress_bars(as_json) as progress:
        report, lines = audit(path, Known(key, head, receipt or (), allow_unsigned, reference), lambda seq: progress("verifying", seq, 0))
    shown = {
        "verdict": report.verdict,
        "checked": dict(report.checked),
        "problem": report.problem.as_json() if report.problem else None,
        "event": report.seq,
        "key": report.key,
        "pinned": report.pinned,
        "signed": report.signed,
    }
    held = audit_on_chain(path, chain) if chain and report.verdict == "sound" else None
    if held is not None:
        shown["chain"] = {
            "checked": dict(held.checked),
            "problem": held.problem and held.problem.as_json(),
            "event": held.problem and held.seq,
        }
        lines += held.lines()
    answer(shown, as_json, lines)
    if report.verdict != "sound" or (held is not None and held.problem is not None):
        raise typer.Exit(1)


@app.command()
def export(
    folder: Folder,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A .jsonl log, or a .db of flat tables.")],
    as_json: AsJson = False,
) -> None:
    """Write the public log for strangers (.jsonl), or flat tables to look into (.db)."""
    if out.suffix not in (".jsonl", ".db"):
        raise refuse(
            "field_wrong", "{out}", "ends in {ending}", "name it .jsonl for a log, or .db for flat tables",
            out=str(out), ending=out.suffix or "nothing",
        )  # fmt: skip
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
            wrong_file(
                Path(str(fault.filename or "the file")),
                "cannot be used: {fault}",
                "name another, or make its folder",
                fault=str(fault.strerror),
            )
        )


def _say_no(refusal: Refusal) -> NoReturn:
    refused(refusal, "--json" in sys.argv)
    raise SystemExit(1)


def _now() -> int:
    from api import clock

    return clock.now()


def _chance() -> bytes:
    from api import clock

    return clock.chance()
