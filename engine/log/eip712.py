"""EIP-712: a message with named and typed fields, hashed so that a wallet can show what is signed, and a chain can check it.

`Struct.of(types, name)` compiles an encoder once per type; `domain` says for whom a message is meant, so that none is taken anywhere
else. The types are all there are: `uint8` … `uint256` and `int8` … `int256`, `bytes1` … `bytes32`, `bool`, `address`, `bytes`,
`string`, structs, and arrays of any of these, of a fixed length or not. Values are those of JSON as wallets send it: whole numbers
also as decimal or 0x-hexadecimal texts, bytes and addresses as 0x-hexadecimal ones. Source: EIP-712 (final), with its CC0 example:

>>> types = {"Person": (("name", "string"), ("wallet", "address")), "Mail": (("from", "Person"), ("to", "Person"), ("contents", "string"))}
>>> cow = {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"}
>>> bob = {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"}
>>> mail = Struct.of(types, "Mail")
>>> mail.spelled
'Mail(Person from,Person to,string contents)Person(string name,address wallet)'
>>> here = domain(name="Ether Mail", version="1", chainId=1, verifyingContract="0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC")
>>> digest(here, mail.hash({"from": cow, "to": bob, "contents": "Hello, Bob!"})).hex()
'be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sha3 import keccak_256  # type: ignore[import-untyped]

from engine.refusals import Refusal, refuse

Fields = Sequence[tuple[str, str]]
"""The fields of a struct: name and type of each."""
Types = Mapping[str, Fields]
Encode = Callable[[object, str], bytes]
"""The 32 bytes that stand for a value; the text names its place where it is refused."""

DOMAIN_FIELDS = (
    ("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"), ("salt", "bytes32"),
)  # fmt: skip
"""What a domain may say, in the one order there is; what it does not say is no field of its type."""
DEPTH_MAX, TYPES_MAX = 32, 64
"""Arrays and structs inside each other, and structs that one refers to: a message that needs more is nobody's."""
ARRAY_MAX = 100_000
"""The members of one array: some milliseconds."""

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,79}")
_ARRAY = re.compile(r"(.+)\[([1-9][0-9]{0,5})?\]")
_WHOLE = re.compile(r"(u?)int([1-9][0-9]{0,2})")
_BYTES = re.compile(r"bytes([1-9]|[12][0-9]|3[0-2])")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,77})")
_HEX_NUMBER = re.compile(r"0x[0-9A-Fa-f]{1,64}")
_HEX = re.compile(r"0x([0-9A-Fa-f]{2})*")
_ADDRESS = re.compile(r"0x[0-9A-Fa-f]{40}")


def keccak(data: bytes) -> bytes:
    """Keccak-256 as Ethereum has it, which is not SHA3-256: the padding differs.

    >>> keccak(b"").hex()
    'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
    """
    hashed: bytes = keccak_256(data).digest()
    return hashed


class Struct(NamedTuple):
    """One type of message: how it is spelled with all it refers to, the hash of that, and how each field is encoded."""

    name: str
    spelled: str
    type_hash: bytes
    parts: tuple[tuple[str, Encode], ...]

    @classmethod
    def of(cls, types: Types, name: str) -> Struct:
        """Compile a type; refused where `types` names one it does not give, one twice, or itself in itself."""
        return _compiled(types, name, (), {})

    def hash(self, message: Mapping[str, object]) -> bytes:
        """`hashStruct`: 32 bytes that stand for a message; refused where a field is missing, is none of its, or is of another type."""
        return self._hash(message, self.name)

    def _hash(self, message: object, where: str) -> bytes:
        if not isinstance(message, Mapping):
            raise _wrong(where, "is no object", "give one with the fields of {name}", name=self.name)
        if len(message) != len(self.parts):
            known = [field for field, _ in self.parts]
            odd = sorted(map(str, message.keys() ^ set(known)))
            raise _wrong(where, "has other fields than its type: {odd}", "give {known}", odd=", ".join(odd[:3]), known=", ".join(known))
        try:
            encoded = [encode(message[field], field) for field, encode in self.parts]
        except KeyError as missing:
            raise _wrong(where, "lacks the field {field}", "give it", field=str(missing.args[0])) from None
        except Refusal as wrong:
            raise wrong.about(where) from None
        return keccak(self.type_hash + b"".join(encoded))


def domain(**fields: object) -> bytes:
    """The separator of a domain that says these of `name`, `version`, `chainId`, `verifyingContract` and `salt`.

    >>> domain(name="Folkmoot", version="2") == domain(name="Folkmoot", version="1")
    False
    """
    known = [field for field, _ in DOMAIN_FIELDS]
    odd = sorted(fields.keys() - set(known))
    if odd:
        raise _wrong("the domain", "has the field {odd}", "give some of {known}", odd=odd[0], known=", ".join(known))
    return Struct.of(domain_types(fields), "EIP712Domain").hash(fields)


def domain_types(fields: Mapping[str, object]) -> dict[str, tuple[tuple[str, str], ...]]:
    """The type of a domain that says these."""
    return {"EIP712Domain": tuple(field for field in DOMAIN_FIELDS if field[0] in fields)}


def digest(separator: bytes, struct_hash: bytes) -> bytes:
    """What is signed: 32 bytes."""
    return keccak(b"\x19\x01" + separator + struct_hash)


def typed_data(fields: Mapping[str, object], types: Types, primary: str, message: Mapping[str, object]) -> dict[str, object]:
    """The same for a wallet: what `eth_signTypedData_v4` takes."""
    listed = {**domain_types(fields), **types}
    return {
        "types": {name: [{"name": field, "type": kind} for field, kind in parts] for name, parts in listed.items()},
        "primaryType": primary,
        "domain": dict(fields),
        "message": dict(message),
    }


def read_typed_data(data: object) -> bytes:
    """What is to be signed of a whole `eth_signTypedData_v4` payload; the type of its domain must be the one its fields have."""
    if not isinstance(data, Mapping) or data.keys() != {"types", "primaryType", "domain", "message"}:
        raise _wrong("the payload", "is no typed data", "give types, primaryType, domain and message")
    types, about, message = data["types"], data["domain"], data["message"]
    if not isinstance(types, Mapping) or not isinstance(about, Mapping) or not isinstance(message, Mapping):
        raise _wrong("the payload", "has types, a domain or a message that is no object", "give objects")
    read = {str(name): _fields(parts, str(name)) for name, parts in types.items()}
    primary = str(data["primaryType"])
    if read.pop("EIP712Domain", None) != domain_types(about)["EIP712Domain"]:
        raise _wrong("types.EIP712Domain", "is not the type of the domain", "list the domain's fields in their order")
    return digest(domain(**{str(name): value for name, value in about.items()}), Struct.of(read, primary).hash(message))


def _fields(parts: object, name: str) -> tuple[tuple[str, str], ...]:
    """The fields of a type as JSON lists them."""
    if not isinstance(parts, Sequence) or isinstance(parts, str):
        raise _wrong("types.{name}", "is no list of fields", 'give [{{"name": …, "type": …}}]', name=name)
    for part in parts:
        if not isinstance(part, Mapping) or part.keys() != {"name", "type"} or not all(isinstance(one, str) for one in part.values()):
            raise _wrong("types.{name}", "has a field without a name and a type", 'give {{"name": …, "type": …}}', name=name)
    return tuple((part["name"], part["type"]) for part in parts)


def _spelled(types: Types, name: str) -> str:
    """`encodeType`: the type itself, then what it refers to, sorted by name."""
    if name not in types:
        raise _wrong("type {name}", "is not given", "list its fields", name=name[:80])
    others = sorted(set(_referred(types, name)) - {name})
    if len(others) > TYPES_MAX:
        raise _wrong("type {name}", "refers to {count} others", "at most {most}", name=name[:80], count=len(others), most=TYPES_MAX)
    for one in (name, *others):
        names = [field for field, _ in types[one]]
        odd = next((field for field in (one, *names) if not _NAME.fullmatch(field)), None)
        if odd is not None or len(set(names)) != len(names):
            raise _wrong("type {name}", "has a name that is none, or a field twice", "use letters and digits, each once", name=one[:80])
    return "".join(f"{one}({','.join(f'{kind} {field}' for field, kind in types[one])})" for one in (name, *others))


def _referred(types: Types, name: str) -> Iterator[str]:
    """Every struct that a type refers to, itself included."""
    seen, waiting = {name}, [name]
    while waiting:
        one = waiting.pop()
        yield one
        for _, kind in types[one]:
            while (array := _ARRAY.fullmatch(kind)) is not None:
                kind = array[1]
            if kind in types and kind not in seen:
                seen.add(kind)
                waiting.append(kind)


def _compiled(types: Types, name: str, trail: tuple[str, ...], made: dict[str, Encode]) -> Struct:
    """A struct that stands in those of `trail`; encoders that were `made` for it are not made twice."""
    spelled = _spelled(types, name)
    parts = tuple((field, _encoder(types, kind, (*trail, name), made)) for field, kind in types[name])
    return Struct(name, spelled, keccak(spelled.encode()), parts)


def _encoder(types: Types, kind: str, trail: tuple[str, ...], made: dict[str, Encode]) -> Encode:
    """How values of a type are encoded; `trail` names the structs it stands in."""
    if len(trail) > DEPTH_MAX:
        raise _wrong("type {name}", "nests more than {most} deep", "flatten it", name=trail[0], most=DEPTH_MAX)
    if kind in trail:
        raise _wrong("type {name}", "holds itself", "a message of it would have no end", name=kind[:80])
    if kind not in made:
        made[kind] = _made(types, kind, trail, made)
    return made[kind]


def _made(types: Types, kind: str, trail: tuple[str, ...], made: dict[str, Encode]) -> Encode:
    if (array := _ARRAY.fullmatch(kind)) is not None:
        return _array(_encoder(types, array[1], (*trail, kind), made), int(array[2]) if array[2] else None)
    if kind in types:
        return _compiled(types, kind, trail, made)._hash
    if kind in _PLAIN:
        return _PLAIN[kind]
    if (whole := _WHOLE.fullmatch(kind)) is not None and int(whole[2]) % 8 == 0 and int(whole[2]) <= 256:
        return _integer(int(whole[2]), signed=not whole[1])
    if (fixed := _BYTES.fullmatch(kind)) is not None:
        return _fixed(int(fixed[1]))
    raise _wrong("type {kind}", "is neither given nor one of EIP-712's own", "list its fields", kind=kind[:80])


def _array(inner: Encode, length: int | None) -> Encode:
    def encode(value: object, where: str) -> bytes:
        if not isinstance(value, Sequence) or isinstance(value, str | bytes) or len(value) > ARRAY_MAX:
            raise _wrong(where, "is no list, or a very long one", "give a list")
        if length is not None and len(value) != length:
            raise _wrong(where, "has {count} members", "give {length}", count=len(value), length=length)
        return keccak(b"".join(inner(item, f"{where}.{number}") for number, item in enumerate(value)))

    return encode


def _integer(bits: int, signed: bool) -> Encode:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)

    def encode(value: object, where: str) -> bytes:
        if type(value) is str and _NUMBER.fullmatch(value):
            value = int(value)
        elif type(value) is str and _HEX_NUMBER.fullmatch(value):
            value = int(value, 16)
        if type(value) is not int or not low <= value <= high:
            raise _wrong(where, "is {value!r}", "give a whole number of {bits} bits", value=str(value)[:40], bits=bits)
        return (value % (1 << 256)).to_bytes(32, "big")

    return encode


def _fixed(size: int) -> Encode:
    def encode(value: object, where: str) -> bytes:
        data = _octets(value, where)
        if len(data) != size:
            raise _wrong(where, "has {count} bytes", "give {size}", count=len(data), size=size)
        return data.ljust(32, b"\0")

    return encode


def _octets(value: object, where: str) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and _HEX.fullmatch(value):
        return bytes.fromhex(value[2:])
    raise _wrong(where, "is {value!r}", "give bytes as 0x and hexadecimal digits", value=str(value)[:40])


def _string(value: object, where: str) -> bytes:
    if not isinstance(value, str):
        raise _wrong(where, "is {value!r}", "give a text", value=str(value)[:40])
    try:
        return keccak(value.encode())
    except UnicodeEncodeError:
        raise _wrong(where, "is no text that UTF-8 can hold", "write it anew") from None


def _truth(value: object, where: str) -> bytes:
    if not isinstance(value, bool):
        raise _wrong(where, "is {value!r}", "give true or false", value=str(value)[:40])
    return int(value).to_bytes(32, "big")


@lru_cache(maxsize=65_536)
def _padded(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")


def _address(value: object, where: str) -> bytes:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise _wrong(where, "is {value!r}", "give an address: 0x and 40 hexadecimal digits", value=str(value)[:60])
    return _padded(value)


_PLAIN: dict[str, Encode] = {
    "string": _string,
    "bytes": lambda value, where: keccak(_octets(value, where)),
    "bool": _truth,
    "address": _address,
}


def _wrong(where: str, fact: str, way_out: str, /, **values: object) -> Refusal:
    return refuse("typed_data_wrong", where, fact, way_out, **values)
