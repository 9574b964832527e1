"""Dataclasses to JSON and back: the field's type decides its form.

The dataclass is the schema. `form(T)` compiles, once per type, how a value is written, how it is read, and its JSON
Schema. Events are read exactly (every key, every decimal in quotes); what people write (commands, charters) is read
kindly: defaults may be left out and a small number may stand without quotes.

>>> @dataclass(frozen=True)
... class Pledge:
...     member: MemberId
...     points: Points
>>> form(Pledge).write(Pledge("m3", 40))
{'member': 'm3', 'points': '40'}
>>> form(Pledge, lenient=True).read({"member": "m3", "pionts": 40}, "pledge")
Traceback (most recent call last):
engine.refusals.Refusal: field_unknown: pledge.pionts is not a field of pledge; did you mean 'points'? known: member, points
"""

from __future__ import annotations

import types
from array import array
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from engine import values
from engine.catalogue import did_you_mean
from engine.limits import CHOICE_TEXT_MAX, DECIMAL_DIGITS_MAX, INTEGER_MAX, MOMENT_MAX
from engine.log.fields import Sealed
from engine.log.json import canonical
from engine.refusals import refuse
from engine.values import MemberId, Points, TextOf

__all__ = ["Form", "MemberId", "Points", "form"]

T = TypeVar("T")
Write = Callable[[Any], Any]
Read = Callable[[Any, str], Any]


@dataclass(frozen=True)
class Form:
    """How one type is written and read; `schema` is its JSON Schema.

    `trust` reads what this community wrote itself and has checked already; None where the JSON value is the value.
    """

    write: Write
    read: Read
    schema: dict[str, Any]
    trust: Callable[[Any], Any] | None = None


_forms: dict[tuple[Any, bool], Form] = {}


def form(hint: Any, lenient: bool = False) -> Form:
    """The form of a type, made once. `lenient`: read what people write, with defaults and bare numbers."""
    made = _forms.get((hint, lenient))
    if made is None:
        made = _forms[hint, lenient] = _make(hint, lenient)
    return made


def respelled(value: T) -> T:
    """What people made of a dataclass, every field spelled as the log spells it (texts in NFC); refused where one is of another type."""
    shape, name = form(type(value), lenient=True), type(value).__name__
    try:
        read: T = shape.read(shape.write(value), name)
    except (TypeError, AttributeError, ValueError) as wrong:
        raise refuse("field_wrong", "{name}", "cannot be read: {wrong}", "give each field its type", name=name, wrong=str(wrong)) from None
    return read


def written_alike(one: object, other: object) -> bool:
    """Whether the log would write two values of one type alike.

    >>> written_alike(TextOf(4), TextOf(4)), written_alike(TextOf(4), TextOf(5))
    (True, False)
    """
    write = form(type(one)).write
    return canonical(write(one)) == canonical(write(other))


def inner(cls: Any, path: str) -> Form:
    """The form of the value behind a sealed field of a class of events; `path` as in `options.3.label`."""
    hint: Any = cls
    for part in path.split("."):
        hint = _bare(hint)
        hint = get_args(hint)[0] if part.isdecimal() else get_type_hints(hint, include_extras=True)[part]
    return form(get_args(_bare(hint))[0])


def _bare(hint: Any) -> Any:
    """A hint without its `| None`."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(arg for arg in get_args(hint) if arg is not type(None))
    return hint


def _make(hint: Any, lenient: bool) -> Form:
    if hint in _SIMPLE:
        simple = _SIMPLE[hint]
        if lenient and hint in _HEXADECIMAL:
            return _in_any_case(simple)
        return _kindly(simple) if lenient and hint in _DECIMALS else simple
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _text(next(item for item in args[1:] if isinstance(item, TextOf)))
    if origin is Literal:
        return _literal(args)
    if origin in (Union, types.UnionType):
        return _optional(form(next(arg for arg in args if arg is not type(None)), lenient))
    if origin is tuple and args[1:] == (...,):
        return _many(form(args[0], lenient), tuple)
    if origin is tuple:
        return _row([form(arg, lenient) for arg in args])
    if origin in (list, set):
        return _many(form(args[0], lenient), origin)
    if origin is dict:
        return _by_name(form(args[1], lenient)) if args[0] in (str, values.Name) else _by_key(form(args[0]), form(args[1]))
    if hint is array or origin is np.ndarray:
        return Form(_same, _column, {"column": True})
    if isinstance(origin, type) and issubclass(origin, Sealed):
        return _sealed(origin, form(args[0], lenient))
    if isinstance(hint, type) and issubclass(hint, values.Id):
        return _id(hint)
    if is_dataclass(hint):
        return _dataclass(hint, lenient)
    if hasattr(hint, "__supertype__"):
        return form(hint.__supertype__, lenient)
    raise TypeError(f"no form for {hint!r}")


def _same(value: Any) -> Any:
    return value


_STRING = TextOf(CHOICE_TEXT_MAX)


def _string(value: Any, field: str) -> str:
    return values.read_text(value, field, _STRING)


def _column(value: Any, field: str) -> Any:
    """Columns of numbers stand beside the JSON, in snapshots only."""
    raise refuse("field_wrong", "{field}", "is a column of numbers", "leave it out", field=field)


def _truth(value: Any, field: str) -> bool:
    if isinstance(value, bool):
        return value
    raise refuse("field_wrong", "{field}", "is {value!r}", "give true or false", value=value, field=field)


def _id(kind: type[values.Id]) -> Form:
    return Form(_same, kind.read, {"type": "string", "pattern": f"^{kind.letter}(0|[1-9][0-9]{{0,15}})$"})


_DECIMAL = Form(
    str,
    values.read_decimal,
    {"type": "string", "pattern": f"^(0|[1-9][0-9]{{0,{DECIMAL_DIGITS_MAX - 1}}}|-[1-9][0-9]{{0,{DECIMAL_DIGITS_MAX - 1}}})$"},
    int,
)
_INTEGER = Form(_same, values.read_integer, {"type": "integer", "minimum": 0, "maximum": INTEGER_MAX})
_DECIMALS = (values.Points, values.Power, values.Money)
_HEXADECIMAL = (values.Address, values.Signature, values.CouncilKey, values.CouncilSignature)
_SIMPLE: dict[Any, Form] = {
    int: _INTEGER,
    values.Seq: _INTEGER,
    values.Moment: Form(_same, values.read_moment, {"type": "integer", "minimum": 0, "maximum": MOMENT_MAX}),
    values.Points: _DECIMAL,
    values.Power: _DECIMAL,
    values.Money: _DECIMAL,
    bool: Form(_same, _truth, {"type": "boolean"}),
    str: Form(_same, _string, {"type": "string", "maxLength": CHOICE_TEXT_MAX}),
    values.Name: Form(_same, values.read_name, {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"}),
    values.Actor: Form(_same, values.read_actor, {"type": "string", "pattern": "^(founder|newcomer|clock|m(0|[1-9][0-9]{0,15}))$"}),
    values.Digest: Form(_same, values.read_digest, {"type": "string", "pattern": "^[0-9a-f]{64}$"}),
    values.Address: Form(_same, values.read_address, {"type": "string", "pattern": "^0x[0-9a-f]{40}$"}),
    values.Signature: Form(_same, values.read_signature, {"type": "string", "pattern": "^0x[0-9a-f]{130}$"}),
    values.CouncilKey: Form(_same, values.read_council_key, {"type": "string", "pattern": "^0x[0-9a-f]{96}$"}),
    values.CouncilSignature: Form(_same, values.read_council_signature, {"type": "string", "pattern": "^0x[0-9a-f]{192}$"}),
    values.Scalar: Form(_same, values.read_scalar, {"type": ["string", "integer", "boolean"]}),
}


def _kindly(decimal: Form) -> Form:
    def read(value: Any, field: str) -> Any:
        return decimal.read(str(value) if type(value) is int else value, field)

    return Form(decimal.write, read, {"oneOf": [decimal.schema, {"type": "integer"}]})


def _in_any_case(digits: Form) -> Form:
    """Wallets write addresses in letters of both cases (EIP-55): the log has one spelling."""

    def read(value: Any, field: str) -> Any:
        return digits.read(value.lower() if isinstance(value, str) else value, field)

    return Form(digits.write, read, {**digits.schema, "pattern": digits.schema["pattern"].replace("a-f", "A-Fa-f")})


def _text(of: TextOf) -> Form:
    return Form(
        lambda value: values.read_text(value, "text", of),
        lambda value, field: values.read_text(value, field, of),
        {"type": "string", "maxLength": of.longest},
    )


def _literal(allowed: tuple[Any, ...]) -> Form:
    listed, types_allowed = ", ".join(map(str, allowed)), {type(item) for item in allowed}

    def read(value: Any, field: str) -> Any:
        if value in allowed and type(value) in types_allowed:
            return value
        raise refuse("field_wrong", "{field}", "is {value!r}", "give one of {listed}", value=str(value)[:60], listed=listed, field=field)

    return Form(_same, read, {"enum": list(allowed)})


def _optional(inner: Form) -> Form:
    trust = inner.trust
    return Form(
        lambda value: None if value is None else inner.write(value),
        lambda value, field: None if value is None else inner.read(value, field),
        {"anyOf": [inner.schema, {"type": "null"}]},
        None if trust is None else lambda value: None if value is None else trust(value),
    )


def _many(inner: Form, kind: type[Any]) -> Form:
    def read(value: Any, field: str) -> Any:
        if not isinstance(value, list):
            raise refuse("field_wrong", "{field}", "is {value!r}", "give a list", field=field, value=str(value)[:60])
        return kind(inner.read(item, f"{field}.{number}") for number, item in enumerate(value))

    trust = inner.trust
    return Form(
        lambda value: [inner.write(item) for item in (sorted(value) if kind is set else value)],
        read,
        {"type": "array", "items": inner.schema},
        kind if trust is None else lambda value: kind(map(trust, value)),
    )


def _row(parts: list[Form]) -> Form:
    """A tuple of so many values of different types."""
    trusts = [part.trust or _same for part in parts]
    return Form(
        lambda value: [part.write(item) for part, item in zip(parts, value, strict=True)],
        lambda value, field: tuple(
            part.read(item, f"{field}.{number}") for number, (part, item) in enumerate(zip(parts, value, strict=True))
        ),
        {"type": "array", "prefixItems": [part.schema for part in parts]},
        lambda value: tuple(trust(item) for trust, item in zip(trusts, value, strict=True)),
    )


def _by_key(key: Form, inner: Form) -> Form:
    """A dict whose keys are ids or numbers, as pairs in its own order: an object's keys would be sorted."""
    trust_key, trust = key.trust or _same, inner.trust or _same
    return Form(
        lambda value: [[key.write(name), inner.write(item)] for name, item in value.items()],
        lambda value, field: {key.read(name, field): inner.read(item, f"{field}.{name}") for name, item in value},
        {"type": "array"},
        lambda value: {trust_key(name): trust(item) for name, item in value},
    )


def _by_name(inner: Form) -> Form:
    trust = inner.trust

    def read(value: Any, field: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise refuse("field_wrong", "{field}", "is {value!r}", "give a table of names and values", value=str(value)[:60], field=field)
        return {values.read_name(name, f"{field}.{name}"): inner.read(item, f"{field}.{name}") for name, item in value.items()}

    return Form(
        lambda value: {name: inner.write(item) for name, item in value.items()},
        read,
        {"type": "object", "additionalProperties": inner.schema},
        None if trust is None else lambda value: {name: trust(item) for name, item in value.items()},
    )


def _sealed(origin: type[Sealed[Any]], inner: Form) -> Form:
    def write(value: Sealed[Any]) -> str:
        assert value.commitment, "sealed before it is written"
        return value.commitment

    def read(value: Any, field: str) -> Sealed[Any]:
        return origin(commitment=values.read_digest(value, field))

    return Form(
        write, read, {"type": "string", "description": "a commitment; " + str(inner.schema)}, lambda value: origin(commitment=value)
    )


def _dataclass(cls: Any, lenient: bool) -> Form:
    hints = get_type_hints(cls, include_extras=True)
    parts = [(field.name, form(hints[field.name], lenient)) for field in fields(cls) if field.init]
    optional = {field.name for field in fields(cls) if field.default is not MISSING or field.default_factory is not MISSING}
    names = {name for name, _ in parts}
    count = len(parts)
    writers = [(name, part.write) for name, part in parts]
    readers = [(name, part.read) for name, part in parts]
    commanded = [(name, part.read, f"{cls.__name__}.{name}") for name, part in parts]

    def write(value: Any) -> dict[str, Any]:
        return {name: put(getattr(value, name)) for name, put in writers}

    def read(value: Any, field: str) -> Any:
        if type(value) is not dict or len(value) != count or value.keys() != names:
            missing = _compare(value, field)
            return cls(**{name: get(value[name], f"{field}.{name}") for name, get in readers if name not in missing})
        if not lenient:
            return cls(*[get(value[name], name) for name, get in readers])
        if field == cls.__name__:
            return cls(*[get(value[name], path) for name, get, path in commanded])
        return cls(*[get(value[name], f"{field}.{name}") for name, get in readers])

    def _compare(value: Any, field: str) -> set[str]:
        """The fields left to their defaults; refused when one is unknown, or missing and needed."""
        if not isinstance(value, dict):
            raise refuse(
                "field_wrong", "{field}", "is {value!r}", "give an object with {known}",
                value=str(value)[:60], field=field, known=", ".join(sorted(names)),
            )  # fmt: skip
        for name in value:
            if name not in names:
                raise refuse(
                    "field_unknown", "{field}.{name}", "is not a field of {field}", "{near}",
                    field=field, name=name, near=did_you_mean(name, sorted(names)),
                )  # fmt: skip
        missing = names - value.keys()
        needed = sorted(missing - optional if lenient else missing)
        if needed:
            raise refuse(
                "field_missing", "{field}.{needed}", "is not given", "give {needed_2}",
                field=field, needed=needed[0], needed_2=", ".join(needed),
            )  # fmt: skip
        return missing

    schema = {
        "type": "object",
        "properties": {name: part.schema for name, part in parts},
        "required": sorted(names - optional),
        "additionalProperties": False,
    }
    trusted = [(name, part.trust) for name, part in parts if part.trust is not None]

    def trust(value: Any) -> Any:
        for name, convert in trusted:
            value[name] = convert(value[name])
        return cls(**value)

    return Form(write, read, schema, trust)
