"""What a program is answered is JSON of plain values, byte for byte what the standard library writes."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answers import JsonAnswer

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_values_are_written_as_the_standard_library_writes_them(value):
    assert JsonAnswer(value).body == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def test_an_object_that_slipped_into_a_view_is_not_shown():
    @dataclass
    class Secret:
        name: str

    with pytest.raises(TypeError):
        JsonAnswer({"shown": Secret("Zebediah")})
