"""An exported log is read to the letter: an opening that is none is a refusal."""

import io
import json
from base64 import b64encode

import pytest

from engine.log.fields import SALT_BYTES
from engine.log.json import canonical
from engine.refusals import Refusal
from engine.store import export
from engine.verify import verify
from tests.moot import Moot
from tests.store.test_kept import exported

SALT = b64encode(bytes(SALT_BYTES)).decode()


@pytest.mark.parametrize(
    "opening",
    [
        {},
        None,
        SALT,
        [],
        [SALT],
        [SALT, "by the river", "and more"],
        [7, "by the river"],
        [None, "by the river"],
        ["no base64!", "by the river"],
        ["é", "by the river"],
        [SALT[:-1], "by the river"],
        [b64encode(bytes(SALT_BYTES - 1)).decode(), "by the river"],
        [b64encode(bytes(SALT_BYTES + 1)).decode(), "by the river"],
        [f"{SALT[:-2]}B=", "by the river"],
    ],
    ids=lambda opening: canonical(opening).decode(),
)
def test_an_opening_that_cannot_be_read_is_a_refusal(tmp_path, opening):
    moot = Moot()
    number = int(moot.idea("m1")[1:]) + 1  # behind the line that names the log
    moot.community.checkpoint()
    path = tmp_path / "log.jsonl"
    exported(moot, path)
    lines = path.read_bytes().splitlines(keepends=True)
    said = json.loads(lines[number])
    assert said["open"]["text"][1] == "by the river"
    said["open"]["text"] = opening
    lines[number] = canonical(said) + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(Refusal, match=f"log_broken: line {number + 1} has an opening of text that cannot be read"):
        list(export.Export(path).lines(0))
    assert verify(export.Export(path), private_kept=False).problem.code == "log_broken"


@pytest.mark.parametrize("line", [{"event": {}, "open": []}, {"event": {}}, {"event": {}, "open": {}, "more": 1}, []])
def test_a_line_that_is_no_event_with_its_openings_is_a_refusal(tmp_path, line):
    path = tmp_path / "log.jsonl"
    exported(Moot(), path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = canonical(line) + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(Refusal, match="line 3 is not an event with its openings"):
        list(export.Export(path).lines(0))


def test_writing_a_log_says_how_far_it_has_come(monkeypatch):
    monkeypatch.setattr(export, "PROGRESS_EVERY", 2)
    moot, heard = Moot(members=4), []
    export.write(moot.community, io.BytesIO(), heard.append)
    assert heard == [0, 2, 4]


@pytest.mark.parametrize("note", ["nonsense", "a\nb\nc\nd", "a\n7"])
def test_a_head_that_is_none_is_no_head(tmp_path, note):
    moot, path = Moot(), tmp_path / "log.jsonl"
    moot.community.checkpoint()
    exported(moot, path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert lines[-1].startswith(b'{"checkpoint":')
    path.write_bytes(b"".join(lines[:-1]) + canonical({"checkpoint": note}) + b"\n")
    assert verify(export.Export(path), private_kept=False).problem.code == "checkpoint_wrong"
