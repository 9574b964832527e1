"""What the terminal shows and writes: answers, refusals, progress, files of our own making.

Much of it comes from a log or a file that somebody else wrote. Everything printed passes here, where what would steer a
terminal, or hide, is spelt out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from engine.log.text import escaped
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
        raise refuse("file_exists", "{file}", "exists already", "choose another name, or remove it", file=str(out)) from None
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
    """An answer in JSON, or as lines."""
    say(_json(shown) if as_json else "\n".join(map(escaped, lines)), sys.stdout)


def refused(refusal: Refusal, as_json: bool) -> None:
    """A no, on standard error: one line."""
    say(_json(refusal.as_json()) if as_json else escaped(f"folkmoot: {refusal}"), sys.stderr)


def say(text: str, where: IO[str] | None = None) -> None:
    """Print a text whose lines are ours."""
    print(escaped(text, lines=True), file=where, flush=True)


def _json(shown: Any) -> str:
    r"""JSON in which whatever a terminal should not see stands as its escape: it reads the same.

    >>> print(_json({"na\x9bme": "Zoë\u202e"}))
    {"na\u009bme": "Zoë\u202e"}
    """
    text = json.dumps(shown, ensure_ascii=False)
    return text.translate({ord(letter): json.dumps(letter)[1:-1] for letter in set(text) if escaped(letter) != letter})


def wrong_file(out: Path, fact: str, way_out: str, /, **values: str) -> Refusal:
    return refuse("file_unreadable", "{file}", fact, way_out, file=str(out), **values)
