"""From a terminal: what other rules say of ballots in a file or in a closed poll, and the ballots of such a poll as a file."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer

from api.terminal import AsJson, answer, fresh, progress_bars
from engine.refusals import refuse

app = typer.Typer()


@app.command()
def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ballots, as tally takes them; or a community's folder, and then a poll.")],
    poll: Annotated[str | None, typer.Argument(metavar="POLL", help="A closed poll of that community, such as p40.")] = None,
    swings: Annotated[bool, typer.Option(help="Also say how many changed ballots are enough for another to win alone.")] = False,
    seats: Annotated[int | None, typer.Option(min=1, help="How many are elected; left out, as many as the file says, or one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count a file of ballots, or a closed poll, by every rule that takes them: who wins under which, and where they disagree."""
    if file.is_dir() or poll is not None:
        if seats is not None:
            raise refuse("field_unknown", "--seats", "is for files", "leave it out: a poll's seats are those it was held with")
        _compare_poll(file, poll, as_json)
        return
    from api import beside_the_file
    from engine.elections import files
    from engine.rules.comparing import compare as compared

    election = files.read(file)
    election.seats = seats or election.seats
    with progress_bars(as_json) as progress:
        comparison = compared(election, swings, lambda done, whole: progress("comparing", done, whole))
    by_file, lines = beside_the_file.of_all(election, comparison)
    answer(comparison.as_json() | by_file, as_json, [*comparison.grid().lines(), *comparison.lines(), *lines])


def _compare_poll(folder: Path, poll: str | None, as_json: bool) -> None:
    from api import other_rules
    from api.views import view_of
    from engine.store.folder import opened

    if poll is None:
        raise refuse("field_missing", "the poll", "is not given", "name a closed poll of this community, such as p40")
    with opened(folder) as community:
        shown: dict[str, Any] = view_of(community, f"{poll}/other-rules")
    answer(shown, as_json, [] if as_json else other_rules.lines(shown))


@app.command()
def ballots(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The community's folder.")],
    poll: Annotated[str, typer.Argument(metavar="POLL", help="A closed poll, such as p40.")],
    file_format: Annotated[str, typer.Option("--format", help="pb, preflib (soc, soi, toc, toi or cat), blt, csv or txt.")] = "txt",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write them; left out, a file named after the poll.")] = None,
    numbers: Annotated[bool, typer.Option("--numbers", help="Call options by their numbers, not by their names.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the ballots of a closed poll as a file, and say how it is counted again."""
    from api.ballot_files import file_of
    from engine.store.folder import opened

    with opened(folder) as community:
        written = file_of(community, poll, file_format, numbers)
    path = out or Path(written.name)
    written = written._replace(name=str(path), command=written.command.replace(written.name, quote(str(path)), 1))
    with fresh(path) as into:
        into.write(written.text.encode())
    shown = {"file": written.name, "ballots": written.ballots, "left_out": written.left_out, "command": written.command}
    answer(shown, as_json, written.lines())
