"""Plants small faults in the engine, one at a time, and asks whether the tests notice: `python -m tests.mutants`.

Every declared authority is dropped, every comparison with a bound or a time flipped, and of all other faults a seeded
sample planted. A mutant that makes a test fail, or takes far too long, is killed. What survives is listed; a survivor
that changes nothing anybody could see is accepted in `survivors.txt`, with the reason. Fails when fewer than 90 % of
the others are killed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.mutating import Mutant, choose, is_sound, mutants_of
from tests.mutants.reporting import Accepted, report
from tests.mutants.running import LEFT_OUT, Runner, files_of

ROOT = Path(__file__).parent.parent.parent
TARGETS = (
    "engine/features",
    "engine/kernel",
    "engine/state.py",
    "engine/state",
    "engine/ledger.py",
    "engine/fold.py",
    "engine/verify.py",
    "engine/verify",
    "engine/store",
)
TESTS = ("tests/features", "tests/kernel", "tests/store", "tests/test_*.py")
SURVIVORS = Path(__file__).parent / "survivors.txt"
KEPT = Path(tempfile.gettempdir()) / f"folkmoot-mutants-{os.getuid()}"
"""Where it is kept which test runs which line."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--targets", nargs="+", default=TARGETS, help="files and folders to plant faults in")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="files and folders of tests")
    parser.add_argument("--sample", type=int, default=600, help="how many besides authorities, bounds and times")
    parser.add_argument("--only", type=int, help="run so many of all these")
    parser.add_argument("--match", default="", help="run only those whose id holds this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--killed-min", type=float, default=0.9, help="the share that must be killed")
    parser.add_argument("--cold", action="store_true", help="run every mutant in a pytest of its own")
    parser.add_argument("--list", action="store_true", help="list the mutants, and run none")
    return parser.parse_args()


def main() -> int:
    asked, begun = options(), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that copies and servers are cleared away
    targets = [file for file in files_of(ROOT, asked.targets) if (ROOT / file).stat().st_size]
    selection = [file for file in files_of(ROOT, asked.tests, "test_*.py") if Path(file).name not in LEFT_OUT]
    sources = {file: (ROOT / file).read_bytes().decode() for file in targets}
    every = [mutant for file, text in sources.items() for mutant in mutants_of(file, text)]
    chosen: list[Mutant] = [
        mutant
        for mutant in choose(every, asked.sample, asked.seed, asked.only)
        if is_sound(mutant, sources[mutant.file]) and asked.match in mutant.id
    ]
    tell(f"{len(chosen)} of {len(every)} mutants in {len(targets)} files, {len(selection)} files of tests")
    if asked.list:
        print("\n".join(f"{mutant.id} {mutant.group}\n    {mutant.before}\n    {mutant.after}" for mutant in chosen))
        return 0
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as place:
        runner = Runner(ROOT, Path(place), targets, selection, asked.jobs, tell)
        try:
            profile = runner.profile(KEPT)
            verdicts = runner.judge(chosen, profile, asked.cold)
        finally:
            runner.end()
    accepted = Accepted.read(SURVIVORS.read_text() if SURVIVORS.exists() else "")
    text, share = report(verdicts, accepted, sources)
    print(text)
    tell(f"done in {time.monotonic() - begun:.0f} s")
    return int(share < asked.killed_min)


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
