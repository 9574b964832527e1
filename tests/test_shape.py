"""The shape of the house: imports point down, no cycles, no long files, nothing impure where it must be pure, nothing dead."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from engine import catalogue, rules

ROOT = Path(__file__).parent.parent
PACKAGES = ("engine", "contracts", "simulations", "api")
FLOORS = (
    ("engine.log.text",),
    ("engine.refusals", "engine.limits", "engine.fair_lock"),
    ("engine.values", "engine.catalogue"),
    ("engine.log",),
    ("engine.elections", "engine.delegation", "engine.ledger"),
    ("engine.rules",),
    ("engine.state",),
    ("engine.event",),
    ("engine.lines",),
    ("engine.ahead",),
    ("engine.kernel",),
    ("engine.features",),
    ("engine.fold", "engine.storage"),
    ("engine.community", "engine.heads", "engine.verify"),
    ("engine.store",),
    ("simulations", "contracts"),
    ("api",),
)
IMPURE = {"time", "random", "os", "uuid", "secrets", "datetime", "socket", "subprocess", "threading"}
LINES_MAX, FUNCTION_LINES_MAX = 400, 60
ENTRY_POINTS = {"api.cli", "engine.store.memory", "contracts.claims", "contracts.artefacts"}
"""What people outside start from: the command, the store of a community in memory, the claims of a round and the compiled contracts."""


@cache
def modules() -> dict[str, Path]:
    paths = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            paths[name.removesuffix(".__init__")] = path
    return paths


@cache
def imports(name: str, top_level: bool = False) -> frozenset[str]:
    """What a module imports, of this house by whole module names, of others by their first word."""
    tree = ast.parse(modules()[name].read_text())
    nodes = tree.body if top_level else list(ast.walk(tree))
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}: relative imports hide where a name comes from"
            module = node.module or ""
            names |= {f"{module}.{alias.name}" if f"{module}.{alias.name}" in modules() else module for alias in node.names}
    return frozenset(names - {name})


def floor(name: str) -> int:
    for number, rooms in enumerate(FLOORS):
        if any(name == room or name.startswith(f"{room}.") for room in rooms):
            return number
    assert name == "engine", f"{name} has no floor: put it into FLOORS"
    return 0


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_point_down(name):
    for other in imports(name) & modules().keys():
        assert floor(other) <= floor(name), f"{name} imports {other}, which stands above it"


def test_there_are_no_cycles():
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail[trail.index(name) :], name)) if name in trail else ""
        if name in done:
            return
        for other in imports(name) & modules().keys():
            walk(other, (*trail, name))
        done.add(name)

    for name in modules():
        walk(name, ())


@pytest.mark.parametrize("name", sorted(modules()))
def test_no_file_and_no_function_is_long(name):
    text = modules()[name].read_text()
    assert text.count("\n") <= LINES_MAX, "does the room do two jobs?"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= FUNCTION_LINES_MAX, f"{name}.{node.name} is long"


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_of_tests_is_long(path):
    assert path.read_text().count("\n") <= LINES_MAX, "does the room do two jobs?"


@pytest.mark.parametrize("name", sorted(name for name in modules() if name.startswith("engine")))
def test_time_and_chance_come_in_by_the_door(name):
    words = {other.split(".")[0] for other in imports(name)}
    allowed = (
        {"threading"}
        if name in ("engine.community", "engine.fair_lock")
        else {"os", "threading"}
        if name.startswith("engine.store")
        else set()
    )
    assert not words & (IMPURE - allowed)
    assert not words & {"fastapi", "starlette", "typer", "web3", "pydantic", "jinja2"}
    assert "web3" not in words and ("py_ecc" not in words or name.startswith(("engine.log.attest", "engine.rules.secrecy")))


@pytest.mark.parametrize("name", sorted(modules()))
def test_contracts_alone_speaks_to_chains_and_only_once_it_is_asked_to(name):
    chains = {"web3", "eth_account"}
    assert name.startswith("contracts.") or not {other.split(".")[0] for other in imports(name)} & chains
    assert not {other.split(".")[0] for other in imports(name, top_level=True)} & chains, "where it is used: nobody else waits for it"


@pytest.mark.parametrize("name", sorted(name for name in modules() if name.startswith("engine.rules.")))
def test_a_rule_knows_elections_and_not_the_community(name):
    assert not [
        other
        for other in imports(name)
        if other.startswith(("engine.state", "engine.event", "engine.community", "engine.store", "engine.kernel", "engine.features"))
    ]


@cache
def made_elsewhere(name: str) -> frozenset[str]:
    """The names that a module knows from another one of ours, and does not make."""
    tree = ast.parse(modules()[name].read_text())
    known = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES
        for alias in node.names
    }
    aliases = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and isinstance(node.value.value, ast.Name)
        for target in node.targets
        if isinstance(target, ast.Name) and node.value.value.id in known
    }
    return frozenset(known | aliases)


@pytest.mark.parametrize(
    "path", sorted({*modules().values(), *(ROOT / "tests").rglob("*.py")}), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_name_is_imported_from_the_file_that_makes_it(path):
    """Whoever reads where a name comes from finds it there."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module in modules():
            through = {alias.name for alias in node.names if f"{node.module}.{alias.name}" not in modules()} & made_elsewhere(node.module)
            assert not through, f"{sorted(through)} come through {node.module}"


def test_no_file_is_dead():
    used = set().union(*(imports(name) for name in modules())) | ENTRY_POINTS
    catalogues = {f"engine.rules.{family}" for family in rules.FAMILIES} | {"engine.kernel", "engine.features", "api.views"}
    catalogues |= {f"engine.features.{name}" for name in catalogue.names("engine.features")}
    for name in modules():
        folder = name.rpartition(".")[0]
        if name in PACKAGES or folder in catalogues or name in catalogues:
            continue
        assert name in used or any(other.startswith(f"{name}.") for other in used), f"nobody imports {name}"


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_file_says_what_it_is_for(name):
    assert ast.get_docstring(ast.parse(modules()[name].read_text())) or not modules()[name].read_text().strip()


def test_the_catalogue_lists_without_importing():
    import subprocess
    import sys

    code = "import sys; from engine import rules; rules.names('voting'); print([m for m in sys.modules if 'voting.' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
    assert "borda" in catalogue.names("engine.rules.voting")


def test_every_refusal_code_is_given_somewhere():
    from engine.refusals import CORE_CODES, FAMILIES, Code

    written = {name: path.read_text() for name, path in modules().items() if name != "engine.refusals"}
    assert [code for code in CORE_CODES if not any(f'"{code}"' in text for text in written.values())] == []
    assert {*CORE_CODES.values(), *(code.family for code in catalogue.declared(Code))} == set(FAMILIES)
    for name, text in written.items():
        for constant in re.findall(r"^([A-Z_]+) = Code\(", text, re.M):
            assert sum(len(re.findall(rf"\b{constant}\b", other)) for other in written.values()) > 1, f"nobody refuses by {name}.{constant}"


@pytest.mark.parametrize("name", catalogue.names("engine.features"))
def test_a_feature_says_which_others_it_needs(name):
    rooms = [other for other in modules() if other.startswith(f"engine.features.{name}.")]
    used = {other.split(".")[2] for room in rooms for other in imports(room) if other.startswith("engine.features.")} - {name}
    assert used <= set(catalogue.module("engine.features", name).NEEDS), "declare it in NEEDS"
    assert set(catalogue.module("engine.features", name).NEEDS) <= used, "it needs less than it says"


@pytest.mark.parametrize("name", ["engine.state", "engine.event", "engine.lines", "engine.fold", "engine.verify", "engine.community"])
def test_the_core_names_no_feature(name):
    text = modules()[name].read_text().replace("engine.features.polls.state", "")
    assert "engine.features" not in text
    assert not [word for word in catalogue.names("engine.features") if re.search(rf"\b{word}\b\.(get|polls|ideas)", text)]


def sentences() -> list[tuple[str, ast.Call]]:
    return [
        (name, node)
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("refuse", "wrong", "_wrong")
    ]


def test_refusals_are_format_strings_with_named_values():
    """So that they can be said in another language: an f-string is one sentence for each value."""
    for name, call in sentences():
        spliced = [part for part in call.args[1:] if isinstance(part, ast.JoinedStr)]
        assert not spliced, f"{name}:{call.lineno} builds a sentence with an f-string"


def test_every_name_in_a_sentence_has_its_value():
    """Else it is said with its braces, and the other values with it."""
    for name, call in sentences():
        given = {keyword.arg for keyword in call.keywords}
        said = [part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        named = {re.split(r"[.\[]", field)[0] for text in said for _, field, *_ in Formatter().parse(text) if field} if given else set()
        assert None in given or named <= given, f"{name}:{call.lineno} names {named - given}"
