"""The kinds of fault: each looks at one node, and says which span it would replace by what.

An operator is a function of a node, the source and where it stands; it is asked for the kinds of node it names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.mutants.source import Source

AUTHORITY = {
    "may": ("None",),
    "by": ("frozenset(Who)", "type('Everybody', (frozenset,), {'__contains__': lambda self, who: True})()"),
}
"""What a class declares about who may: by what a mutant replaces it, the least restrictive. The first whose names occur in what it replaces."""
AUTHORITY_CALLS = {"require"}
"""A call of this name is a check of authority."""
BOUND = re.compile(
    r"(^|_)(at|now|since|until|after|before|deadline|expiry|expires|days|hours|minutes|ms|max|min|most|least|limit|count)$", re.I
)
"""How a name ends that holds a bound or a time."""

BOUNDARY = {ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">")}
NEGATION = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
ARITHMETIC = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
    ast.Div: ("/", "*"),
    ast.Mod: ("%", "//"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "&"),
}
SWAPS = {"min": "max", "max": "min", "any": "all", "all": "any"}
EMPTY = {
    "bool": ("True", "False"),
    "int": ("0",),
    "str": ('""',),
    "bytes": ('b""',),
    "list": ("[]",),
    "set": ("set()",),
    "frozenset": ("frozenset()",),
    "dict": ("{}",),
    "Mapping": ("{}",),
    "Sequence": ("()",),
    "Iterable": ("()",),
    "Iterator": ("iter(())",),
}
"""What a function of that type may also return."""


class Edit(NamedTuple):
    operator: str
    start: int
    end: int
    text: str
    group: str = ""


def edits(node: ast.AST, source: Source, returns: str, declaring: bool) -> Iterator[Edit]:
    """Every fault that could stand at this node; `returns` is the annotation of the function around it."""
    match node:
        case ast.Compare():
            yield from _comparison(node, source)
        case ast.BoolOp():
            yield from _and_or(node, source)
        case ast.UnaryOp(op=ast.Not()):
            start = source.start(node)
            yield Edit("not", start, source.words(start + 3, source.end(node))[0].start, "")
        case ast.BinOp() | ast.AugAssign():
            yield from _arithmetic(node, source)
        case ast.Constant():
            yield from _constant(node, source)
        case ast.Return(value=ast.AST()):
            yield from _returned(node, source, returns)
        case ast.Call(func=ast.Name(id=name)) if name in SWAPS:
            yield Edit("swap", source.start(node), source.start(node) + len(name), SWAPS[name])
    if isinstance(node, ast.stmt):
        yield from _statement(node, source)
    yield from _elements(node, source, declaring)
    yield from _authority(node, source, declaring)


def _comparison(node: ast.Compare, source: Source) -> Iterator[Edit]:
    operands = [node.left, *node.comparators]
    for left, op, right in zip(operands, node.ops, operands[1:], strict=False):
        name, table = ("boundary", BOUNDARY) if type(op) in BOUNDARY else ("negation", NEGATION)
        old, new = table[type(op)]
        span = source.between(left, right, *old.split())
        if span:
            bounded = not isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) and (_is_bound(left) or _is_bound(right))
            yield Edit(name, *span, new, "bounds" if bounded else "")


def _is_bound(node: ast.AST) -> bool:
    """Whether any name in it is that of a bound or a time; what a call is given does not count, its name does."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) if BOUND.search(name):
            return True
        case ast.Call(func=function):
            return _is_bound(function)
        case ast.Constant(value=str()) | ast.JoinedStr():
            return False
    return any(_is_bound(child) for child in ast.iter_child_nodes(node))


def _and_or(node: ast.BoolOp, source: Source) -> Iterator[Edit]:
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in zip(node.values, node.values[1:], strict=False):
        span = source.between(left, right, old)
        if span:
            yield Edit("and-or", *span, new)


def _arithmetic(node: ast.BinOp | ast.AugAssign, source: Source) -> Iterator[Edit]:
    left, right, equals = (node.left, node.right, "") if isinstance(node, ast.BinOp) else (node.target, node.value, "=")
    if type(node.op) not in ARITHMETIC or _is_text(left) or _is_text(right) or (isinstance(node.op, ast.BitOr) and _is_type(right)):
        return
    old, new = ARITHMETIC[type(node.op)]
    span = source.between(left, right, old + equals)
    if span:
        yield Edit("arithmetic", *span, new + equals)


def _is_text(node: ast.AST) -> bool:
    """Strings and lists are joined, not added: the other operator could only raise."""
    return isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def _is_type(node: ast.AST) -> bool:
    name = node.id if isinstance(node, ast.Name) else ""
    return (isinstance(node, ast.Constant) and node.value is None) or name in EMPTY or (name[:1].isupper() and not name.isupper())


def _constant(node: ast.Constant, source: Source) -> Iterator[Edit]:
    span = source.start(node), source.end(node)
    if isinstance(node.value, bool):
        yield Edit("true-false", *span, str(not node.value))
    elif isinstance(node.value, int):
        yield Edit("integer+1", *span, str(node.value + 1))
        yield Edit("integer-1", *span, str(node.value - 1))


def _returned(node: ast.Return, source: Source, returns: str) -> Iterator[Edit]:
    assert node.value is not None
    optional = re.search(r"\| None$|^None \||^Optional\[", returns)
    for text in ("None",) if optional else EMPTY.get(returns.split("[", maxsplit=1)[0], ()):
        if not isinstance(node.value, ast.Constant) and ast.unparse(node.value) != text:
            yield Edit(f"return-{text.lower()}" if returns == "bool" else "return", source.start(node.value), source.end(node.value), text)


def _statement(node: ast.stmt, source: Source) -> Iterator[Edit]:
    """A statement left out: a call, a write into something, a deletion, a refusal with or without its condition."""
    span = source.start(node), source.end(node)
    match node:
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            yield Edit("statement", *span, "yield from ()")
        case ast.Expr(
            value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) | ast.Await(value=ast.Call(func=ast.Name(id=name)))
        ):
            yield Edit("statement", *span, "pass", "authority" if name in AUTHORITY_CALLS else "")
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]) | ast.Delete():
            yield Edit("assignment", *span, "pass")
        case ast.Raise():
            yield Edit("raise", *span, "pass")
        case ast.If(body=[ast.Raise()], orelse=[]) if source.text.startswith("if", span[0]):
            yield Edit("guard", *span, "pass")


def _elements(node: ast.AST, source: Source, declaring: bool) -> Iterator[Edit]:
    """One element fewer in a set, in what `in` or `except` looks through, or in a declared list."""
    displays: list[ast.AST] = []
    match node:
        case ast.Set():
            displays = [node]
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple() | ast.List() as display]):
            displays = [display]
        case ast.ExceptHandler(type=ast.Tuple() as display):
            displays = [display]
        case ast.Assign(value=ast.Tuple() | ast.List() as display) | ast.AnnAssign(value=ast.Tuple() | ast.List() as display) if declaring:
            displays = [display]
        case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple"), args=[ast.Tuple() | ast.List() as display]):
            displays = [display]
    for display in displays:
        elements: list[ast.expr] = display.elts  # type: ignore[attr-defined]
        for number, element in enumerate(elements):
            if len(elements) > 1:
                yield _without(elements, number, source, isinstance(display, ast.Tuple))
            elif isinstance(display, ast.Set):
                yield Edit("element", source.start(display), source.end(display), "set()")
            elif isinstance(display, ast.List):
                yield Edit("element", source.start(element), source.end(element), "")


def _without(elements: list[ast.expr], number: int, source: Source, is_tuple: bool) -> Edit:
    """A display without one of its elements; a tuple of one keeps its comma."""
    if number + 1 < len(elements):
        start, end, text = source.start(elements[number]), source.start(elements[number + 1]), ""
        if is_tuple and len(elements) == 2:
            end, text = source.end(elements[1]), source.text[source.start(elements[1]) : source.end(elements[1])] + ","
        return Edit("element", start, end, text)
    kept = "," if is_tuple and len(elements) == 2 else ""
    return Edit("element", source.end(elements[number - 1]), source.end(elements[number]), kept)


def _authority(node: ast.AST, source: Source, declaring: bool) -> Iterator[Edit]:
    """A declared authority dropped: `may = AMEND` in a class, or as a keyword of its decorator or its bases."""
    declared: list[tuple[str | None, ast.expr]] = []
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if declaring:
            declared = [(name, value)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if declaring:
            declared = [(name, value)]
        case ast.ClassDef():
            calls = [decorator.keywords for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
            declared = [(keyword.arg, keyword.value) for keywords in (node.keywords, *calls) for keyword in keywords]
    for name, value in declared:
        text = _least(name or "", ast.unparse(value))
        if text not in (None, ast.unparse(value)):
            yield Edit(f"authority-{name}", source.start(value), source.end(value), text, "authority")


def _least(name: str, value: str) -> str | None:
    """The least restrictive value of a declaration that can be said with the names it uses already."""
    for text in AUTHORITY.get(name, ()):
        if text.isidentifier() or text.startswith("type(") or set(re.findall(r"\b[A-Z]\w*", text)) <= set(re.findall(r"\w+", value)):
            return text
    return None
