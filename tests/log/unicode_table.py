"""Writes `engine/log/unicode14.txt` from the tables of a Python that has this very version of Unicode: 3.11.

    python3.11 tests/log/unicode_table.py > engine/log/unicode14.txt

Nothing outside the standard library, so that any Python can be asked.
"""

import sys
import textwrap
import unicodedata

VERSION = "14.0.0"
HEAD = f"""\
# The code points assigned in Unicode {VERSION}, private ones and surrogates among them, as ranges in hexadecimal.
# Written by tests/log/unicode_table.py, which a test runs again; read by engine/log/text.py.
"""


def table() -> str:
    """The file as this Python would write it."""
    if unicodedata.unidata_version != VERSION:
        raise SystemExit(f"this Python has Unicode {unicodedata.unidata_version}: run one with {VERSION}, which is 3.11")
    ranges: list[list[int]] = []
    for point in range(sys.maxunicode + 1):
        if unicodedata.category(chr(point)) == "Cn":
            continue
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    words = " ".join(f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in ranges)
    return HEAD + textwrap.fill(words, 120, break_on_hyphens=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table())
