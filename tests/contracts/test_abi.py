"""Values are laid out as others lay them out, whatever their types; and many at once as each by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.abi import checksummed, encoder
from contracts.columns import plain
from engine.refusals import Refusal

LEAVES = st.sampled_from(["uint256", "uint8", "int256", "int16", "address", "bool", "bytes32", "bytes3", "string", "bytes"])
KINDS = st.one_of(
    LEAVES, LEAVES.map(lambda name: name + "[]"), LEAVES.map(lambda name: name + "[2]"), LEAVES.map(lambda name: name + "[2][]")
)


@st.composite
def value_of(draw, name: str):
    """A value of a type, as we write it, and as eth-abi takes it."""
    if name.endswith("]"):
        inner, _, length = name[:-1].rpartition("[")
        count = int(length) if length else draw(st.integers(0, 3))
        pairs = [draw(value_of(inner)) for _ in range(count)]
        return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]
    if "int" in name:
        signed, bits = not name.startswith("u"), int(name.split("int")[1])
        number = draw(st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else st.integers(0, 2**bits - 1))
        return str(number), number
    if name == "address":
        data = draw(st.binary(min_size=20, max_size=20))
        return draw(st.sampled_from(["0x" + data.hex(), checksummed("0x" + data.hex())])), "0x" + data.hex()
    if name == "bool":
        value = draw(st.booleans())
        return draw(st.sampled_from([value, str(value).lower()])), value
    if name == "string":
        text = draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=70))
        return text, text
    width = int(name[5:] or 0)
    data = draw(st.binary(min_size=width, max_size=width or 70))
    return "0x" + data.hex(), data


@given(st.lists(KINDS, min_size=1, max_size=4), st.data())
def test_whatever_the_types_the_bytes_are_those_of_eth_abi(kinds, data):
    eth_abi = pytest.importorskip("eth_abi", reason="no eth-abi here: install folkmoot[chain]")
    pairs = [data.draw(value_of(name)) for name in kinds]
    assert encoder(kinds)([ours for ours, _ in pairs]) == eth_abi.encode(kinds, [theirs for _, theirs in pairs])


texts = st.one_of(
    st.integers(0, 2**256 + 5).map(str), st.sampled_from(["0x64", "01", "", "+1", "1_0", "٣", " 1", "-1", "0"]), st.text(max_size=3)
)
addresses = st.one_of(
    st.binary(min_size=20, max_size=20).map(lambda data: "0x" + data.hex()),
    st.binary(min_size=20, max_size=20).map(lambda data: checksummed("0x" + data.hex())),
    st.sampled_from(["0x" + "aB" * 20, "0X" + "ab" * 20, "0x" + "ab" * 19 + "g0", "", "ab" * 21]),
)


@given(st.lists(st.tuples(texts, addresses), min_size=1, max_size=5))
def test_many_at_once_are_each_by_itself_or_left_to_it(rows):
    kinds = ("uint256", "address")
    at_once = plain(kinds, rows)
    if at_once is not None:
        assert at_once == [encoder(kinds)(row) for row in rows]
    else:
        with pytest.raises(Refusal):
            [encoder(kinds)(row) for row in rows]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uint8", "256"), ("int8", "128"), ("int8", "-129"), ("uint256", "-0"), ("uint256", None), ("bool", 1), ("bool", "True"), ("bool", ""),
        ("bytes3", "0x1234"), ("bytes3", "123456"), ("bytes", "0x1"), ("bytes", b"12"), ("string", 5), ("string", "\ud800"), ("address", "0x"),
        ("uint256[2]", ["1"]), ("uint256[]", "12"), ("uint256[]", ["1", "0x2"]),
    ],
)  # fmt: skip
def test_what_is_not_of_its_type_is_refused(kind, value):
    with pytest.raises(Refusal, match="field_wrong"):
        encoder((kind,))((value,))
