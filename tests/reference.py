"""REFERENCE.md: every command, event, right, act, refusal code and limit there is, collected from where each is declared.

`python -m tests.reference` writes it; a test holds it to the code.
"""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from api.rulebook import work_of
from engine import catalogue, rules
from engine.event import act_kinds, commands, kinds, rights
from engine.kernel.charter import all_terms
from engine.refusals import CORE_CODES, FAMILIES, OWN_STATUS, Code
from engine.rules import certificates

ROOT = Path(__file__).parent.parent
FILE = ROOT / "REFERENCE.md"
LIMIT = re.compile(r"_(MAX|MIN|MS|KEPT|EVERY|SECONDS|BYTES)$|_MAX_|_MIN_")


def first_line(thing: object) -> str:
    """The first sentence of a docstring, or nothing where there is only what `dataclass` makes of the fields."""
    text = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
    return "" if text.startswith(f"{getattr(thing, '__name__', '')}(") else re.split(r"(?<=[.:]) (?=[A-Z`])", text)[0]


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def limits() -> list[tuple[str, str, str, str]]:
    """Every bound with its reason, which stands below it in the code."""
    rows = []
    for path in sorted((ROOT / "engine").rglob("*.py")) + sorted((ROOT / "api").rglob("*.py")):
        body = ast.parse(path.read_text()).body
        waiting: list[tuple[str, str]] = []
        for node in body:
            if isinstance(node, ast.Assign):
                names = [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
                values = node.value.elts if isinstance(node.value, ast.Tuple) and len(names) > 1 else [node.value] * len(names)
                waiting += [(name, ast.unparse(value)) for name, value in zip(names, values, strict=True) if LIMIT.search(name)]
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) and waiting:
                reason = " ".join(node.value.value.split())
                rows += [(f"`{name}`", f"`{value}`", reason, str(path.relative_to(ROOT))) for name, value in waiting]
                waiting = []
            else:
                waiting = []
    return rows


def event_rows() -> list[tuple[object, ...]]:
    rows = []
    for name, kind in sorted(kinds().items()):
        by = ", ".join(sorted(who.value for who in kind.by)) or "nobody: it follows"
        rows.append((f"`{name}`", catalogue.feature_of(kind) or "kernel", by, f"`{kind.may.name}`" if kind.may else "", first_line(kind)))
    return rows


def rule_rows() -> list[tuple[object, ...]]:
    rows = []
    for name in rules.names("voting"):
        rule = rules.rule("voting", name)
        source = re.search(r"Sources?: (.+?)\.?$", " ".join(rule.page.split("\n\n>>> ")[0].split()))
        promised = ", ".join(sorted(rule.promises)) or "none"
        vouched = certificates.vouched(rule.version) or "no"
        work = work_of(rule)
        rows.append((f"`{name}`", ", ".join(rule.taken), rule.elects, promised, vouched, work, source[1] if source else ""))
    return rows


def code_rows() -> list[tuple[object, ...]]:
    codes = dict(CORE_CODES) | {str(code): code.family for code in catalogue.declared(Code)}
    return [(f"`{code}`", family, OWN_STATUS.get(code, FAMILIES[family][0]), FAMILIES[family][1]) for code, family in sorted(codes.items())]


def written() -> str:
    """The whole page."""
    parts = [
        "# Reference",
        "Made from the code by `python -m tests.reference`: each of these is declared where it arises, and no list of them is kept.",
        "## Commands",
        table(
            ("command", "HTTP", "what it does"),
            [(f"`{kind.__name__}`", f"`POST {kind.resource}`", first_line(kind)) for kind in commands()],
        ),
        "## Events",
        table(("event", "of", "asked by", "right", "what it says"), event_rows()),
        "## Rights",
        "What `[roles.…] may` can name. Of those marked, a community that gives them must keep somebody who holds them.",
        table(
            ("right", "lets a member", "needed"), [(f"`{one.name}`", one.about, "yes" if one.needed else "") for one in rights().values()]
        ),
        "## Acts",
        "What earning rules can pay for.",
        table(
            ("act", "is", "counts as taking part"),
            [(f"`{one.name}`", one.about, "yes" if one.active else "no") for one in act_kinds().values()],
        ),
        "## Tables of a charter",
        table(
            ("table", "of", "what it says"),
            [(f"`[{key}]`", catalogue.feature_of(kind) or "kernel", first_line(kind)) for key, kind in sorted(all_terms().items())],
        ),
        "## Voting rules",
        "What each takes, elects and promises, always or under conditions (`folkmoot rules NAME` says which); whether a certificate vouches for "
        "the winners, scores, rounds and figures it publishes, so that other code can check them (`folkmoot tally --check`), or they can only be counted "
        "again; how large a poll is always counted within the limit of work (`WORK_MAX`), where ballots may all differ; and where it comes from.",
        table(("rule", "takes", "elects", "promises", "certificate", "work limit", "source"), rule_rows()),
        "## Refusals",
        table(("code", "family", "HTTP", "what to do"), code_rows()),
        "## Limits",
        table(("limit", "value", "why", "stated in"), limits()),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    FILE.write_text(written())
