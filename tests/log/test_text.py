"""A text has one verdict, whichever Python asks for it; and no two names that look alike stand beside each other."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.log import text as module
from engine.log.text import escaped, is_assigned, is_plain, nfc, piled, seen_as, shows_nothing, unclean
from engine.refusals import Refusal
from engine.values import TextOf, read_text
from tests.log import unicode_table
from tests.log.text_answers import LINES, ONE_LINE, answers, everything, made_at_random, verdict

ROOT = Path(__file__).parent.parent.parent
CORPUS = [json.loads(line) for line in Path(__file__).with_name("hostile_texts.jsonl").read_text("ascii").splitlines()]
DIGEST = "62717c87e0da9536a39fe3f539ab4c28cf4be504980d72ada61224d7de8719ef"
"""What `everything` gives, on every Python and for ever: another one would make sound logs wrong."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
OTHERS = [version for version in PYTHONS if version != ".".join(map(str, sys.version_info[:2]))]

hostile = st.text(
    st.characters()
    | st.sampled_from(
        [*"\u200b\u200c\u200d\ufe0f\ufe00\u2800\u0301\u0323\u00a0\u0915\u094d\u0645\u06cc\u1820\u180b\u1100\u1161\u11a8", "❤", "👩", "葛"]
    )
    | st.sampled_from("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e007f\U0001fae8\U0001e08f\U000e0100\ud800\x1b\x9b\n\t\u202e"),
    max_size=30,
)


@cache
def python(version: str) -> str:
    """The path of another Python; the test that asks for it skips where there is none."""
    named = [shutil.which(f"python{version}"), *map(str, sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))]
    for path in filter(None, named):
        asked = subprocess.run(
            [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], check=False, capture_output=True, text=True
        )
        if asked.stdout.strip() == version:
            return path
    return ""


def ask(version: str, *arguments: str, given: str = "") -> str:
    path = python(version)
    if not path:
        pytest.skip(f"there is no Python {version} here to ask")
    done = subprocess.run([path, *arguments], check=False, input=given, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_table_is_the_one_that_the_oldest_python_would_write():
    written = (ROOT / "engine/log/unicode14.txt").read_text("ascii")
    assert f'requires-python = ">={PYTHONS[0]}"' in (ROOT / "pyproject.toml").read_text(), (
        "a newer floor may bring a newer table, for new logs"
    )
    here = unicodedata.unidata_version == unicode_table.VERSION
    assert written == (unicode_table.table() if here else ask("3.11", "tests/log/unicode_table.py"))


def test_what_the_table_knows_no_python_forgets():
    known = sum(is_assigned(chr(point)) for point in range(0x110000))
    assert known == 144_697 + 137_468 + 2_048 + 65, "Unicode 14.0.0 counts its characters, private ones, surrogates and controls"
    assert all(unicodedata.category(chr(point)) != "Cn" for point in range(0x110000) if is_assigned(chr(point)))


@pytest.mark.parametrize("line", CORPUS, ids=[line["what"] for line in CORPUS])
def test_hostile_texts_have_the_verdict_they_always_had(line):
    assert answers(line["text"]) == {key: value for key, value in line.items() if key not in ("what", "text")}


@pytest.mark.parametrize("version", OTHERS)
def test_every_python_says_the_same_of_hostile_texts(version):
    given = "".join(json.dumps(line["text"]) + "\n" for line in CORPUS)
    said = [json.loads(line) for line in ask(version, "-m", "tests.log.text_answers", given=given).splitlines()]
    for line, answer in zip(CORPUS, said, strict=True):
        assert answer == {key: line[key] for key in answer}, line["what"]


@pytest.mark.parametrize("version", [None, *OTHERS])
def test_every_python_says_the_same_of_all_code_points_and_of_texts_made_at_random(version):
    assert (everything() if version is None else ask(version, "-m", "tests.log.text_answers", "everything").strip()) == DIGEST


def test_nfc_is_that_of_unicode_14():
    """On a Python that has this version, whole texts are normalised as Python itself does it, strange code points and all."""
    if unicodedata.unidata_version != unicode_table.VERSION:
        pytest.skip(f"this Python has Unicode {unicodedata.unidata_version}: only 3.11 can be asked")
    for text in made_at_random(18, 30_000):
        assert nfc(text) == unicodedata.normalize("NFC", text)


@given(hostile)
def test_what_was_read_is_read_as_itself(text):
    assert nfc(nfc(text)) == nfc(text)
    assert seen_as(seen_as(text)) == seen_as(text) == seen_as(nfc(text))
    assert escaped(escaped(text)) == escaped(text)
    for of in (ONE_LINE, LINES, TextOf(20)):
        try:
            once = read_text(text, "it", of)
        except Refusal:
            continue
        assert read_text(once, "it", of) == once


@given(hostile)
def test_a_name_holds_nothing_that_a_terminal_would_not_be_shown(text):
    if verdict(text, ONE_LINE) == "clean":
        assert escaped(nfc(text)) == nfc(text)
        assert all(is_assigned(letter) for letter in nfc(text))
    assert re.fullmatch("[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\u200b\u2800\ue000-\uf8ff]*", escaped(text))
    assert re.fullmatch("[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]*", escaped(text, lines=True))
    escaped(text).encode()


HIDDEN = [chr(point) for point in range(0x110000) if module._HIDDEN.match(chr(point))]


def test_no_hidden_character_parts_two_latin_names():
    for letter in HIDDEN:
        for text in (f"Yes{letter}", f"{letter}Yes", f"Y{letter}es", f"1{letter}", f"1{letter}2"):
            flaw = unclean(text)
            assert flaw and f"U+{ord(letter):04X}" in flaw.fact, ascii(text)
            assert seen_as(text) == text.replace(letter, "")
        assert shows_nothing(f" {letter}\u00a0") and shows_nothing(letter)


def test_a_hidden_character_stands_nowhere_twice():
    for around in ("❤", "👩", "م", "ക", "്", "क", "ᠠ", "葛", "1", "🏴", "e"):
        for letter in HIDDEN[:200]:
            assert verdict(f"{around}{letter}{letter}{around}", ONE_LINE) != "clean", ascii(around + letter)


def test_every_format_character_is_hidden_or_known_to_be_seen():
    """What has no glyph of its own, says this Python, is in our list; signs that stand around numbers have one."""
    seen = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    formats = {point for point in range(0x110000) if is_assigned(chr(point)) and unicodedata.category(chr(point)) == "Cf"}
    assert formats - seen == formats & set(map(ord, HIDDEN))
    controls = {chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) in ("Cc", "Cs", "Zl", "Zp")}
    assert all(unclean(f"a{letter}") and unclean(f"a{letter}", lines=letter not in "\n\t") for letter in controls)
    spaces = {chr(point) for point in range(0x110000) if is_assigned(chr(point)) and unicodedata.category(chr(point)) == "Zs"}
    assert all(seen_as(f"a{letter}{letter} b{letter}") == "a b" for letter in spaces)


def test_flags_that_hidden_letters_spell_are_told_apart():
    flags = [line["text"] for line in CORPUS if line["what"] in ("England", "Scotland")]
    assert len({seen_as(flag) for flag in (*flags, "🏴")}) == 3


def test_marks_are_counted_before_they_are_put_in_order(monkeypatch):
    """Ordering takes the square of their number: a text of nothing else would hold the one writer for long."""
    ordered = []
    normalize = unicodedata.normalize
    monkeypatch.setattr(module.unicodedata, "normalize", lambda form, text: ordered.append(len(text)) or normalize(form, text))
    text = "a" + "\u0301" * 2_000 + "\u0323" * 2_000
    assert verdict(text, LINES) == verdict(text[:500], ONE_LINE) == "text_unclean"
    assert max(ordered) == 1
    assert verdict(("a" + "\u0301" * 30) * 100, LINES) == "clean"


def test_plain_letters_need_no_closer_look():
    """Each is known, seen and normal, begins with no mark, and joins no letter before it: so does every text of them."""
    plain = {chr(point) for point in range(0x110000) if is_plain(chr(point))}
    decomposed = [unicodedata.decomposition(chr(point)).split() for point in range(0x110000)]
    joining = {chr(int(parts[1], 16)) for parts in decomposed if len(parts) == 2 and parts[0][0] != "<"} | set(
        map(chr, range(0x1161, 0x11C3))
    )
    assert len(plain) > 30_000 and not plain & joining
    for letter in plain:
        assert is_assigned(letter) and unclean(letter) is None and nfc(letter) == letter and piled(letter) is None, ascii(letter)
        assert not unicodedata.combining(unicodedata.normalize("NFD", letter)[0]) and escaped(letter) == letter
    assert {chr(point) for point in range(0x110000) if is_plain(chr(point), lines=True)} == plain | {"\n", "\t"}


def test_the_refusal_names_the_field_the_character_and_the_way_out():
    with pytest.raises(Refusal) as refused:
        read_text("Yes\U0001d173", "options.2.label", TextOf(200, blank=False))
    assert (refused.value.code, refused.value.thing) == ("text_unclean", "options.2.label")
    assert "U+1D173 at position 3" in refused.value.fact and "remove it" in refused.value.way_out


def test_lines_are_kept_for_a_terminal_where_it_is_asked():
    assert escaped("a\n\tb\x1b", lines=True) == "a\n\tb\\x1b"
    assert escaped("a\n\tb\r") == "a\\n\\tb\\r"
    assert escaped("\U000e0041\ud800\u202e") == "\\U000e0041\\ud800\\u202e"


def test_no_table_is_read_for_plain_texts():
    code = (
        "import engine.values as v, engine.log.text as t; v.read_text('Plain', 'it', v.TextOf(9)); print(t._assigned.cache_info().misses)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout == "0\n"
