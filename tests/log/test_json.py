"""One value, one spelling."""

import json

import orjson
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


hostile = st.text(st.sampled_from('"\\\\/\b\f\n\r\t\x00\x01\x1f\x7f\x80\u2028\u2029\ufeff\ud7ff\ue000\uffff\U0010ffffeE.0-')) | texts


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | hostile,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,8}", fullmatch=True), inner, max_size=5)
        ),
        max_leaves=20,
    )
)
def test_the_fast_writer_writes_the_bytes_of_the_standard_library(value):
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    assert orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == canonical(value) == written
    assert parse(written, "it") == value


def test_what_the_fast_writer_does_not_write_is_written_all_the_same():
    assert canonical({"a": 2**70, "b": -(2**65)}) == b'{"a":1180591620717411303424,"b":-36893488147419103232}'


@pytest.mark.parametrize("data", [b'{"a":1.5}', b'{"a":[1,2e3]}', b'{"1.5":"2.5","b":0.1}', b"[1E5]", b"[18446744073709551616]"])
def test_no_fraction_and_no_number_beyond_64_bits_is_read(data):
    with pytest.raises(Refusal, match="json_malformed|json_not_canonical"):
        parse(data, "it")


def test_what_only_looks_like_a_fraction_stands_in_a_text():
    assert parse(b'{"a":"1.5 and 2e3 \\" 3.5","b":7}', "it")["b"] == 7


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
