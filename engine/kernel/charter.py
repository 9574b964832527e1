"""The charter: a community's rules as data.

A charter is TOML, kept in the log as the text that was agreed. Each of its tables belongs to the kernel or to a feature,
whose `Terms` are its schema and say what makes it sound. The reader is strict: an unknown key is refused with the
nearest known one, and every error names the key, the value and what is allowed.

>>> read(preset("product"))[RoleTerms].by_name["founder"].may[0]
'join_community'
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_type_hints

from engine import catalogue
from engine.catalogue import did_you_mean
from engine.event import rights
from engine.limits import CHARTER_TEXT_MAX, REASON_TEXT_MAX, TITLE_TEXT_MAX
from engine.log.codec import form
from engine.refusals import Code, Refusal, refuse
from engine.state import Part, State
from engine.values import CharterText, Name, Seq, TextOf, read_name

CHARTER_WRONG = Code("charter_wrong", "wrong")
NOT_FOUNDED = Code("not_founded", "conflict")
NOT_ALLOWED = Code("not_allowed", "forbidden")
PRESET_UNKNOWN = Code("preset_unknown", "unknown")
DOTS_PER_LINE_MAX = 400
"""A TOML key of thousands of dotted parts would nest as deep."""


class Terms:
    """A table of the charter: a frozen dataclass. One whose only field is `by_name` is a table of tables: `[decisions.monthly]`."""

    key: ClassVar[str]

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        """What of it does not hold together, by itself or with the rest of the charter."""
        return ()


T = TypeVar("T", bound=Terms)


@dataclass(frozen=True)
class Charter:
    """What a charter says. `charter[IdeaTerms]` is what it says of ideas; where it is silent, what that means."""

    format: Literal["folkmoot-charter/1"]
    name: Annotated[str, TextOf(TITLE_TEXT_MAX)]
    purpose: Annotated[str, TextOf(REASON_TEXT_MAX)]
    terms: Mapping[type[Terms], Terms] = field(init=False, default_factory=dict)

    def __getitem__(self, kind: type[T]) -> T:
        terms = self.get(kind)
        if terms is None:
            try:
                return kind()
            except TypeError:
                raise refuse(NOT_ALLOWED, "the charter", "has no [{key}]", "amend it: add [{key}]", key=kind.key) from None
        return terms

    def get(self, kind: type[T]) -> T | None:
        """What it says under that key; None where it says nothing."""
        terms = self.terms.get(kind)
        assert terms is None or isinstance(terms, kind)
        return terms

    def names(self, feature: str) -> bool:
        """Whether it says anything of a feature: one it does not name reacts to nothing. One without terms is always there."""
        kinds = _terms_of(feature)
        return not kinds or not self.terms.keys().isdisjoint(kinds)


@dataclass(frozen=True)
class Role:
    """What members of a role may do: names of rights."""

    may: tuple[Name, ...]


@dataclass(frozen=True)
class RoleTerms(Terms):
    """Every member has the role `member`, and those she was given besides."""

    key = "roles"
    by_name: dict[str, Role]

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        for needed in ("founder", "member"):
            if needed not in self.by_name:
                yield wrong("roles", "has no role {role!r}", "add [roles.{role}]", role=needed)
        for name, role in self.by_name.items():
            yield from unknown(f"roles.{name}.may", role.may, tuple(rights()))


@dataclass(frozen=True)
class MemberTerms(Terms):
    """`open`: anybody joins. `invited`: somebody whose role may `join_community` enters them."""

    key = "members"
    admission: Literal["open", "invited"]


@dataclass
class Charters(Part):
    """The text of every charter there was, by the event that brought it; the last one is in force."""

    texts: dict[Seq, CharterText] = field(default_factory=dict)
    _newest: tuple[Seq, Charter] | None = field(init=False, repr=False, compare=False, default=None)

    def put(self, seq: Seq, text: CharterText) -> None:
        """A charter in force from event `seq` on."""
        self.texts[seq], self._newest = text, None

    @property
    def newest(self) -> tuple[Seq, Charter]:
        """The event that brought the charter in force, and what it says."""
        if self._newest is None:
            if not self.texts:
                raise refuse(NOT_FOUNDED, "the community", "is not founded yet", "found it with a charter first")
            seq = next(reversed(self.texts))
            self._newest = seq, read(self.texts[seq])
        return self._newest


def seq_in_force(state: State) -> Seq:
    """The event that brought the charter in force."""
    return state[Charters].newest[0]


def in_force(state: State) -> Charter:
    """The charter in force."""
    return state[Charters].newest[1]


def as_of(state: State, seq: Seq) -> Charter:
    """The charter that event `seq` brought: what is open keeps the terms it began under."""
    return read(state[Charters].texts[seq])


def text_in_force(state: State) -> CharterText:
    return state[Charters].texts[seq_in_force(state)]


def digest(text: str) -> str:
    """SHA-256 of a charter's text: what a poll on an amendment is about."""
    return sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def read(text: str) -> Charter:
    """The charter a TOML text states. A key this copy knows nothing of is `cannot_recount`; see `lawful`, too."""
    data = _parse(text)
    known = all_terms()
    for key in data.keys() - known.keys() - _HEAD:
        raise refuse("cannot_recount", "the charter", "has the key {key!r}, which this copy does not know", "use a newer folkmoot", key=key)
    charter: Charter = form(Charter, lenient=True).read({key: data[key] for key in data.keys() & _HEAD}, "charter")
    terms = {known[key]: _read_terms(known[key], value) for key, value in data.items() if key in known}
    object.__setattr__(charter, "terms", terms)
    return charter


@lru_cache(maxsize=64)
def lawful(text: str) -> Charter:
    """The charter a text states, if it holds together: what founding and amending ask. Following a log asks less, so
    that a stricter check never makes an old log unreadable.
    """
    data, known = _parse(text), all_terms()
    for key in data.keys() - known.keys() - _HEAD:
        raise refuse(
            "field_unknown", "charter.{key}", "is not a key of the charter", "{near}", key=key, near=did_you_mean(key, sorted(known))
        )
    for key, kind in known.items():
        if key not in data and kind.__module__ == __name__:
            raise refuse("field_missing", "charter.{key}", "is not given", "add [{key}]", key=key)
    charter = read(text)
    for terms in charter.terms.values():
        for problem in terms.problems(charter):
            raise problem
    return charter


_HEAD = frozenset({"format", "name", "purpose"})


def _parse(text: str) -> dict[str, Any]:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > CHARTER_TEXT_MAX:
        raise refuse("text_too_long", "the charter", "has {size} bytes", "at most {most}", size=size, most=CHARTER_TEXT_MAX)
    if any(line.count(".") > DOTS_PER_LINE_MAX for line in text.splitlines()):
        raise refuse(CHARTER_WRONG, "the charter", "has a line with hundreds of dots", "nest no deeper than it needs")
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as fault:
        raise refuse(CHARTER_WRONG, "the charter", "is not TOML: {fault}", "mend that line", fault=str(fault)[:200]) from None
    for key in data:
        read_name(key, "a key of the charter")
    return data


@cache
def all_terms() -> dict[str, type[Terms]]:
    """Every table a charter can have, by its key."""
    kinds = catalogue.subclasses(Terms)
    assert len({kind.key for kind in kinds}) == len(kinds), "two features share a key of the charter"
    return {kind.key: kind for kind in kinds}


@cache
def _terms_of(feature: str) -> tuple[type[Terms], ...]:
    return tuple(kind for kind in all_terms().values() if catalogue.feature_of(kind) == feature)


def _read_terms(kind: type[Terms], value: Any) -> Terms:
    where = f"charter.{kind.key}"
    if [one.name for one in fields(kind)] == ["by_name"]:  # type: ignore[arg-type]
        hint = get_type_hints(kind, include_extras=True)["by_name"]
        return kind(form(hint, lenient=True).read(value, where))  # type: ignore[call-arg]
    terms: Terms = form(kind, lenient=True).read(value, where)
    return terms


def wrong(where: str, fact: str, way_out: str, /, **values: Any) -> Refusal:
    """What is unsound in a charter, at a place of it."""
    return refuse(CHARTER_WRONG, "charter.{where}", fact, way_out, where=where, **values)


def unknown(where: str, names: Iterable[str], known: tuple[str, ...]) -> Iterable[Refusal]:
    """What of `names` stands for nothing."""
    for name in names:
        if name not in known:
            yield wrong(where, "names {name!r}", "{near}", name=name, near=did_you_mean(name, known))


def presets() -> tuple[str, ...]:
    """The names of the charters that come with folkmoot."""
    listed = (files("engine.kernel") / "presets").iterdir()
    return tuple(sorted(item.name.removesuffix(".toml") for item in listed if item.name.endswith(".toml")))


def preset(name: str) -> str:
    """The text of a preset."""
    if name not in presets():
        raise refuse(PRESET_UNKNOWN, "preset {name!r}", "is not known", "{near}", name=name, near=did_you_mean(name, presets()))
    return (files("engine.kernel") / "presets" / f"{name}.toml").read_text()
