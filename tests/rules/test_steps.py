"""What people read of a count is a template with named values, so that it can be said in another language."""

import ast
import re
import string
from fractions import Fraction
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from engine.elections.outcome import Amount, Step, Votes
from engine.rules import names, rule
from tests.rules.elections import elections

ROOT = Path(__file__).parent.parent.parent
FILES = sorted(each for family in ("voting", "funding") for each in (ROOT / "engine/rules" / family).rglob("*.py"))
FILES += [ROOT / "engine/elections" / f"{name}.py" for name in ("committees", "pairwise", "optimal", "rounds", "ties")]


def outside_refusals(tree: ast.AST) -> list[ast.JoinedStr]:
    """The f-strings of a file but those in `refuse(...)`."""
    refused = {
        each
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "refuse"
        for each in ast.walk(call)
    }
    return [each for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) and each not in refused]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "engine")))
def test_no_f_string_makes_a_step(path):
    assert [each.lineno for each in outside_refusals(ast.parse(path.read_text()))] == []


def test_an_f_string_in_a_step_is_seen():
    tree = ast.parse('refuse("x", f"{a}", f"is {b}")\nexplain = lambda: [Step(f"{a} wins")]')
    assert [each.lineno for each in outside_refusals(tree)] == [2]


def check(value: object) -> None:
    """Check that a value is one that a step may name, and of a step that it has what its template names."""
    if isinstance(value, Step):
        fields = {field for _, field, _, _ in string.Formatter().parse(value.template) if field is not None}
        assert fields <= value.values.keys() and all(re.fullmatch(r"[a-z_]+", field) for field in fields)
        within = list(value.values.values())
    else:
        within = [*value, *value.values()] if isinstance(value, dict) else list(value) if isinstance(value, list | tuple) else []
        assert type(value) in (str, int, Fraction, Amount, Votes, dict, list, tuple), value
    for each in within:
        check(each)


@pytest.mark.parametrize("name", [name for name in names("voting") if not rule("voting", name).takes_seed])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_the_sentences_of_a_count_say_the_same_as_its_steps(name, data):
    counted = rule("voting", name)
    election = data.draw(
        elections(counted.ballots[0], budget=counted.elects == "budget", options_min=2, options_max=3, strict=counted.strict)
    )
    outcome = counted.function(election, **counted.complete({}))
    assert outcome.sentences and all(isinstance(each, Step) for each in outcome.sentences)
    for each in outcome.sentences:
        check(each)
    assert outcome.steps == tuple(map(str, outcome.sentences))


def test_values_become_text_in_the_sentence():
    step = Step(
        "{names} {names:has|have} {votes} of {cost}", names=["a", "b"], votes={"a": 1234, "b": Step("{n}", n=2)}, cost=Amount(150, 2)
    )
    assert str(step) == "a and b have a 1,234, b 2 of 1.50"
    assert str(Step("{names} {names:has|have} it", names=["{a}"])) == "{a} has it", "an option's name is never a template"
