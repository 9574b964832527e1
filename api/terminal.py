"""What the terminal shows and writes: answers, progress, files of our own making."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from engine.refusals import Refusal, refuse

if TYPE_CHECKING:
    from simulations.asking import Progress

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


@contextmanager
def fresh(out: Path) -> Iterator[IO[bytes]]:
    """A file made now and by us, to be written: if that fails its name is free again, for half a file is none."""
    if not out.parent.is_dir():
        raise wrong_file(out.parent, "is no folder that exists", "make it first")
    try:
        file = out.open("xb")
    except FileExistsError:
        raise refuse("file_exists", str(out), "exists already", "choose another name, or remove it") from None
    try:
        with file:
            yield file
    except BaseException:
        out.unlink(missing_ok=True)
        raise


@contextmanager
def progress_bars(hidden: bool) -> Iterator[Progress]:
    """A bar for whatever takes longer than a moment, on standard error, where somebody looks."""
    if hidden or not sys.stderr.isatty():
        yield lambda what, done, whole: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, whole: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=whole or None)
            bars.update(tasks[what], completed=done)

        yield progress


def answer(shown: Any, as_json: bool, lines: list[str]) -> None:
    print(json.dumps(shown, ensure_ascii=False) if as_json else "\n".join(lines))


def wrong_file(out: Path, fact: str, way_out: str) -> Refusal:
    return refuse("file_unreadable", str(out), fact, way_out)
