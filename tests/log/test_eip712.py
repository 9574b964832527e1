"""Messages hash as wallets hash them: every vector there is, and eth-account on whatever types and values one can think of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.log import eip712
from engine.log.eip712 import Struct, digest, domain, keccak, read_typed_data, typed_data
from engine.log.signing import SecretKey, recover, shown
from engine.refusals import Refusal
from tests.conftest import shared
from tests.wallets import compared, hashed

FILES = ("mail.json", "generated_governance_eip712.json")


def vectors() -> list[dict[str, Any]]:
    read = [json.loads(shared(f"vectors/eip712/{name}").read_text()) for name in FILES]
    return [read[0], *read[1]["vectors"]]


def types_of(vector: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    return {name: [(field["name"], field["type"]) for field in fields] for name, fields in vector["types"].items()}


def test_every_vector_is_hashed_and_signed_alike():
    listed = vectors()
    for vector in listed:
        struct, here = Struct.of(types_of(vector), vector["primaryType"]), domain(**vector["domain"])
        assert struct.spelled == vector["encodeType"], vector["name"]
        assert "0x" + struct.type_hash.hex() == vector["typeHash"]
        assert "0x" + here.hex() == vector["domainSeparator"]
        assert "0x" + struct.hash(vector["message"]).hex() == vector["structHash"]
        signed = digest(here, struct.hash(vector["message"]))
        assert "0x" + signed.hex() == vector["digest"]
        key = SecretKey(bytes.fromhex(vector["privateKey"][2:]))
        assert shown(key.address) == vector["signer"]
        assert key.sign(signed) == vector["signature"]
        assert recover(signed, vector["signature"]) == key.address
        payload = typed_data(vector["domain"], types_of(vector), vector["primaryType"], vector["message"])
        assert read_typed_data(payload) == read_typed_data(json.loads(json.dumps(payload))) == signed
    assert len(listed) == 16


def sized(*kinds: str) -> st.SearchStrategy[str]:
    return st.sampled_from(kinds)


PLAIN = sized(
    "uint8", "uint64", "uint256", "int8", "int128", "int256", "bool", "address", "string", "bytes", "bytes1", "bytes20", "bytes32"
)
KINDS = st.recursive(PLAIN, lambda inner: st.builds("{}[{}]".format, inner, st.sampled_from(["", 1, 2])), max_leaves=3)


@st.composite
def typed(draw) -> tuple[dict[str, list[tuple[str, str]]], dict[str, Any]]:
    """Types that stand in each other, and a message of the first."""
    names = ["Outer", "Middle", "Inner"][: draw(st.integers(1, 3))]
    types: dict[str, list[tuple[str, str]]] = {}
    for place, name in enumerate(names):
        inner = [f"{deeper}{many}" for deeper in names[place + 1 :] for many in ("", "[]", "[2]")]
        kinds = draw(st.lists(KINDS | st.sampled_from(inner) if inner else KINDS, min_size=1, max_size=4))
        types[name] = [(f"field{number}", kind) for number, kind in enumerate(kinds)]
    used = set(eip712._referred(types, "Outer"))  # eth-account finds out by itself which is the outermost: no other may stand alone
    return {name: fields for name, fields in types.items() if name in used}, draw(message(types, "Outer"))


def message(types: dict[str, list[tuple[str, str]]], name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({field: value(types, kind) for field, kind in types[name]})


def value(types: dict[str, list[tuple[str, str]]], kind: str) -> st.SearchStrategy[Any]:
    if kind.endswith("]"):
        inner, _, count = kind.rpartition("[")
        low, high = (int(count[:-1]),) * 2 if count != "]" else (0, 3)
        return st.lists(value(types, inner), min_size=low, max_size=high)
    if kind in types:
        return message(types, kind)
    if "int" in kind:
        bits = int(kind.lstrip("uint"))
        return st.integers(0, 2**bits - 1) if kind[0] == "u" else st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if kind == "bool":
        return st.booleans()
    if kind == "string":
        return st.text(max_size=9)
    size = 20 if kind == "address" else int(kind[5:] or -1)
    octets = st.binary(max_size=70) if size < 0 else st.binary(min_size=size, max_size=size)
    return octets.map(lambda data: "0x" + data.hex())


@compared
@given(
    typed(),
    st.fixed_dictionaries({}, optional={"name": st.text(max_size=5), "version": st.text(max_size=3), "chainId": st.integers(0, 2**64)}),
)
def test_whatever_the_types_a_message_hashes_as_eth_account_has_it(given_, about):
    types, said = given_
    payload = typed_data(about or {"name": "x"}, types, "Outer", said)
    assert read_typed_data(payload) == hashed(payload)


def spelled(**fields: str) -> dict[str, list[tuple[str, str]]]:
    return {"T": list(fields.items())}


@pytest.mark.parametrize(
    ("types", "said", "fact"),
    [
        (spelled(a="uint8"), {"a": 256}, "a whole number of 8 bits"),
        (spelled(a="uint8"), {"a": True}, "a whole number of 8 bits"),
        (spelled(a="uint8"), {"a": 1.0}, "a whole number of 8 bits"),
        (spelled(a="int8"), {"a": -129}, "a whole number of 8 bits"),
        (spelled(a="uint8"), {"a": "01"}, "a whole number of 8 bits"),
        (spelled(a="uint7"), {"a": 1}, "type uint7"),
        (spelled(a="uint264"), {"a": 1}, "type uint264"),
        (spelled(a="bytes33"), {"a": "0x"}, "type bytes33"),
        (spelled(a="bytes4"), {"a": "0x010203"}, "has 3 bytes"),
        (spelled(a="bytes"), {"a": "0x0"}, "give bytes"),
        (spelled(a="bool"), {"a": 1}, "give true or false"),
        (spelled(a="string"), {"a": 1}, "give a text"),
        (spelled(a="string"), {"a": "\ud800"}, "UTF-8"),
        (spelled(a="address"), {"a": "0x12"}, "give an address"),
        (spelled(a="uint8[2]"), {"a": [1]}, "has 1 members"),
        (spelled(a="uint8[]"), {"a": "12"}, "give a list"),
        (spelled(a="uint8"), {}, "other fields than its type: a"),
        (spelled(a="uint8"), {"a": 1, "b": 2}, "other fields than its type: b"),
        (spelled(a="uint8"), {"b": 1}, "lacks the field a"),
        (spelled(a="T"), {"a": {}}, "holds itself"),
        (spelled(a="T[]"), {"a": []}, "holds itself"),
        (spelled(a="Nobody"), {"a": {}}, "type Nobody"),
        ({"T": [("a", "uint8"), ("a", "uint8")]}, {"a": 1}, "a field twice"),
        ({"T": [("a,uint8 b", "uint8")]}, {"a,uint8 b": 1}, "a name that is none"),
        (spelled(a="uint8" + "[]" * 40), {"a": []}, "deep"),
        ({"U": []}, {}, "type T"),
        ({"T": [(f"f{n}", f"T{n}") for n in range(70)]} | {f"T{n}": [] for n in range(70)}, {}, "refers to 70 others"),
    ],
)
def test_what_no_type_allows_is_refused(types, said, fact):
    with pytest.raises(Refusal, match=fact) as no:
        Struct.of(types, "T").hash(said)
    assert no.value.code == "typed_data_wrong"


def test_structs_that_refer_to_each_other_many_times_are_compiled_once():
    """Thirty layers of two fields each are thirty types, and not a billion."""
    types = {f"T{n}": [("a", f"T{n + 1}"), ("b", f"T{n + 1}")] for n in range(30)} | {"T30": [("c", "bool")]}
    assert Struct.of(types, "T0").spelled.startswith("T0(T1 a,T1 b)T1(")


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: payload.pop("domain"),
        lambda payload: payload.update(more=1),
        lambda payload: payload.update(types=[]),
        lambda payload: payload["types"].update(EIP712Domain=[]),
        lambda payload: payload["types"]["EIP712Domain"].reverse(),
        lambda payload: payload["types"].update(Mail=["a"]),
        lambda payload: payload["types"].update(Mail="a"),
        lambda payload: payload.update(primaryType="Letter"),
        lambda payload: payload["domain"].update(chain=1),
    ],
)
def test_a_payload_that_is_none_is_refused(change):
    payload = json.loads(json.dumps(typed_data({"name": "x", "version": "1"}, {"Mail": [("a", "bool")]}, "Mail", {"a": True})))
    change(payload)
    with pytest.raises(Refusal) as no:
        read_typed_data(payload)
    assert no.value.code == "typed_data_wrong"


def test_keccak_is_not_sha3():
    assert keccak(b"") != __import__("hashlib").sha3_256(b"").digest()
    assert eip712.DOMAIN_FIELDS[-1] == ("salt", "bytes32")
