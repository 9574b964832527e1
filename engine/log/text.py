r"""What a text may hold, by one version of Unicode that stays: a verdict never depends on the auditor's Python.

Python's own tables grow from version to version, so all that a verdict rests on is pinned here: which code points exist
(`unicode14.txt`: the version of the oldest Python we run on), what shows nothing, what is a space, what may join what.
Only the normal form is left to Python, one run of known code points at a time: Unicode promises that neither it nor the
combining class of an assigned code point ever changes. Sources: unicode.org/reports/tr15, tr31 and tr51.

>>> unclean("❤️ and می‌خواهم")
>>> unclean("Yes\U0001d173").fact
'holds the hidden character U+1D173 at position 3'
>>> seen_as("Yes\u200b ") == seen_as("Yes")
True
>>> escaped("Yes\u202e\x1b[2J")
'Yes\\u202e\\x1b[2J'
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import NamedTuple

MARKS_MAX = 30
"""Marks in a row on one letter, as in Unicode's stream-safe form: no script needs more, and ordering them takes the square of their number."""


def _bounds(words: str) -> tuple[int, ...]:
    """Ranges such as `41-5A 61` as the places where membership turns: first, last + 1, first, last + 1, …"""
    ends = (word.split("-") for word in words.split())
    return tuple(int(end, 16) + step for pair in ends for end, step in ((pair[0], 0), (pair[-1], 1)))


def _class(words: str) -> str:
    """The same ranges as the inside of a regular expression's brackets."""
    bounds = _bounds(words)
    return "".join(f"\\U{first:08x}-\\U{end - 1:08x}" for first, end in zip(bounds[::2], bounds[1::2], strict=True))


def _is_in(bounds: tuple[int, ...], letter: str) -> bool:
    return letter != "" and bisect_right(bounds, ord(letter)) % 2 == 1


_SPACES = "9-D 1C-20 85 A0 1680 2000-200A 2028-2029 202F 205F 3000"
_CONTROLS = "0-1F 7F-9F 2028-2029 202A-202E 2066-2069 D800-DFFF"
"""What no text holds: controls, breaks of lines and paragraphs, what turns the direction of its surroundings, halves of characters."""
_PRIVATE = "E000-F8FF F0000-FFFFD 100000-10FFFD"
_INVISIBLE = (
    "AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 2800 3164 FE00-FE0F FEFF FFA0 FFF0-FFFC "
    "13430-13438 16FE4 1BCA0-1BCA3 1D159 1D173-1D17A E0000-E0FFF"
)
"""What shows nothing by itself: ignorable code points, formats that no glyph stands for, and fillers and blanks of several scripts."""

_JOINED = tuple(
    _bounds(words)
    for words in (
        "620-6FF 750-77F 870-8FF FB50-FDFF FE70-FEFC",  # Arabic, Persian, Urdu …
        "700-74F 860-86F",  # Syriac
        "7C0-7FF",  # N'Ko
        "840-85F",  # Mandaic
        "900-97F 1CD0-1CFF A8E0-A8FF",  # Devanagari and its Vedic marks
        "980-9FF",  # Bengali
        "A00-A7F",  # Gurmukhi
        "A80-AFF",  # Gujarati
        "B00-B7F",  # Odia
        "B80-BFF",  # Tamil
        "C00-C7F",  # Telugu
        "C80-CFF",  # Kannada
        "D00-D7F",  # Malayalam
        "D80-DFF",  # Sinhala
        "1000-109F A9E0-A9FF AA60-AA7F",  # Myanmar
        "1780-17FF",  # Khmer
        "1807 180A 1820-18AF 11660-1167F",  # Mongolian
        "1A20-1AAF",  # Tai Tham
        "1B00-1B7F",  # Balinese
        "A880-A8DF",  # Saurashtra
        "A980-A9DF",  # Javanese
        "AAE0-AAFF ABC0-ABFF",  # Meetei Mayek
        "10D00-10D3F",  # Hanifi Rohingya
        "11080-110CF",  # Kaithi
        "11100-1114F",  # Chakma
        "11300-1137F",  # Grantha
        "11400-1147F",  # Newa
        "11480-114DF",  # Tirhuta
        "1E900-1E95F",  # Adlam
    )
)
"""The scripts whose letters take another shape when a joiner stands between them, one by one: a joiner never stands between two of them."""
_VIRAMAS = _bounds("94D 9CD A4D ACD B4D BCD C4D CCD D4D DCA")
"""What takes a consonant's vowel away: with a joiner after it, it ends a word as a half form."""
_MONGOLIAN = _bounds("1820-1878 1880-18AA")
_HAN = _bounds("3400-4DBF 4E00-9FFF 20000-2A6DF 2A700-2B738 2B740-2B81D 2B820-2CEA1 2CEB0-2EBE0 30000-3134A")
_PICTURES = _bounds(
    "A9 AE 203C 2049 2122 2139 2194-2199 21A9-21AA 231A-231B 2328 23CF 23E9-23F3 23F8-23FA 24C2 25AA-25AB 25B6 25C0 25FB-25FE "
    "2600-2604 260E 2611 2614-2615 2618 261D 2620 2622-2623 2626 262A 262E-262F 2638-263A 2640 2642 2648-2653 265F-2660 2663 "
    "2665-2666 2668 267B 267E-267F 2692-2697 2699 269B-269C 26A0-26A1 26A7 26AA-26AB 26B0-26B1 26BD-26BE 26C4-26C5 26C8 26CE-26CF "
    "26D1 26D3-26D4 26E9-26EA 26F0-26F5 26F7-26FA 26FD 2702 2705 2708-270D 270F 2712 2714 2716 271D 2721 2728 2733-2734 2744 2747 "
    "274C 274E 2753-2755 2757 2763-2764 2795-2797 27A1 27B0 27BF 2934-2935 2B05-2B07 2B1B-2B1C 2B50 2B55 3030 303D 3297 3299 "
    "1F004 1F0CF 1F170-1F171 1F17E-1F17F 1F18E 1F191-1F19A 1F201-1F202 1F21A 1F22F 1F232-1F23A 1F250-1F251 1F300-1F64F "
    "1F680-1F6FF 1F7E0-1F7EB 1F7F0 1F900-1F9FF 1FA70-1FAFF"
)
"""What is shown as an emoji, or can be: only these take a selector for it, and only these are joined into one picture."""
_FLAGS = "|".join("\U0001f3f4" + "".join(chr(0xE0000 + ord(tag)) for tag in name) + "\U000e007f" for name in ("gbeng", "gbsct", "gbwls"))
"""The flags of England, Scotland and Wales: the only emoji that hidden letters spell."""

_PLAIN = "20-7E A0-AC AE-2FF 400-482 48A-52F 5D0-5EA 621-63F 641-64A 2010-2027 2030-205E 20A0-20C0 3001-3029 3041-3096 30A1-30FA 4E00-9FFF AC00-D7A3"
"""What most people write: known to all, seen, and normal as it stands, next to whatever else of this list. It saves looking closer."""

_CONTROL = re.compile(f"[{_class(_CONTROLS)}]")
_HIDDEN = re.compile(f"[{_class(_INVISIBLE)}]")
_SHOWING = re.compile(f"[^{_class(_SPACES + ' ' + _INVISIBLE)}]")
_SPACE_RUN = re.compile(f"[{_class(_SPACES)}]+")
_UNSEEN = re.compile(f"({_FLAGS})|[{_class(_INVISIBLE)}]")
_UNSHOWABLE = re.compile(f"[{_class(' '.join((_CONTROLS, _PRIVATE, _INVISIBLE)))}]")
_FLAG = re.compile(_FLAGS)
_PLAIN_LINE, _PLAIN_LINES = re.compile(f"[{_class(_PLAIN)}]*"), re.compile(f"[\n\t{_class(_PLAIN)}]*")
_PRIVATE_BOUNDS = _bounds(_PRIVATE)


class Flaw(NamedTuple):
    """Why a text is not clean, and what to do."""

    fact: str
    way_out: str


@cache
def _assigned() -> tuple[int, ...]:
    lines = (files("engine.log") / "unicode14.txt").read_text("ascii").splitlines()
    return _bounds(" ".join(line for line in lines if not line.startswith("#")))


def is_assigned(letter: str) -> bool:
    r"""Whether Unicode 14.0 knows a code point.

    >>> is_assigned("é"), is_assigned("\U0001fae8")  # the shaking face came with Unicode 15.0
    (True, False)
    """
    return _is_in(_assigned(), letter)


def is_plain(text: str, lines: bool = False) -> bool:
    r"""Whether a text is of common letters only, so that it is in NFC and clean without a closer look.

    >>> is_plain("Łąka"), is_plain("Cafe\u0301")
    (True, False)
    """
    return (_PLAIN_LINES if lines else _PLAIN_LINE).fullmatch(text) is not None


def nfc(text: str) -> str:
    r"""The text in Normalization Form C of Unicode 14.0. What that version lacks is left as it is and parts what is normalised.

    >>> nfc("Cafe\u0301")
    'Café'
    """
    if text.isascii():
        return text
    strangers = {letter for letter in set(text) if not is_assigned(letter)}
    if not strangers:
        return unicodedata.normalize("NFC", text)
    runs = (("".join(run), strange) for strange, run in groupby(text, strangers.__contains__))
    return "".join(run if strange else unicodedata.normalize("NFC", run) for run, strange in runs)


def piled(text: str) -> Flaw | None:
    """Why the marks of a text are too many for one letter, if they are. Asked before `nfc`, which would take long over them."""
    if text.isascii():
        return None
    parts = {letter: unicodedata.normalize("NFD", letter) if is_assigned(letter) else letter for letter in set(text)}
    marks = {part for form in parts.values() for part in form if is_assigned(part) and unicodedata.combining(part)}
    run = 0
    for position, letter in enumerate(text) if marks else ():
        for part in parts[letter]:
            run = run + 1 if part in marks else 0
            if run > MARKS_MAX:
                return Flaw(f"piles more than {MARKS_MAX} marks on one letter at position {position}", "leave some of them out")
    return None


def unclean(text: str, lines: bool = False) -> Flaw | None:
    r"""Why a text in NFC may not be written, if it may not.

    On one line (names, titles, labels, questions, reasons) every code point is one that Unicode 14.0 knows and everybody
    sees alike, and an invisible one stands only where an emoji or a script needs it. Texts of several `lines` may hold
    anything but controls, halves of characters, and what turns the direction of its surroundings.

    >>> unclean("a\tb"), unclean("a\tb", lines=True)
    (Flaw(fact='holds the control character U+0009 at position 1', way_out='remove it; write it on one line'), None)
    """
    for match in _CONTROL.finditer(text):
        if not (lines and match[0] in "\n\t"):
            way_out = "remove it; " + ("line breaks and tabs are allowed" if lines else "write it on one line")
            kind = "half of a character," if "\ud800" <= match[0] <= "\udfff" else "the control character"
            return Flaw(f"holds {kind} {_named(match[0])} at position {match.start()}", way_out)
    if lines or text.isascii():
        return None
    suspects = {letter for letter in set(text) if _HIDDEN.match(letter) or not is_assigned(letter) or _is_in(_PRIVATE_BOUNDS, letter)}
    for position, letter in enumerate(text) if suspects else ():
        if letter not in suspects:
            continue
        if _is_in(_PRIVATE_BOUNDS, letter):
            fact, way_out = "the private character {}", "write it with characters that everybody sees alike"
        elif not is_assigned(letter):
            fact, way_out = "{}, which Unicode 14.0 does not know,", "write it with characters that every machine knows"
        elif not _is_needed(text, position):
            fact, way_out = "the hidden character {}", "remove it; hidden ones stand only where an emoji or a script needs them"
        else:
            continue
        return Flaw(f"holds {fact.format(_named(letter))} at position {position}", way_out)
    return None


def _named(letter: str) -> str:
    return f"U+{ord(letter):04X}"


def _is_needed(text: str, position: int) -> bool:
    """Whether the invisible character at a position stands where a pinned sequence or a script needs it."""
    letter, before, after = text[position], text[max(position - 1, 0) : position], text[position + 1 : position + 2]
    if letter in "\u200c\u200d":
        if any(_is_in(script, before) and _is_in(script, after) for script in _JOINED):
            return True
        picture = text[max(position - 2, 0) : position - 1] if before == "\ufe0f" else before
        return letter == "\u200d" and (_is_in(_VIRAMAS, before) or (_is_in(_PICTURES, picture) and _is_in(_PICTURES, after)))
    if letter in "\ufe0e\ufe0f":
        keycap = letter == "\ufe0f" and before != "" and before in "0123456789#*" and after == "\u20e3"
        return keycap or _is_in(_PICTURES, before)
    if letter in "\u180b\u180c\u180d\u180f":
        return _is_in(_MONGOLIAN, before)
    if letter == "\u180e":
        return _is_in(_MONGOLIAN, before) and _is_in(_MONGOLIAN, after)
    if "\ufe00" <= letter <= "\ufe02" or "\U000e0100" <= letter <= "\U000e01ef":
        return _is_in(_HAN, before)
    flag = _FLAG.match(text, max(text.rfind("\U0001f3f4", max(position - 6, 0), position), 0))
    return flag is not None and position < flag.end()


def has_space(text: str) -> bool:
    """Whether a space of any kind stands in a text."""
    return _SPACE_RUN.search(text) is not None


def shows_nothing(text: str) -> bool:
    r"""Whether a text is all spaces and invisible characters.

    >>> shows_nothing("\u3000\u2800"), shows_nothing(" x ")
    (True, False)
    """
    return _SHOWING.search(text) is None


def seen_as(text: str) -> str:
    r"""What of a text can be seen: without what shows nothing, and with one space for many. Two texts seen alike cannot be told apart.

    >>> seen_as("\u00a0Yes,\u3000please\ufe0f") == seen_as("Yes, please")
    True
    """
    return nfc(_SPACE_RUN.sub(" ", _UNSEEN.sub(lambda match: match[1] or "", text)).strip(" "))


_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escaped(text: str, lines: bool = False) -> str:
    r"""A text from a log or a foreign file as a terminal may show it: what would steer the terminal, or hide, is spelt out.

    Line breaks and tabs are kept where `lines` are asked for. What is escaped may be escaped again without a change.

    >>> escaped("one\ntwo\x9b")
    'one\\ntwo\\x9b'
    >>> escaped("❤️ Y\u200bes")
    '❤️ Y\\u200bes'
    """
    if text.isascii() and text.isprintable():
        return text

    def shown(match: re.Match[str]) -> str:
        letter, point = match[0], ord(match[0])
        if (lines and letter in "\n\t") or (not _CONTROL.match(letter) and _HIDDEN.match(letter) and _is_needed(text, match.start())):
            return letter
        return _SHORT.get(letter) or (f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}")

    return _UNSHOWABLE.sub(shown, text)
