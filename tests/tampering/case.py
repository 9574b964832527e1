"""One way to cheat, and how it is written down: what differs from an honest export, and what an audit must say of it."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from string import Formatter
from typing import Any

from engine.heads import KeptReceipt
from engine.refusals import Refusal
from engine.store.export import Export
from engine.verify import Report, verify
from tests.moot import KEY

Edit = dict[str, Any]
SENTENCE_MIN = 6
PINNED = {"key": str(KEY.verifier)}
"""What whoever audits a log knows of it, unless a case says otherwise."""


@dataclass(frozen=True)
class Case:
    """`data` is the whole forged export; `kept` is what the auditor has beside it; `says` stands in the sentence of the refusal."""

    base: str
    name: str
    data: bytes
    says: str = ""
    kept: dict[str, Any] = field(default_factory=lambda: PINNED)

    @property
    def file(self) -> str:
        return f"{self.base}-{re.sub('[^a-z0-9]+', '-', self.name.lower()).strip('-')}.json"


def edits(honest: bytes, forged: bytes) -> list[Edit]:
    """What to do to one file to get the other; lines are numbered from 1, and are those of the first.

    >>> edits(b"a\\nb\\nc\\n", b"a\\nx\\ny\\nc\\n")
    [{'line': 2, 'delete': 1, 'insert': 'x\\ny\\n'}]
    """
    old, new = lines(honest), lines(forged)
    return [
        {"line": start + 1, "delete": end - start, **_inserted(b"".join(new[first:last]))}
        for what, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if what != "equal"
    ]


def _inserted(data: bytes) -> Edit:
    """Bytes as text, or in base64 where they are none."""
    try:
        return {"insert": data.decode()}
    except UnicodeDecodeError:
        return {"insert_base64": b64encode(data).decode()}


def edited(honest: bytes, steps: list[Edit]) -> bytes:
    """The forged file. From the last edit to the first, so that no line has moved when it is looked for.

    >>> edited(b"a\\nb\\nc\\n", [{"line": 2, "delete": 1, "insert": "x\\ny\\n"}, {"line": 4, "delete": 0, "insert": "d"}])
    b'a\\nx\\ny\\nc\\nd'
    """
    file = lines(honest)
    for step in reversed(steps):
        data = b64decode(step["insert_base64"]) if "insert_base64" in step else step["insert"].encode()
        file[step["line"] - 1 : step["line"] - 1 + step["delete"]] = [data]
    return b"".join(file)


def lines(data: bytes) -> list[bytes]:
    """With what ends them, which is a line feed alone."""
    return [line for line in re.split(rb"(?<=\n)", data) if line]


def said(report: Report) -> dict[str, Any]:
    """What an audit has said: `reason` is the code of the refusal that made an event unlawful, where it was one."""
    problem = report.problem
    inner = None if problem is None else reason(problem)
    return {
        "verdict": report.verdict,
        "code": problem and str(problem.code),
        "reason": str(inner.code) if inner is not problem and inner else None,
        "seq": report.seq,
    }


def reason(problem: Refusal) -> Refusal:
    """The refusal at the bottom of one that cites it."""
    cited = problem.__context__
    return reason(cited) if isinstance(cited, Refusal) and str(cited) in problem.fact else problem


def sentence(problem: Refusal) -> str:
    """The longest part of a refusal that names nothing: it stays, whatever the log's numbers are."""
    thing, fact, _ = reason(problem).templates
    parts = [max((text.strip(" ,:;…") for text, *_ in Formatter().parse(said)), key=len) for said in (fact, thing)]
    return next((part for part in parts if len(part) >= SENTENCE_MIN), max(parts, key=len))


def verified(path: Path, kept: dict[str, Any]) -> Report:
    """What the public verifier says of an export, to whoever holds what was `kept`."""
    receipts = [KeptReceipt(one["event"].encode(), one["proof"]) for one in kept.get("receipts", [])]
    return verify(Export(path), kept["key"], private_kept=False, head=kept.get("head"), receipts=receipts, now=kept.get("now"))
