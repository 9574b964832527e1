"""What `engine.values` and `engine.log.text` say of texts, as the Python that runs this says it.

    python3.13 -m tests.log.text_answers < texts        a JSON string a line in, a JSON object a line out
    python3.13 -m tests.log.text_answers everything     one digest over code points and many thousand texts made at random

Nothing outside the standard library but the modules that are asked, so that any Python can be.
"""

from __future__ import annotations

import json
import random
import sys
import unicodedata
from collections.abc import Iterator
from hashlib import sha256

from engine.log.text import escaped, is_assigned, nfc, seen_as
from engine.refusals import Refusal
from engine.values import TextOf, read_text

ONE_LINE, LINES = TextOf(500, blank=False), TextOf(5_000, lines=True, blank=False)


def verdict(text: str, of: TextOf) -> str:
    """`clean`, or the code of the refusal; its words may change."""
    try:
        read_text(text, "it", of)
    except Refusal as refusal:
        return refusal.code
    return "clean"


def answers(text: str) -> dict[str, str]:
    return {
        "one_line": verdict(text, ONE_LINE),
        "lines": verdict(text, LINES),
        "nfc": nfc(text),
        "seen_as": seen_as(text),
        "escaped": escaped(text),
    }


def made_at_random(seed: int, count: int) -> Iterator[str]:
    """Texts of marks, jamo, letters that compose, invisible ones, emoji, and code points that some version does not know."""
    chance = random.Random(seed)
    marks = [chr(point) for point in range(0x300, 0x20000) if is_assigned(chr(point)) and unicodedata.combining(chr(point))]
    pieces = (
        lambda: chance.choice(marks),
        lambda: chr(chance.randrange(0x1100, 0x1200)),
        lambda: chr(chance.randrange(0x41, 0x600)),
        lambda: chr(chance.randrange(0x600, 0x1900)),
        lambda: chr(chance.randrange(0xF900, 0x10000)),
        lambda: chr(chance.randrange(0x10000, 0x20000)),
        lambda: chr(chance.choice([0x200C, 0x200D, 0xFE0F, 0x2764, 0x1F3F4, 0xE0067, 0x180B, 0x1820, 0x94D, 0x915, 0x4E00, 0xE0100])),
        lambda: chr(chance.randrange(0x110000)),
        # Added after 14.0: marks, letters that compose, and an emoji of 15.0, 16.0 and 17.0.
        lambda: chr(chance.choice([0x0CF3, 0x1E08F, 0x11F01, 0x10EFD, 0x105C9, 0x113C5, 0x16121, 0x1ACF, 0x10EFA, 0x1FAE8, 0x1FAE9])),
    )
    for _ in range(count):
        yield "".join(chance.choice(pieces)() for _ in range(chance.randrange(1, 12)))


def everything() -> str:
    """A digest of answers: of the code points alone, within a letter, after one and decomposed, and of texts made at random."""
    total = sha256()
    for point in (*range(0x20000), *range(0x20000, 0x110000, 251), *range(0xE0000, 0xE0200), *range(0x2F800, 0x2FA20)):
        letter = chr(point)
        texts = [letter, f"a\u0323{letter}\u0301"]
        if is_assigned(letter):
            texts.append(unicodedata.normalize("NFD", letter))
        said = [is_assigned(letter), escaped(letter), *map(nfc, texts)]
        if not 0x3400 <= point < 0xF900:
            said += [verdict(f"a{letter}b", ONE_LINE), verdict(letter, LINES)]
        total.update(json.dumps(said).encode())
    for text in made_at_random(17, 15_000):
        total.update(json.dumps(answers(text)).encode())
    return total.hexdigest()


if __name__ == "__main__":
    if sys.argv[1:] == ["everything"]:
        print(everything())
    else:
        for line in sys.stdin:
            print(json.dumps(answers(json.loads(line))))
