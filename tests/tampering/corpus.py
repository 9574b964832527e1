"""The whole corpus as files: every base, and every case with its story and what the public verifier says of it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.tampering import copies, operators
from tests.tampering.bases import BASES
from tests.tampering.case import Case, edits, said, sentence, verified
from tests.tampering.exports import exported
from tests.tampering.stories import STORIES

FOLDER = Path(__file__).parent.parent / "tamper"


def present() -> set[str]:
    """The files that are there, without the README, which is written by hand."""
    return {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.json*")}


def corpus() -> dict[str, bytes]:
    """Every file by its name in the folder."""
    bases = {name: exported(make()) for name, make in BASES.items()}
    files = {f"bases/{name}.jsonl": data for name, data in bases.items()}
    with tempfile.TemporaryDirectory() as folder:
        for case in (*operators.cases(), *copies.cases()):
            assert case.file not in files, f"two cases are written to {case.file}"
            written = written_down(case, bases[case.base], Path(folder) / "log.jsonl")
            files[case.file] = (json.dumps(written, indent=1, ensure_ascii=False) + "\n").encode()
    return files


def written_down(case: Case, honest: bytes, path: Path) -> dict[str, Any]:
    """One case as its file states it. What passes for sound is no case."""
    path.write_bytes(case.data)
    report = verified(path, case.kept)
    problem = report.problem
    assert report.verdict not in ("sound", "unsigned"), f"{case.file} passes for {report.verdict}"
    assert case.says in str(problem), f"{case.file}: {problem}"
    return {
        "name": case.name,
        "story": STORIES[case.name],
        "base": f"bases/{case.base}.jsonl",
        "edits": edits(honest, case.data),
        "kept": case.kept,
        "said": said(report) | {"sentence": problem and (case.says or sentence(problem))},
    }
