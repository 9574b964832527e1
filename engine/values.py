"""The small values everything else is made of: each parses or refuses at the door.

Numbers that count or tell time are integers of at most 2^53 - 1, so that every JSON reader agrees on them. Points,
power, money and weights may be larger than a careless reader can hold, so they travel as decimal strings.

>>> MemberId.read("m17", "actor")
'm17'
>>> read_decimal("-250", "points")
-250
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, ClassVar, NewType, Self

from engine.limits import (
    AMOUNT_MAX,
    CHARTER_TEXT_MAX,
    COMMENT_TEXT_MAX,
    DECIMAL_DIGITS_MAX,
    HEAD_TEXT_MAX,
    IDEA_TEXT_MAX,
    INTEGER_MAX,
    MOMENT_MAX,
    NAME_TEXT_MAX,
    QUESTION_TEXT_MAX,
    REASON_TEXT_MAX,
    TITLE_TEXT_MAX,
)
from engine.log.text import is_plain, nfc, piled, shows_nothing, unclean
from engine.refusals import Refusal, refuse

Seq = NewType("Seq", int)
"""The place of an event in its log: the 0-based leaf index."""
Moment = NewType("Moment", int)
"""Milliseconds since 1970, UTC."""
Points = NewType("Points", int)
"""Whole contribution points: there are no fractions of a point."""
Power = NewType("Power", int)
"""How much one ballot weighs, a whole number."""
Money = NewType("Money", int)
"""An amount in the smallest unit the charter names (cents, grosze, wei), up to `AMOUNT_MAX`."""


class Id(str):
    """The id of a thing: the letter of its kind, and the seq of the event that made it. `class BountyId(Id, letter="b")` is a new kind.

    It exists for whoever reads the code and checks its types; at run time an id is a plain string.

    >>> class BountyId(Id, letter="b"): ...
    >>> BountyId.of(17), BountyId.seq("b17")
    ('b17', 17)
    """

    __slots__ = ()
    letter: ClassVar[str]
    _matches: ClassVar[Callable[[str], object]]

    def __init_subclass__(cls, letter: str = "", **more: object) -> None:
        cls.letter, cls._matches = letter, re.compile(letter + r"(?:0|[1-9][0-9]{0,15})").fullmatch

    def __new__(cls, value: str) -> Self:
        return value  # type: ignore[return-value]

    @classmethod
    def of(cls, seq: int) -> Self:
        """The id of the thing that event `seq` made."""
        return cls(f"{cls.letter}{seq}")

    @staticmethod
    def seq(value: str) -> int:
        """The event that made the thing of that id."""
        return int(value[1:])

    @classmethod
    def fits(cls, value: object) -> bool:
        """Whether a value is an id of this kind."""
        return type(value) is str and cls._matches(value) is not None

    @classmethod
    def place_in(cls, seqs: Column, value: str, count: int | None = None) -> int | None:
        """Where the seq of an id stands among the first `count` of `seqs`, which ascend; None where it does not."""
        if type(value) is not str or cls._matches(value) is None:
            return None
        seq = int(value[1:])
        place = bisect_left(seqs, seq, 0, count)
        return place if place < (len(seqs) if count is None else count) and seqs[place] == seq else None

    @classmethod
    def read(cls, value: object, field: str) -> Self:
        if type(value) is str and cls._matches(value) is not None:
            return value  # type: ignore[return-value]
        raise _wrong(field, value, "an id such as {letter}17", letter=cls.letter)


class Actor(str):
    """A member's id, or one of `founder`, `newcomer`, `clock`; at run time a plain string."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        return value  # type: ignore[return-value]


class MemberId(Id, Actor, letter="m"):
    """A member: `m` and the event by which she joined."""


Digest = NewType("Digest", str)
"""A SHA-256 as 64 lower-case hexadecimal digits."""
Address = NewType("Address", str)
"""The address of a secp256k1 key: `0x` and 40 lower-case hexadecimal digits."""
Signature = NewType("Signature", str)
"""65 bytes as `0x` and 130 lower-case hexadecimal digits."""
CouncilKey = NewType("CouncilKey", str)
"""A point of G1 of BLS12-381, compressed: `0x` and 96 lower-case hexadecimal digits."""
CouncilSignature = NewType("CouncilSignature", str)
"""A point of G2 of BLS12-381, compressed: `0x` and 192 lower-case hexadecimal digits."""
Positive = NewType("Positive", int)
"""A whole number from 1."""
PositiveMoney = NewType("PositiveMoney", int)
"""An amount of money from 1."""
Name = NewType("Name", str)
"""An ASCII identifier: a role, a decision, a rule, a stage."""

Share = NewType("Share", str)
"""A part of a whole as people write it, `2/3`: from 0 to 1, exact."""
Scalar = NewType("Scalar", object)
"""A rule's parameter: a whole number, true or false, a name, or an amount as a decimal in quotes."""

if TYPE_CHECKING:
    Column = array[int]
else:
    Column = array
"""Whole numbers of one size, one beside the other: `array` takes no parameter at run time before Python 3.12."""

DAY_MS = 86_400_000
ACTORS_WITHOUT_ID = ("founder", "newcomer", "clock")

_DECIMAL = re.compile(r"0|-?[1-9][0-9]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_SIGNATURE = re.compile(r"0x[0-9a-f]{130}")
_COUNCIL_KEY, _COUNCIL_SIGNATURE = re.compile(r"0x[0-9a-f]{96}"), re.compile(r"0x[0-9a-f]{192}")
_SHARE = re.compile(r"0|1|[1-9][0-9]{0,8}/[1-9][0-9]{0,8}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class TextOf:
    """What a text that people write may hold: at most `longest` characters, on one line or several, perhaps nothing to see."""

    longest: int
    lines: bool = False
    blank: bool = True


NameText = Annotated[str, TextOf(NAME_TEXT_MAX, blank=False)]
TitleText = Annotated[str, TextOf(TITLE_TEXT_MAX, blank=False)]
QuestionText = Annotated[str, TextOf(QUESTION_TEXT_MAX, blank=False)]
ReasonText = Annotated[str, TextOf(REASON_TEXT_MAX, blank=False)]
CommentText = Annotated[str, TextOf(COMMENT_TEXT_MAX, lines=True, blank=False)]
IdeaText = Annotated[str, TextOf(IDEA_TEXT_MAX, lines=True, blank=False)]
HeadText = Annotated[str, TextOf(HEAD_TEXT_MAX, lines=True)]
"""A signed head, with as many signatures as one may bear."""
CharterText = Annotated[str, TextOf(CHARTER_TEXT_MAX, lines=True)]


def read_actor(value: object, field: str) -> Actor:
    if MemberId.fits(value) or value in ACTORS_WITHOUT_ID:
        return value  # type: ignore[return-value]
    raise _wrong(field, value, "a member's id such as m17, or one of " + ", ".join(ACTORS_WITHOUT_ID))


def read_integer(value: object, field: str) -> int:
    if type(value) is int and 0 <= value <= INTEGER_MAX:
        return value
    raise _wrong(field, value, "a whole number from 0 to {integer_max}", integer_max=INTEGER_MAX)


def read_moment(value: object, field: str) -> int:
    if read_integer(value, field) <= MOMENT_MAX:
        return value  # type: ignore[return-value]
    raise _wrong(field, value, "milliseconds before the year 10000")


def read_decimal(value: object, field: str) -> int:
    if isinstance(value, str) and len(value) <= DECIMAL_DIGITS_MAX + 1 and _DECIMAL.fullmatch(value):
        amount = int(value)
        if -AMOUNT_MAX <= amount <= AMOUNT_MAX:
            return amount
    raise _wrong(
        field, value, 'a whole number in quotes, such as "40", of at most {decimal_digits_max} digits and below 2^256',
        decimal_digits_max=DECIMAL_DIGITS_MAX,
    )  # fmt: skip


def is_digest(value: str) -> bool:
    return _DIGEST.fullmatch(value) is not None


def read_digest(value: object, field: str) -> str:
    if isinstance(value, str) and is_digest(value):
        return value
    raise _wrong(field, value, "64 lower-case hexadecimal digits")


def read_address(value: object, field: str) -> str:
    if isinstance(value, str) and _ADDRESS.fullmatch(value):
        return value
    raise _wrong(field, value, "an address: 0x and 40 lower-case hexadecimal digits")


def read_signature(value: object, field: str) -> str:
    if isinstance(value, str) and _SIGNATURE.fullmatch(value):
        return value
    raise _wrong(field, value, "a signature of 65 bytes: 0x and 130 lower-case hexadecimal digits")


def read_council_key(value: object, field: str) -> str:
    if isinstance(value, str) and _COUNCIL_KEY.fullmatch(value):
        return value
    raise _wrong(field, value, "a council key of 48 bytes: 0x and 96 lower-case hexadecimal digits")


def read_council_signature(value: object, field: str) -> str:
    if isinstance(value, str) and _COUNCIL_SIGNATURE.fullmatch(value):
        return value
    raise _wrong(field, value, "a council's signature of 96 bytes: 0x and 192 lower-case hexadecimal digits")


def read_name(value: object, field: str) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise _wrong(field, value, "a name of lower-case letters, digits and _, starting with a letter")


def read_scalar(value: object, field: str) -> object:
    if isinstance(value, bool | int):
        return value if isinstance(value, bool) else read_integer(value, field)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return str(read_decimal(value, field))
    if is_share(value) or (isinstance(value, str) and is_digest(value)):
        return value
    if not isinstance(value, str) or "/" in value or "." in value:
        raise _wrong(field, value, 'a name, a whole number, true or false, or a share from 0 to 1 such as "2/3"')
    return read_name(value, field)


def is_whole(text: str) -> bool:
    """Whether a text is a whole number in the digits 0 to 9; `str.isdecimal` takes those of every script.

    >>> is_whole("12"), is_whole("١٢"), is_whole("")
    (True, False, False)
    """
    return text.isascii() and text.isdecimal()


def is_share(value: object) -> bool:
    """Whether a value is a part of a whole: `0`, `1` or two whole numbers such as `2/3`, from 0 to 1."""
    return isinstance(value, str) and _SHARE.fullmatch(value) is not None and Fraction(value) <= 1


def typed(value: object) -> str:
    """The value of a parameter as one types it.

    >>> typed(True), typed("2/3")
    ('true', '2/3')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_text(value: object, field: str, of: TextOf) -> str:
    """A text in the pinned NFC, clean as `engine.log.text` has it; line breaks only where `of.lines` allows them.

    >>> read_text("Cafe\\u0301", "title", TextOf(40))
    'Café'
    """
    if not isinstance(value, str):
        raise _wrong(field, value, "a text")
    if value.isascii() and value.isprintable() and len(value) <= of.longest and (of.blank or value.strip(" ")):
        return value
    if not of.blank and shows_nothing(value):
        raise refuse("text_unclean", "{field}", "shows nothing", "write something that can be seen", field=field)
    if len(value) > of.longest:
        raise refuse(
            "text_too_long", "{field}", "has {value_count} characters", "shorten it to at most {longest} characters",
            value_count=len(value), longest=of.longest, field=field,
        )  # fmt: skip
    if is_plain(value, of.lines):
        return value
    flaw = piled(value)
    if flaw is None:
        value = nfc(value)
        if len(value) > of.longest:
            raise refuse(
                "text_too_long", "{field}", "has {value_count} characters in NFC", "shorten it to at most {longest} characters",
                value_count=len(value), longest=of.longest, field=field,
            )  # fmt: skip
        flaw = unclean(value, of.lines)
    if flaw is not None:
        raise refuse("text_unclean", "{field}", "{fact}", "{way_out}", field=field, fact=flaw.fact, way_out=flaw.way_out)
    return value


def _wrong(field: str, value: object, allowed: str, /, **values: object) -> Refusal:
    shown = repr(value)
    return refuse(
        "field_wrong", "{field}", "is {value}", "give " + allowed,
        field=field, value=shown[:60] + "…" if len(shown) > 60 else shown, **values,
    )  # fmt: skip
