"""Runs mutants: a copy of the tree for each core, the tests that step on the mutated line first, the quickest of them first.

Which test steps on which line is found out once for a tree, each test in a process of its own, and kept in a file
named by the digest of the tree.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from tests.mutants.mutating import Mutant

KEPT_MAX = 4
SKIPPED = {"__pycache__", "survivors.txt", "demo", "node_modules", "dist", "build"}
LEFT_OUT = ("test_flips.py", "test_readme.py", "test_shape.py", "test_crash.py")
"""Tests of bytes, pages and kills are too long; `test_shape` reads the source, and would call a `raise` left out a dead refusal code."""
LEAST_SECONDS, TIMES = 10, 5
"""A test may take so long, and so many times what it takes without a mutant."""
UNHURRIED = 1800
"""Seconds for what should not take long."""


class Verdict(NamedTuple):
    mutant: Mutant
    verdict: str
    """killed, timeout or survived."""
    by: str
    """The test that failed, or why nothing did."""
    seconds: float


@dataclass(frozen=True)
class Profile:
    """What each test takes, which lines it steps on, and whether it starts processes that nobody watches."""

    seconds: dict[str, float]
    lines: dict[str, dict[str, list[int]]]
    begets: list[str]

    def stepping(self, file: str, first: int, last: int) -> list[str]:
        """The tests that step on any of these lines, the quickest first."""
        tests = [test for test, files in self.lines.items() if any(first <= line <= last for line in files.get(file, ()))]
        return sorted(tests, key=lambda test: self.seconds[test])

    def for_line(self, mutant: Mutant) -> list[str]:
        tests = self.stepping(mutant.file, *mutant.place.lines)
        return list(dict.fromkeys([*tests, *self.begets])) if tests else []

    def for_all(self, mutant: Mutant) -> list[str]:
        """Every test: first those of its line, then of its class or function, then of its file."""
        nearest = (mutant.place.lines, mutant.place.around, (1, 1 << 30))
        tests = [test for span in nearest for test in self.stepping(mutant.file, *span)]
        return list(dict.fromkeys([*tests, *sorted(self.seconds, key=self.seconds.__getitem__)]))

    def limits(self, tests: Iterable[str]) -> dict[str, float]:
        """How many seconds each of these tests may take."""
        return {test: LEAST_SECONDS + TIMES * self.seconds[test] for test in tests}


class Server:
    """A `serving` process in a copy of the tree."""

    def __init__(self, kind: str, copy: Path, selection: list[str], targets: list[str]) -> None:
        self.copy, place = copy, copy.parent / f"{copy.name}-{kind}"
        place.mkdir()
        environment = {
            **os.environ,
            "PYTHONPATH": str(copy),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "TMPDIR": str(place),
            "FOLKMOOT_HYPOTHESIS": "mutants",
        }
        command = [sys.executable, "-m", "tests.mutants.serving", kind, str(copy.parent / f"{copy.name}-{kind}.log")]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=copy, env=environment, text=True, start_new_session=True
        )
        self.say({"selection": selection, "targets": [str(copy / target) for target in targets]})

    def say(self, question: dict[str, Any]) -> None:
        assert self.process.stdin
        print(json.dumps(question), file=self.process.stdin, flush=True)

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"a server ended: see {self.copy}-*.log")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self.say(question)
        return self.hear()

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


class Copy:
    """A copy of the tree with its two servers."""

    def __init__(self, root: Path, place: Path, selection: list[str], targets: list[str]) -> None:
        copy_tree(root, place)
        self.root = place
        self.warm = Server("warm", place, selection, targets)
        self.cold = Server("cold", place, selection, targets)
        self.tests: list[str] = []

    def ready(self) -> None:
        begun = self.warm.hear()
        self.tests = begun["tests"]
        if not self.tests:
            raise SystemExit(f"the tests cannot be collected: see {self.root}-warm.log")
        self.cold.ask({"do": "import", "modules": begun["modules"]})

    @contextmanager
    def holding(self, file: str, text: str) -> Iterator[None]:
        """The file reads so for a while."""
        path = self.root / file
        kept = path.read_bytes()
        path.write_bytes(text.encode())
        try:
            yield
        finally:
            path.write_bytes(kept)

    def judge(self, mutant: Mutant, text: str, profile: Profile, only_cold: bool) -> Verdict:
        begun = time.monotonic()
        ask: dict[str, Any] = {"do": "mutant", "file": str(self.root / mutant.file), "limit": UNHURRIED}
        scope = mutant.place.scope
        answer: dict[str, Any] = {"verdict": "cold"}
        with self.holding(mutant.file, mutant.apply(text)):
            if not only_cold:
                tests = profile.for_line(mutant)
                ask["scope"] = scope and [scope.name, scope.line]
                answer = {"by": "", **self.warm.ask({**ask, "tests": profile.limits(tests)})}
                answer["by"] = answer["by"] or ("" if tests else "no test runs this line")
            if answer["verdict"] == "cold":
                answer = self.cold.ask({**ask, "tests": profile.limits(profile.for_all(mutant))})
        return Verdict(mutant, answer["verdict"], answer.get("by", ""), time.monotonic() - begun)

    def end(self) -> None:
        self.warm.end()
        self.cold.end()


class Runner:
    """As many copies as there are jobs."""

    def __init__(self, root: Path, place: Path, targets: list[str], selection: list[str], jobs: int, tell: Callable[[str], None]) -> None:
        self.root, self.targets, self.tell = root, targets, tell
        self.sources = {target: (root / target).read_bytes().decode() for target in targets}
        self.copies = [Copy(root, place / f"tree{number}", selection, targets) for number in range(jobs)]
        self.free: queue.Queue[Copy] = queue.Queue()
        for copy in self.copies:
            copy.ready()
            self.free.put(copy)
        self.digest = digest_of(root, [*targets, *selection])

    def end(self) -> None:
        for copy in self.copies:
            copy.end()

    def each(self, work: Callable[[Copy, Any], Any], things: list[Any]) -> list[Any]:
        """`work` done to each thing, in its order, by whichever copy is free."""

        def one(thing: Any) -> Any:
            copy = self.free.get()
            try:
                return work(copy, thing)
            finally:
                self.free.put(copy)

        with ThreadPoolExecutor(len(self.copies)) as pool:
            return list(pool.map(one, things))

    def profile(self, kept: Path) -> Profile:
        """What was found out about this tree before, or is now."""
        path = kept / f"{self.digest}.json"
        if path.exists():
            return Profile(**json.loads(path.read_text()))
        begun = time.monotonic()
        profile = self._trace(self._check_passing())
        if not any(profile.lines.values()):
            raise SystemExit("no test runs any line of the targets")
        kept.mkdir(parents=True, exist_ok=True)
        for old in sorted(kept.iterdir(), key=lambda each: each.stat().st_mtime)[:-KEPT_MAX]:
            old.unlink()
        path.write_text(json.dumps(vars(profile)))
        self.tell(f"{len(profile.seconds)} tests looked at in {time.monotonic() - begun:.0f} s")
        return profile

    def _check_passing(self) -> dict[str, float]:
        """What each test takes; they must pass in both kinds of server while no mutant is about."""
        tests = dict.fromkeys(self.copies[0].tests, UNHURRIED)
        target = self.targets[0]

        def passes(copy: Copy, kind: str) -> dict[str, Any]:
            if kind == "warm":
                return copy.warm.ask({"do": "run", "tests": tests, "limit": UNHURRIED})
            with copy.holding(target, self.sources[target] + "# not a mutant\n"):
                return copy.cold.ask({"do": "mutant", "tests": tests, "limit": UNHURRIED})

        warm, cold = self.each(passes, ["warm", "cold"])
        for kind, answer in (("warm", warm), ("cold", cold)):
            if answer["by"]:
                raise SystemExit(f"without any mutant ({kind}), {answer['by']} fails")
        seconds: dict[str, float] = warm["seconds"]
        return seconds

    def _trace(self, seconds: dict[str, float]) -> Profile:
        tests = list(seconds)
        answers = self.each(
            lambda copy, test: (copy, copy.warm.ask({"do": "trace", "tests": {test: UNHURRIED}, "limit": UNHURRIED})), tests
        )
        lines: dict[str, dict[str, list[int]]] = {}
        for test, (copy, answer) in zip(tests, answers, strict=True):
            if answer.get("by"):
                raise SystemExit(f"without any mutant, {test} fails when it runs alone: {answer['by']}")
            lines[test] = {str(Path(file).relative_to(copy.root)): numbers for file, numbers in answer["lines"].items()}
        return Profile(seconds, lines, [test for test, (_, answer) in zip(tests, answers, strict=True) if answer["begets"]])

    def judge(self, mutants: list[Mutant], profile: Profile, only_cold: bool = False) -> list[Verdict]:
        counted = threading.Lock()
        done = 0

        def work(copy: Copy, mutant: Mutant) -> Verdict:
            nonlocal done
            verdict = copy.judge(mutant, self.sources[mutant.file], profile, only_cold)
            with counted:
                done += 1
                self.tell(f"[{done}/{len(mutants)}] {verdict.verdict} in {verdict.seconds:.1f} s: {mutant.id} ({verdict.by})")
            return verdict

        return self.each(work, mutants)


def copy_tree(root: Path, place: Path) -> None:
    """The tree without what is hidden or made; what lies beside it as `shared` is beside the copy, too."""
    shutil.copytree(root, place, ignore=lambda _, names: [name for name in names if name in SKIPPED or name.startswith(".")])
    beside = place.parent / "shared"
    if (root.parent / "shared").exists() and not beside.exists():
        beside.symlink_to(root.parent / "shared")
    # Judged by their content: a mutant of the same length within the same second is not taken for what it was.
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", *(p.name for p in place.iterdir() if p.is_dir())],
        cwd=place,
        check=False,
    )


def digest_of(root: Path, words: list[str]) -> str:
    """Of every file that a copy holds, and of what is asked about it."""
    digest = sha256(f"{sys.version} {words}".encode())
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and not any(part in SKIPPED or part.startswith(".") for part in parts):
            digest.update(f"{parts} ".encode() + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:24]


def files_of(root: Path, patterns: Iterable[str], name: str = "*.py") -> list[str]:
    """The files that any of these patterns names, or that lie in a folder it names."""
    files: set[Path] = set()
    for pattern in patterns:
        for path in root.glob(pattern):
            files |= set(path.rglob(name)) if path.is_dir() else {path}
    return sorted(str(path.relative_to(root)) for path in files if "__pycache__" not in path.parts)
