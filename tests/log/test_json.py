"""One value, one spelling."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.log.json import canonical, parse, parse_input, parse_own
from engine.refusals import Refusal

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_written_is_read_back_by_us_and_by_others(value):
    data = canonical(value)
    assert parse(data, "it") == parse_own(data) == json.loads(data) == value
    assert canonical(parse(data, "it")) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":1}', "json_not_canonical"),
        (b'{"b":1,"a":1}', "json_not_canonical"),
        (b'{"a": 1}', "json_not_canonical"),
        (b'{"a":1}\n', "json_not_canonical"),
        (b'"\\u0041"', "json_not_canonical"),
        (b"1.0", "json_malformed"),
        (b"1e3", "json_malformed"),
        (b"NaN", "json_malformed"),
        (b"-0", "json_not_canonical"),
        (b"[1", "json_malformed"),
        (b"\xff", "json_malformed"),
        (b"[" * 100_000, "json_malformed"),
        (b"9" * 400, "json_malformed"),
        (b'"\\ud800"', "json_malformed"),
    ],
)
def test_other_spellings_are_refused(data, code):
    with pytest.raises(Refusal) as refusal:
        parse(data, "it")
    assert refusal.value.code == code


@pytest.mark.parametrize("data", [b'{"a":1,"a":2}', b"1.5", b"Infinity", b"[" * 100_000, b"", b"\xff\xfe"])
def test_what_people_write_may_be_spaced_but_not_ambiguous(data):
    assert parse_input(b'{ "b": 1, "a": "\\u00e9" }', "it") == {"b": 1, "a": "é"}
    with pytest.raises(Refusal, match="json_malformed"):
        parse_input(data, "it")


@pytest.mark.parametrize("many", [1, 50_000])
def test_a_key_given_twice_is_named_however_many_there_are(many):
    keys = ",".join(f'"k{number}":1' for number in range(many))
    with pytest.raises(Refusal, match="'k0' is given twice"):
        parse_input(f'{{{keys},"k0":2}}'.encode(), "the request")
