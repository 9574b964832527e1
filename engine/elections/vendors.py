"""Cast-vote records as the vendors of scanners write them: recognised by what stands in them, and refused by name.

Dominion writes `CvrExport.json` with manifests beside it, or a table; Clear Ballot and ES&S a table with a column for each mark
or choice; Hart a file of XML for each ballot; NIST's common data format is XML or JSON. Only the last is read, as a source of
a contest. Sources: Bright Spots, RCTab CVR Files 1.2.2, 2023; NIST SP 1500-103.

>>> writer('RowNumber,BoxID,BoxPosition,BallotID\\n1,"RCV-0255",1,7')
'Clear Ballot'
>>> check("rank1,rank2\\nAnn,Bob", "cast.csv")
>>> check('{"Version": "5.17", "ElectionId": "2024", "Sessions": [{"TabulatorId": 9}]}', "x.json")
Traceback (most recent call last):
engine.refusals.Refusal: file_foreign: x.json holds cast-vote records as Dominion writes them; we read a table that begins count,rank1,rank2,…, or NIST's common data format (.json) beside RCTab's contest: convert it to one of them
"""

from __future__ import annotations

import re

from engine.refusals import Refusal, refuse

HEAD_MAX = 4096
"""How many characters of a file show who wrote it."""
NIST = "NIST's common data format"
CONVERT = "we read a table that begins count,rank1,rank2,…, or NIST's common data format (.json) beside RCTab's contest: convert it to one of them"
GIVE_CONTEST = "give RCTab's contest, which names it among its cvrFileSources"
SIGNS = (
    ("Dominion", re.compile(r'\s*\{\s*"Version"\s*:\s*"[^"]*"\s*,\s*"(?:List"\s*:|ElectionId"\s*:.*"Sessions"\s*:)', re.DOTALL)),
    ("Dominion", re.compile(r'.*^"?CvrNumber"?\s*,\s*"?TabulatorNum"?\s*,', re.DOTALL | re.MULTILINE)),
    ("Clear Ballot", re.compile(r'"?RowNumber"?\s*,\s*"?BoxID"?\s*,\s*"?BoxPosition"?')),
    ("ES&S", re.compile(r'"?Cast Vote Record"?\s*,\s*"?Precinct"?\s*,\s*"?Ballot Style"?', re.IGNORECASE)),
    ("Hart", re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<Cvr[\s>]")),
    (NIST + " as XML", re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:\w+:)?CastVoteRecordReport[\s>]", re.DOTALL)),
    (NIST, re.compile(r'\s*\{.*"@type"\s*:\s*"CVR\.', re.DOTALL)),
)
PROVIDERS = {"cdf": NIST, "clearballot": "Clear Ballot", "dominion": "Dominion", "ess": "ES&S", "es&s": "ES&S", "hart": "Hart"}
"""Whom RCTab's words mean."""
ARCHIVE = b"PK\x03\x04"
"""How a spreadsheet (.xlsx) and any other .zip begins."""


def writer(text: str) -> str:
    """Whose records a text holds; empty if it looks like nobody's."""
    head = text[:HEAD_MAX].lstrip("\ufeff")
    return next((name for name, sign in SIGNS if sign.match(head)), "")


def check(text: str, thing: str) -> None:
    """Refuse records that have to be converted first; `thing` is what the refusal calls them."""
    if name := writer(text):
        raise foreign(thing, name)


def foreign(thing: str, name: str) -> Refusal:
    """The refusal of records that `name` wrote."""
    return refuse(
        "file_foreign", "{thing}", "holds cast-vote records as {name} writes them", GIVE_CONTEST if name == NIST else CONVERT,
        thing=thing, name=name,
    )  # fmt: skip


def check_bytes(data: bytes, thing: str) -> None:
    """Refuse a spreadsheet or an archive, in which ES&S, Dominion and Hart hand their records over.

    >>> check_bytes(b"PK\\x03\\x04...", "cvr.xlsx")
    Traceback (most recent call last):
    engine.refusals.Refusal: file_foreign: cvr.xlsx is a spreadsheet or an archive (.xlsx, .zip), as ES&S, Dominion and Hart export; unpack it; we read a table ...
    """
    if data.startswith(ARCHIVE):
        raise refuse(
            "file_foreign", "{thing}", "is a spreadsheet or an archive (.xlsx, .zip), as ES&S, Dominion and Hart export",
            "unpack it; " + CONVERT, thing=thing,
        )  # fmt: skip
