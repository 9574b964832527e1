"""Kill a writing process again and again; what it acknowledged must be in the log, and nothing half-written.

`make kill` does it a thousand times. A kill counts only when a command was in flight.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine.kernel import charter
from engine.store import folder
from engine.verify import verify
from tests.moot import START

ROOT = Path(__file__).parent.parent.parent
STEPS = ("append", "put_tiles", "erase", "commit", "scrub", "save", "fsync")
"""The last two are a snapshot's: the whole of it, and its way to the disk before it takes the old one's place."""
POINTS = [f"{moment}{step}" for step in STEPS for moment in "-+"]


def make(path: Path) -> None:
    folder.close(folder.found(path, charter.preset("product"), "moot.example/kills", START, bytes(range(32)), "Founder"))


def run(path: Path, die_at: str = "", turn: int = 0, seconds: float = 0.0) -> list[str]:
    """What a machine said until it was killed: by itself at a point, or by us after some seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.machine", str(path), die_at, str(turn)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    if seconds:
        said = process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        said += process.stdout.read()
    else:
        said = process.stdout.read()
    process.stdout.close()
    process.wait()
    return said.decode().splitlines()


def check(path: Path, said: list[str]) -> int:
    """Nothing acknowledged is lost and nothing is half-written; gives how many commands were in flight."""
    joined = {int(line.split()[1]): line.split()[2] for line in said if line.startswith("joined")}
    forgotten = {int(line.split()[1]) for line in said if line.startswith("forgotten")}
    forgetting = {int(line.split()[1]) for line in said if line.startswith("forgetting")}
    asked = sum(line.startswith("asking") for line in said)
    with folder.opened(path) as community:
        community.checkpoint()
        report = verify(community.store)
        assert report.verdict == "sound", report
        for seq, name in joined.items():
            name_kept = community.store.opening(seq, "name")
            if seq in forgotten:
                assert name_kept is None, f"m{seq} was forgotten and is still there"
            elif seq not in forgetting:
                assert name_kept is not None and name_kept[1] == f'"{name}"'.encode(), f"m{seq} was acknowledged and is lost"
    for file in path.iterdir():
        data = file.read_bytes()
        for seq in forgotten:
            assert joined.get(seq, "?").encode() + b"@example.org" not in data, f"m{seq} was forgotten and its bytes are in {file.name}"
    return asked - len(joined) + len(forgetting - forgotten)


def random_kills(path: Path, wanted: int, seed: int) -> int:
    """Kill at random moments until `wanted` kills hit a command in flight; gives how many processes that took."""
    draw, counted, tried = random.Random(seed), 0, 0
    while counted < wanted:
        tried += 1
        counted += check(path, run(path, seconds=draw.uniform(0.005, 0.12))) > 0
        if verify_size(path) > 6_000:
            shutil.rmtree(path)
            make(path)
    return tried


def verify_size(path: Path) -> int:
    with folder.opened(path) as community:
        return community.store.size()


if __name__ == "__main__":
    kills = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as place:
        make(Path(place) / "c")
        began = time.monotonic()
        for done in range(0, kills, 10):
            random_kills(Path(place) / "c", min(10, kills - done), done)
            print(
                f"{min(done + 10, kills)} kills of a process with commands in flight, nothing lost ({time.monotonic() - began:.0f} s)",
                flush=True,
            )
