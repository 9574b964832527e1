"""A certificate vouches for every number of an outcome's figures, and for there being no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections.figures import Figures, Gift
from engine.refusals import Refusal
from engine.rules import rule, tally
from engine.rules.certificates import check
from tests.rules.test_certificates import COUNTS, drawn


def numbers_in(value) -> int:
    """How many whole numbers or fractions there are to forge."""
    if isinstance(value, Mapping):
        return sum(map(numbers_in, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(numbers_in, value))
    return int(isinstance(value, int | Fraction))


def with_another(value, which: list[int]):
    """The same with one more in the number whose turn it is."""
    if isinstance(value, Mapping):
        return {name: with_another(each, which) for name, each in value.items()}
    if isinstance(value, list | tuple):
        parts = [with_another(each, which) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if isinstance(value, int | Fraction):
        which[0] -= 1
        return value + (which[0] == -1)
    return value


@pytest.mark.parametrize(("name", "kind", "parameters"), COUNTS, ids=str)
@given(data=st.data())
@settings(max_examples=40)
def test_a_figure_that_is_another_is_seen(name, kind, parameters, data):
    """Each number there is, and one where there should be none."""
    election, complete = drawn(data, name, kind), rule("voting", name).complete(parameters)
    outcome = tally(name, election, **parameters)
    figures = outcome.figures()
    parts = {each.name: getattr(figures, each.name) for each in fields(figures)}
    count = numbers_in(list(parts.values()))
    if count:
        turn = [data.draw(st.integers(0, count - 1))]
        forged = Figures(**{part: with_another(value, turn) for part, value in parts.items()})
        assert forged != figures
    else:
        forged = Figures(gifts=(Gift(election.options[0], 1, 1, 1, 1),))
    with pytest.raises(Refusal, match="proof_wrong"):
        check(election, replace(outcome, figures=lambda: forged), complete)
