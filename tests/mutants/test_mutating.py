"""Mutants are where they should be, nowhere else, and are judged rightly."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.mutants import running
from tests.mutants.mutating import choose, is_sound, mutants_of
from tests.mutants.reporting import Accepted, report
from tests.mutants.running import Runner, Verdict

HERE = Path(__file__).parent


def made(text: str) -> list[tuple[str, str]]:
    """Operator and line of every mutant of a text."""
    return [(mutant.operator, mutant.after) for mutant in mutants_of("a.py", text)]


@pytest.mark.parametrize(
    ("text", "mutants"),
    [
        ("a < b", [("boundary", "a <= b")]),
        ("a >= b", [("boundary", "a > b")]),
        ("(a) <= b < c", [("boundary", "(a) < b < c"), ("boundary", "(a) <= b <= c")]),
        ("a == b", [("negation", "a != b")]),
        ("a not in b", [("negation", "a in b")]),
        ("a is b", [("negation", "a is not b")]),
        ("a and b and c", [("and-or", "a or b and c"), ("and-or", "a and b or c")]),
        ("not (a or b)", [("not", "(a or b)"), ("and-or", "not (a and b)")]),
        ("é + b // c", [("arithmetic", "é - b // c"), ("arithmetic", "é + b * c")]),
        ("a += b", [("arithmetic", "a -= b")]),
        ("a = 7", [("integer+1", "a = 8"), ("integer-1", "a = 6")]),
        ("a = True", [("true-false", "a = False")]),
        ("state.keep(a)", [("statement", "pass")]),
        ("a.b = c", [("assignment", "pass")]),
        ("del a[b]", [("assignment", "pass")]),
        ("min(a, b).c", [("swap", "max(a, b).c")]),
        ("if a:\n    raise b", [("guard", "pass")]),
        ("if a:\n    b = c\nelif d:\n    raise b", [("raise", "pass")]),
        ("try:\n    a\nexcept (B, C):\n    raise", [("element", "except (C,):"), ("element", "except (B,):"), ("raise", "pass")]),
        ("A = frozenset({B.C, B.D})", [("element", "A = frozenset({B.D})"), ("element", "A = frozenset({B.C})")]),
        ("A = frozenset({B.C})", [("element", "A = frozenset(set())")]),
        ("A = (b, c, d)", [("element", "A = (c, d)"), ("element", "A = (b, d)"), ("element", "A = (b, c)")]),
        ("def a() -> bool:\n    return b", [("return-false", "return False"), ("return-true", "return True")]),
        ("def a() -> B | None:\n    return b", [("return", "return None")]),
        ("def a() -> list[B]:\n    return b", [("return", "return []")]),
        ("def a():\n    yield b", [("statement", "yield from ()")]),
    ],
)
def test_each_fault_stands_in_its_place(text, mutants):
    assert made(text) == mutants
    assert all(is_sound(mutant, text) for mutant in mutants_of("a.py", text))


@pytest.mark.parametrize(
    "text",
    [
        '"""In 3 < 4 words."""',
        "def a(b: tuple[1, 2] = c) -> Literal[3]: ...",
        "a = refuse(f'{b[:40]}')",
        "assert a > 0 and b",
        "logger.info('%s', a + 1)",
        "__all__ = ['a', 'b']",
        "@dataclass(frozen=True, slots=True)\nclass A: ...",
        "a = zip(b, c, strict=True)",
        "f'{a + 1}'",
        "if TYPE_CHECKING:\n    import a",
        "a = 'b' + c",
        "A = B | None",
    ],
)
def test_what_changes_no_answer_is_left_alone(text):
    assert made(text) == []


def test_a_refusal_goes_as_a_whole_or_stays():
    assert made("raise refuse('code', str(a + 1), b[:40])") == [("raise", "pass")]
    assert made("if a < 1:\n    raise refuse('code', b + 1)") == [
        ("guard", "pass"),
        ("boundary", "if a <= 1:"),
        ("integer+1", "if a < 2:"),
        ("integer-1", "if a < 0:"),
    ]


def test_a_declared_authority_is_dropped():
    text = "class A(Event):\n    may = AMEND\n    by: ClassVar[frozenset[Who]] = frozenset({Who.MEMBER})\n    def check(self, state):\n        state.require(a)\n"
    mutants = {mutant.operator: mutant for mutant in mutants_of("a.py", text) if mutant.group == "authority"}
    assert {name: mutant.after for name, mutant in mutants.items()} == {
        "authority-may": "may = None",
        "authority-by": "by: ClassVar[frozenset[Who]] = frozenset(Who)",
        "statement": "pass",
    }
    assert [after for _, after in made("class A(Event, may=AMEND): ...")] == ["class A(Event, may=None): ..."]
    everybody = next(mutant.text for mutant in mutants_of("a.py", "class A:\n    by = MEMBERS\n"))
    assert "anyone at all" in eval(everybody)  # the name says it: whoever asks is among them
    assert made("class A:\n    may = None\n") == made("def a():\n    may = b\n") == []


@pytest.mark.parametrize("text", ["now < self.closes_at", "len(a) > IDEAS_MAX", "record.at == b", "a >= poll.count(b)", "0 < a <= most"])
def test_comparisons_with_a_bound_or_a_time_are_told_apart(text):
    assert "bounds" in {mutant.group for mutant in mutants_of("a.py", text)}


@pytest.mark.parametrize("text", ["a < b", "a in limit", "a is now", "f(limit) == b", "format < b"])
def test_other_comparisons_are_not(text):
    assert {mutant.group for mutant in mutants_of("a.py", text)} == {""}


def test_only_the_span_changes():
    text = "# “quoted” é\r\ndef a(b):  # a < b\r\n    return (b  # here\r\n        <  # there\r\n        c)\r\n"
    [mutant] = mutants_of("a.py", text)
    assert mutant.apply(text) == text.replace("<  # there", "<=  # there")
    assert (mutant.line, mutant.place.lines) == (4, (3, 5))


def test_a_sample_is_the_same_every_time_and_survives_other_edits():
    text = "\n".join(f"a{n} = b{n} + c{n}" for n in range(200)) + "\nd < e_max\n"
    chosen = choose(mutants_of("a.py", text), 40, seed=1)
    assert len(chosen) == 41 and "bounds" in {mutant.group for mutant in chosen}
    assert chosen == choose(mutants_of("a.py", text), 40, seed=1) != choose(mutants_of("a.py", text), 40, seed=2)
    moved = choose(mutants_of("a.py", f"# a line\n{text}"), 40, seed=1)
    assert [mutant.after for mutant in moved] == [mutant.after for mutant in chosen]
    assert choose(mutants_of("a.py", text), 40, seed=1, only=10) == chosen[:10]


def test_every_mutant_of_this_very_folder_is_sound_and_has_a_name_of_its_own():
    for path in HERE.glob("[!t]*.py"):
        text = path.read_text()
        mutants = mutants_of(path.name, text)
        assert len({mutant.id for mutant in mutants}) == len(mutants)
        assert [mutant.id for mutant in choose(mutants, 20, seed=3) if not is_sound(mutant, text)] == []


RULES = """
LIMIT = 3
class Event:
    may = "amend"
def is_open(now, closes_at):
    return now < closes_at
def is_short(name, length_max):
    return len(name) <= length_max
def count(left):
    while left > 0:
        left -= 1
    return left
def unused(a, b):
    return a + b
def early(a, b):
    return a * b
SIX = early(2, 3)
"""

TESTS = """
from house import rules
def test_open():
    assert rules.is_open(1, 2) and not rules.is_open(2, 2)
def test_short():
    assert rules.is_short("ana", 9)
def test_count():
    assert rules.count(3) == 0
def test_declared():
    assert rules.Event.may == "amend" and rules.SIX == 6
"""


@pytest.fixture
def verdicts(tmp_path, monkeypatch):
    root = tmp_path / "root"
    for file, text in {"house/rules.py": RULES, "tests/test_rules.py": TESTS, "pytest.ini": "[pytest]\n"}.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    shutil.copytree(HERE, root / "tests" / "mutants", ignore=shutil.ignore_patterns("test_*", "__pycache__"))
    (tmp_path / "place").mkdir()
    monkeypatch.setattr(running, "LEAST_SECONDS", 3)
    said: list[str] = []
    runner = Runner(root, tmp_path / "place", ["house/rules.py"], ["tests/test_rules.py"], 1, said.append)
    try:
        profile = runner.profile(tmp_path / "kept")
        assert profile == runner.profile(tmp_path / "kept"), "what is kept is what was seen"
        return runner.judge(mutants_of("house/rules.py", RULES), profile)
    finally:
        runner.end()


@pytest.mark.slow
def test_mutants_are_judged(verdicts):
    outcomes = {(verdict.mutant.after, verdict.verdict) for verdict in verdicts}
    assert outcomes == {
        ("LIMIT = 4", "survived"),
        ("LIMIT = 2", "survived"),
        ("may = None", "killed"),
        ("return now <= closes_at", "killed"),
        ("return len(name) < length_max", "survived"),
        ("while left >= 0:", "killed"),
        ("while left > 1:", "killed"),
        ("while left > -1:", "killed"),
        ("left += 1", "timeout"),
        ("left -= 2", "killed"),
        ("left -= 0", "timeout"),
        ("return a - b", "survived"),
        ("return a // b", "killed"),
        ("SIX = early(3, 3)", "killed"),
        ("SIX = early(1, 3)", "killed"),
        ("SIX = early(2, 4)", "killed"),
        ("SIX = early(2, 2)", "killed"),
    }
    assert {verdict.by for verdict in verdicts if verdict.mutant.after == "return a - b"} == {"no test runs this line"}


def test_what_is_accepted_is_not_counted_and_what_need_not_be_is_named():
    killed, survivor = (
        Verdict(mutant, verdict, "", 0) for mutant, verdict in zip(mutants_of("a.py", "a < b\nc < d"), ("killed", "survived"), strict=True)
    )
    text, share = report([killed, survivor], Accepted(), {"a.py": "a < b\nc < d"})
    assert share == 0.5 and "- c < d\n  + c <= d" in text
    accepted = Accepted.read(
        "a.py boundary\n    c < d\n    they are never equal\n\na.py boundary\n    a < b\n    so are these\n\na.py not\n    not e\n    no reason\n"
    )
    text, share = report([killed, survivor], accepted, {"a.py": "a < b\nc < d"})
    assert share == 1 and "c < d" not in text
    assert "a.py boundary: a < b (it is killed)" in text and "a.py not: not e (the line is gone)" in text
    with pytest.raises(SystemExit, match="needs a file"):
        Accepted.read("a.py\n    c < d\n")
