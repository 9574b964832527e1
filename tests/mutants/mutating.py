"""Small faults to plant in a source file, one at a time: where each stands, and the text that replaces it.

Positions come from `ast`, operators from the tokens between operands, and only the faulty span is replaced, so that
every other byte of the file stays as it is. Nothing here knows the engine; what counts as a declared authority, as a
bound and as quiet is stated below.

>>> source = "def may_vote(now, closes_at):\\n    return now < closes_at\\n"
>>> [mutant] = mutants_of("polls.py", source)
>>> mutant.id, mutant.after, mutant.group
('polls.py:2:16:boundary', 'return now <= closes_at', 'bounds')

Left alone: docstrings and other strings, f-strings, annotations, what a `raise` says, `assert` (nobody can reach what
it rules out), logging, `__all__` and `__slots__`, dataclass decorators, and keywords that change no answer.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from tests.mutants import operators
from tests.mutants.operators import Edit
from tests.mutants.source import Source

LOGS = {"logging", "logger", "log", "warnings"}
LOG_LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "warn"}
QUIET_KEYWORDS = {"strict", "frozen", "slots", "repr", "compare", "hash", "eq", "order", "kw_only", "maxsize"}
QUIET_NAMES = {"__all__", "__slots__", "__match_args__"}
ANNOTATIONS = {"annotation", "returns", "type_params", "type_comment"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Scope:
    """The outermost function a mutant stands in: what the interpreter calls it, and its first line."""

    name: str
    line: int


@dataclass(frozen=True)
class Place:
    """Where the walk is: the statement's lines, the function, and the lines of the innermost class or function."""

    lines: tuple[int, int]
    around: tuple[int, int]
    scope: Scope | None = None
    returns: str = ""
    owner: str = ""
    declaring: bool = True
    """Whether this is the top of a module or of a class."""


@dataclass(frozen=True)
class Mutant:
    """One fault: `start` and `end` are offsets in the source, `text` what stands there instead."""

    file: str
    line: int
    column: int
    operator: str
    group: str
    start: int
    end: int
    text: str
    place: Place
    before: str
    after: str
    number: int = 0
    """The how manyth of its operator on a line that reads like this."""

    @property
    def id(self) -> str:
        return f"{self.file}:{self.line}:{self.column}:{self.operator}"

    def apply(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]

    def rank(self, seed: int) -> float:
        """Its place in a seeded sample: drawn by what the line says, so that an edit elsewhere does not redraw it."""
        return Random(f"{seed} {self.file} {self.operator} {self.before} {self.number}").random()


def mutants_of(file: str, text: str) -> list[Mutant]:
    """Every mutant of a source file, in the order of its text."""
    walk = _Walk(Source(text))
    tree = ast.parse(text)
    last = len(walk.source.lines)
    walk.visit(tree, Place((1, last), (1, last)))
    made: list[Mutant] = []
    counts: Counter[tuple[str, str]] = Counter()
    for edit, place in sorted(walk.edits, key=lambda pair: (pair[0].start, pair[0].end, pair[0].operator, pair[0].text)):
        line, column = walk.source.position(edit.start)
        before = walk.source.lines[line - 1].strip()
        counts[edit.operator, before] += 1
        mutant = Mutant(file, line, column, edit.operator, edit.group, edit.start, edit.end, edit.text, place, before, "")
        after = _line_after(mutant, text)
        made.append(replace(mutant, after=after, number=counts[edit.operator, before]))
    return made


def choose(mutants: list[Mutant], sample: int, seed: int, only: int | None = None) -> list[Mutant]:
    """Every mutant of an authority, a bound or a time, and a seeded sample of the others; of all these `only` so many."""
    ranked = sorted(mutants, key=lambda mutant: (mutant.rank(seed), mutant.id))
    grouped = [mutant for mutant in ranked if mutant.group]
    others = [mutant for mutant in ranked if not mutant.group][:sample]
    chosen = sorted(grouped + others, key=lambda mutant: (mutant.rank(seed), mutant.id))
    return chosen if only is None else chosen[:only]


def is_sound(mutant: Mutant, text: str) -> bool:
    """Whether it is Python, and not the same Python as before."""
    try:
        return ast.dump(ast.parse(mutant.apply(text))) != ast.dump(ast.parse(text))
    except SyntaxError:
        return False


def _line_after(mutant: Mutant, text: str) -> str:
    """The line as the mutant leaves it, on one line."""
    first = text.rfind("\n", 0, mutant.start) + 1
    last = text.find("\n", mutant.end)
    return " ".join((text[first : mutant.start] + mutant.text + text[mutant.end : last if last >= 0 else None]).split())


class _Walk:
    """Goes through a module, and asks every operator at every node that is not quiet."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.edits: list[tuple[Edit, Place]] = []

    def visit(self, node: ast.AST, place: Place) -> None:
        if _is_quiet(node):
            return
        if isinstance(node, ast.stmt):
            place = replace(place, lines=_header(node))
        inner = place
        if isinstance(node, ast.ClassDef):
            inner = place = replace(place, around=_span(node), owner=f"{place.owner}{node.name}.")
        elif isinstance(node, Function):
            inner = self._inside(node, place)
        made = list(operators.edits(node, self.source, place.returns, place.declaring))
        self.edits += [(edit, place) for edit in made]
        if isinstance(node, ast.Raise):
            return
        goes_whole = any(edit.operator == "guard" for edit in made)
        for field, child in _children(node):
            if not (goes_whole and field == "body"):
                self.visit(child, inner if field == "body" else place)

    def _inside(self, node: Function, place: Place) -> Place:
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        scope = place.scope or Scope(place.owner + node.name, first)
        returns = ast.unparse(node.returns) if node.returns else ""
        return replace(place, around=_span(node), scope=scope, returns=returns, declaring=False)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if field in ANNOTATIONS:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield field, child


def _header(node: ast.stmt) -> tuple[int, int]:
    """The lines of a statement, of a compound one only those before its body."""
    body = getattr(node, "body", None)
    if isinstance(node, ast.Match) or not body:
        return node.lineno, node.end_lineno or node.lineno
    begins = body[0].lineno - (not isinstance(node, ast.While))  # the line `while True:` is never stepped on
    return node.lineno, max(node.lineno, begins)


def _span(node: ast.stmt) -> tuple[int, int]:
    return node.lineno, node.end_lineno or node.lineno


def _is_quiet(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr() | ast.Assert() | ast.Import() | ast.ImportFrom():
            return True
        case ast.keyword(arg=name) if name in QUIET_KEYWORDS:
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) if name in QUIET_NAMES:
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case ast.Call(func=ast.Name(id="dataclass" | "TypeVar" | "NewType" | "cast")):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=level))):
            return owner in LOGS and level in LOG_LEVELS
        case ast.Expr(value=ast.Constant()):
            return True
    return type(node).__name__ == "TypeAlias"
