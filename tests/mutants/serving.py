"""What runs tests beside mutants: a pytest that has collected everything once and forks for each of them.

`warm`: the engine is imported and every test collected before the fork; the child gives the mutated function its new
code and runs the tests asked for. Not every mutant can be planted so: what ran while the tests were collected may have
left its mark. Those are answered `cold`, and are for the other kind of server. `cold`: only what others wrote (NumPy,
Hypothesis) is imported before the fork; the child collects and runs as a pytest of its own would.

Questions and answers are JSON, one a line. A server is started in the copy whose file already holds the mutant when
the question comes, so that whatever is imported later, or by another process, is the mutant too.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest

MEMORY_BYTES_MAX = 8 << 30
"""A mutant that only ever appends is stopped here."""
COLLECTING_SECONDS_MAX = 60
OPTIONS = (
    "-q",
    "--tb=native",
    "--assert=plain",
    "--import-mode=importlib",
    "-p",
    "no:xdist",
    "-p",
    "no:cacheprovider",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)
"""Nobody reads how a test failed: none of what explains it is wanted."""
BEGETS = {"subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.forkpty"}
PLUGINS = ("pytest", "_pytest", "_hypothesis_pytestplugin", "xdist", "anyio.pytest_plugin", "typeguard")
Key = tuple[str, str, int]


class Channel:
    """Questions in, answers out; whatever else the process prints goes to a file."""

    def __init__(self, log: str) -> None:
        self._in, self._out = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
        with open(os.devnull) as nothing, open(log, "a") as written:
            os.dup2(nothing.fileno(), 0)
            os.dup2(written.fileno(), 1)
            os.dup2(written.fileno(), 2)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (json.loads(line) for line in self._in)

    def answer(self, answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=self._out, flush=True)


class Collected:
    """The plugin: knows what was collected, and runs what it is told until the first failure."""

    def __init__(self, work: Callable[[Collected], None]) -> None:
        self.work = work
        self.items: dict[str, pytest.Item] = {}
        self.failed = False
        self.seconds: dict[str, float] = defaultdict(float)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return True
        self.items = {item.nodeid: item for item in session.items}
        self.work(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed
        self.seconds[report.nodeid] += report.duration

    def run(self, limits: dict[str, float]) -> str:
        """The first of these tests to fail, empty when all pass; one that takes longer than its limit in seconds ends the process."""
        items = [self.items[name] for name in limits if name in self.items]
        for item, following in zip(items, [*items[1:], None], strict=False):
            signal.setitimer(signal.ITIMER_REAL, limits[item.nodeid])
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return item.nodeid
        return ""


class Tracer:
    """Which lines of the targets are stepped on, and which of their functions are called."""

    def __init__(self, files: list[str]) -> None:
        self.files = frozenset(files)
        self.lines: dict[str, set[int]] = {file: set() for file in files}
        self.called: set[Key] = set()
        self.begets = self.on = False

    def start(self, lines: bool) -> None:
        self._local = self._step if lines else None
        self.on = True
        threading.settrace(self._call)
        sys.settrace(self._call)

    def stop(self) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        self.on = False

    def _call(self, frame: FrameType, event: str, argument: object) -> Any:
        code = frame.f_code
        if code.co_filename not in self.files:
            return None
        self.called.add(key(code))
        return self._local

    def _step(self, frame: FrameType, event: str, argument: object) -> Any:
        self.lines[frame.f_code.co_filename].add(frame.f_lineno)
        return self._local

    def audit(self, event: str, arguments: object) -> None:
        if self.on and event in BEGETS:
            self.begets = True


def key(code: CodeType) -> Key:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def in_a_fork(work: Callable[[], dict[str, Any]], limit: float) -> dict[str, Any]:
    """What `work` answers in a process of its own, which is ended with its children after `limit` seconds, or by its own alarm."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    ends = time.monotonic() + limit
    try:
        said = _hear(reading, ends)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.close(reading)
        _, status = os.waitpid(child, 0)
    if said.endswith(b"\n"):
        answer: dict[str, Any] = json.loads(said)
        return answer
    late = time.monotonic() >= ends or os.waitstatus_to_exitcode(status) == -signal.SIGALRM
    return {"verdict": "timeout", "by": "out of time"} if late else {"verdict": "killed", "by": "the process died"}


def _answer(work: Callable[[], dict[str, Any]], writing: int) -> None:
    answer: dict[str, Any] = {"verdict": "killed", "by": "the process died"}
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
        answer = work()
    except Exception as problem:  # noqa: BLE001 - ours: a test that raises has failed, and that is an answer
        answer = _ours(problem)
    finally:
        with os.fdopen(writing, "wb") as out:
            out.write(json.dumps(answer).encode() + b"\n")
        os._exit(0)


def _ours(problem: Exception) -> dict[str, Any]:
    """A fault of these very files must not pass for a mutant that was noticed."""
    return {"verdict": "survived", "by": f"the harness raised {problem!r}"}


def _hear(reading: int, ends: float) -> bytes:
    said = b""
    while not said.endswith(b"\n") and (left := ends - time.monotonic()) > 0:
        if select.select([reading], [], [], left)[0]:
            part = os.read(reading, 1 << 16)
            if not part:
                break
            said += part
    return said


class Warm:
    """Serves from a pytest that has collected."""

    def __init__(self, channel: Channel, targets: list[str]) -> None:
        self.channel, self.tracer = channel, Tracer(targets)
        self.functions: dict[Key, list[FunctionType]] = defaultdict(list)
        self.imported: set[str] = set()

    def serve(self, tests: Collected) -> None:
        self.tracer.stop()
        for thing in gc.get_objects():
            if type(thing) is FunctionType and thing.__code__.co_filename in self.tracer.files:
                self.functions[key(thing.__code__)].append(thing)
        self.imported = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
        gc.collect()
        gc.freeze()  # so that a child's collector does not copy all that was there before it
        self.channel.answer({"tests": list(tests.items), "modules": _others(sys.modules)})
        for ask in self.channel:
            do = {"trace": self._trace, "run": self._run, "mutant": self._mutant}[ask["do"]]
            self.channel.answer(in_a_fork(lambda do=do, ask=ask: do(tests, ask), ask["limit"]))
            _tidy()

    def _trace(self, tests: Collected, ask: dict[str, Any]) -> dict[str, Any]:
        """One test in a process of its own, so that nothing an earlier one cached hides what it steps on."""
        sys.addaudithook(self.tracer.audit)
        self.tracer.start(lines=True)
        by = tests.run(ask["tests"])
        self.tracer.stop()
        lines = {file: sorted(numbers) for file, numbers in self.tracer.lines.items() if numbers}
        return {"by": by, "lines": lines, "begets": self.tracer.begets}

    def _run(self, tests: Collected, ask: dict[str, Any]) -> dict[str, Any]:
        return {"by": tests.run(ask["tests"]), "seconds": tests.seconds}

    def _mutant(self, tests: Collected, ask: dict[str, Any]) -> dict[str, Any]:
        if ask["file"] in self.imported and not self._plant(ask["file"], ask["scope"]):
            return {"verdict": "cold"}
        by = tests.run(ask["tests"])
        return {"verdict": "killed" if by else "survived", "by": by}

    def _plant(self, file: str, scope: list[Any] | None) -> bool:
        """Give every function made from the mutated code its new code; False when it ran already, or is no function."""
        if not scope:
            return False
        wanted = (file, *scope)
        if wanted in self.tracer.called or not self.functions[wanted]:
            return False
        for code in _codes(compile(Path(file).read_text(), file, "exec", dont_inherit=True)):
            if key(code) == wanted:
                if any(function.__code__.co_freevars != code.co_freevars for function in self.functions[wanted]):
                    return False
                for function in self.functions[wanted]:
                    function.__code__ = code
                return True
        return False


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _others(modules: dict[str, ModuleType]) -> list[str]:
    """What is installed and no plugin of pytest's."""
    installed = [name for name, module in modules.items() if "site-packages" in (getattr(module, "__file__", None) or "")]
    return [name for name in installed if not name.startswith(PLUGINS) and "pytest" not in name]


def _tidy() -> None:
    """Sweep away what the tests left in the folder for temporary files."""
    for path in Path(os.environ["TMPDIR"]).iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def serve_cold(channel: Channel, selection: list[str]) -> None:
    def once(ask: dict[str, Any]) -> dict[str, Any]:
        outcome = {"verdict": "killed", "by": "collecting"}

        def work(tests: Collected) -> None:
            limits = {**dict.fromkeys(tests.items, COLLECTING_SECONDS_MAX), **ask["tests"]}
            try:
                by = tests.run({name: limits[name] for name in {**ask["tests"], **tests.items}})
                outcome.update({"verdict": "killed" if by else "survived", "by": by})
            except Exception as problem:  # noqa: BLE001
                outcome.update(_ours(problem))

        signal.setitimer(signal.ITIMER_REAL, COLLECTING_SECONDS_MAX)
        pytest.main([*OPTIONS, *selection], plugins=[Collected(work)])
        return outcome

    for ask in channel:
        if ask["do"] == "import":
            for name in ask["modules"]:
                with suppress(Exception):
                    importlib.import_module(name)
            channel.answer({})
        else:
            channel.answer(in_a_fork(lambda ask=ask: once(ask), ask["limit"]))
            _tidy()


def serve_warm(channel: Channel, selection: list[str], targets: list[str]) -> None:
    warm = Warm(channel, targets)
    warm.tracer.start(lines=False)
    if pytest.main([*OPTIONS, *selection], plugins=[Collected(warm.serve)]) and not warm.functions:
        channel.answer({"tests": [], "modules": []})


def main() -> None:
    kind, log = sys.argv[1:3]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the child at work is ended as well
    channel = Channel(log)
    ask = next(iter(channel))
    if kind == "warm":
        serve_warm(channel, ask["selection"], ask["targets"])
    else:
        serve_cold(channel, ask["selection"])


if __name__ == "__main__":
    main()
