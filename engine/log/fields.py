"""Three kinds of field: plain, erasable, private.

A plain field stands in the log. `Erasable[T]` and `Private[T]` stand there only as a commitment,
SHA-256(salt ‖ canonical value); value and salt lie in the vault and can be forgotten. Erasable values travel beside
their event in exports and feeds until they are erased; private ones never leave the vault except to their owner.

>>> title = Erasable("A bench by the river")
>>> sealed, opening = seal(title, salt=bytes(32), field="title", owner="m3")
>>> opens(sealed.commitment, opening.salt, opening.value)
True
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints

from engine.log.json import canonical
from engine.refusals import refuse

T = TypeVar("T")

SALT_BYTES = 32


class Sealed(Generic[T]):
    """A value on its way to the vault, or the commitment that stands for it in the log. Its salt is drawn, unless whoever asks brought one."""

    __slots__ = ("_value", "commitment", "salt")

    def __init__(self, value: T | None = None, commitment: str = "", salt: bytes | None = None) -> None:
        self._value, self.commitment, self.salt = value, commitment, salt

    @property
    def value(self) -> T:
        """What is to be sealed; only in events on their way to the log."""
        assert not self.commitment, "a sealed value is read from the vault"
        assert self._value is not None
        return self._value

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (self.commitment, self._value) == (other.commitment, other._value)

    def __hash__(self) -> int:
        return hash((self.commitment, self._value))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.commitment[:12] + '…' if self.commitment else '…unsealed…'})"


class Erasable(Sealed[T]):
    """Text that members write for each other."""


class Private(Sealed[T]):
    """What only its owner and the operator may read."""


class Opening(NamedTuple):
    """What opens one commitment: a row of the vault. `value` is canonical JSON."""

    field: str
    owner: str
    salt: bytes
    value: bytes


def commit(salt: bytes, value: bytes) -> str:
    """The commitment to a canonical value, as 64 hexadecimal digits."""
    assert len(salt) == SALT_BYTES
    return sha256(salt + value).hexdigest()


def opens(commitment: str, salt: bytes, value: bytes) -> bool:
    return len(salt) == SALT_BYTES and commit(salt, value) == commitment


def draw(chance: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose out of an ask's handful of chance: HMAC-SHA-256(chance, purpose)."""
    if len(chance) != 32:
        raise refuse("field_wrong", "chance", "has {chance_count} bytes", "give 32 fresh random bytes", chance_count=len(chance))
    return hmac.digest(chance, purpose.encode(), "sha256")


def seal(field_value: Sealed[Any], salt: bytes, field: str, owner: str) -> tuple[Sealed[Any], Opening]:
    """The commitment to keep in the log, and the opening to keep in the vault."""
    value = canonical(field_value.value)
    return type(field_value)(commitment=commit(salt, value)), Opening(field, owner, salt, value)


def seal_all(event: Any, owner_of: Callable[[str], str], salt_of: Callable[[str], bytes]) -> tuple[Any, list[Opening]]:
    """`event` with every sealed field turned into its commitment, and the openings; paths look like `options.3.label`."""
    openings: list[Opening] = []

    def walk(value: Any, path: str) -> Any:
        if isinstance(value, Sealed):
            sealed, opening = seal(value, value.salt or salt_of(path), path, owner_of(path))
            openings.append(opening)
            return sealed
        if isinstance(value, tuple):
            return tuple(walk(item, f"{path}.{number}") for number, item in enumerate(value))
        if is_dataclass(value):
            return replace(
                value,  # type: ignore[type-var]
                **{field.name: walk(getattr(value, field.name), f"{path}.{field.name}" if path else field.name) for field in fields(value)},
            )
        return value

    return walk(event, ""), openings


def sealed_in(event: Any) -> dict[str, Sealed[Any]]:
    """Every sealed field of an event by its path."""
    sealed: dict[str, Sealed[Any]] = {}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, Sealed):
            sealed[path] = value
        elif isinstance(value, tuple):
            for number, item in enumerate(value):
                walk(item, f"{path}.{number}")
        elif is_dataclass(value):
            for field in fields(value):
                walk(getattr(value, field.name), f"{path}.{field.name}" if path else field.name)

    if has_sealed(type(event)):
        walk(event, "")
    return sealed


_sealed_kinds: dict[Any, bool] = {}


def has_sealed(kind: Any) -> bool:
    """Whether a class of events has any sealed field, at any depth."""
    known = _sealed_kinds.get(kind)
    if known is None:
        known = _sealed_kinds[kind] = _holds_sealed(kind)
    return known


def _holds_sealed(kind: Any) -> bool:
    def holds(hint: Any) -> bool:
        origin = getattr(hint, "__origin__", None)
        if isinstance(origin, type) and issubclass(origin, Sealed):
            return True
        if is_dataclass(hint):
            return any(holds(inner) for inner in get_type_hints(hint).values())
        return any(holds(inner) for inner in getattr(hint, "__args__", ()))

    return holds(kind)
