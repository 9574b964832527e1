"""Contests as RCTab, the tabulator of ranked-choice contests, states them (`.json`).

The configuration names the options, the ballot files beside it, and how the law treats marks, elects, and breaks ties; what is
counted as RCTab counts it is the rule `rctab`, and what is not is refused by its name. Sources: Bright Spots, RCTab 2.0
and its Configuration File Parameters, 2023.

>>> import json
>>> stated = {"candidates": [{"name": "Ann"}, {"name": "Bob"}], "cvrFileSources": [{"filePath": "cast.csv"}], "rules": {
...     "overvoteRule": "exhaustImmediately", "winnerElectionMode": "singleWinnerMajority", "numberOfWinners": "1",
...     "maxSkippedRanksAllowed": "1", "maxRankingsAllowed": "max", "tiebreakMode": "useCandidateOrder"}}
>>> contest = read_contest(json.dumps(stated), {"cast.csv": "count,rank1,rank2\\n3,Bob,Ann\\n2,skipped,Ann"}.__getitem__)
>>> contest.election.options, contest.election.orders.tolist(), contest.election.rule
(('Ann', 'Bob'), [[1, 0], [0, -1]], ('rctab', {'batch': False, 'ties': 'order'}))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from engine.elections import cdf, vendors
from engine.elections.election import Array, Election
from engine.elections.java import Random, order_of_text
from engine.elections.ranks import (
    EXCLUDED,
    NONE,
    SEVERAL,
    WRITE_INS,
    Mark,
    Rows,
    meaning,
    not_standing,
    orders_of,
    rows_of,
    together,
)
from engine.elections.rctab_settings import DRAWN, LABELS, Stated, flag, marks_of, rule_of, seed_of, uncounted, whole
from engine.limits import OPTIONS_PER_POLL_MAX
from engine.log.json import parse_input
from engine.refusals import Refusal, refuse

CANDIDATES_MAX = 10_000
"""More than any contest has; each that is excluded has a number of her own, in cells of two bytes."""


class Contest(NamedTuple):
    """The ballots of a contest: as an election, and for each of its rows why the ballot goes no further (`ENDS`), -1 if
    it names nothing at all."""

    election: Election
    ends: Array


def read_contest(text: str, beside: Callable[[str], str]) -> Contest:
    """A contest by its configuration; `beside` gives the text of a file that lies beside it.

    RCTab reads spreadsheets; what it would find in one is read here from a `.csv` of that name, or from `ballots.csv`. An
    undeclared write-in is an option, `Undeclared Write-ins`, listed last. Options are listed in the order in which ties are
    broken: as the contest lists them, or as `generatePermutation` shuffles them.
    """
    vendors.check(text, "the file")
    stated = parse_input(text.encode(), "the contest")
    try:
        candidates, rules = stated["candidates"], stated["rules"]
        people = _people(candidates)
        gone = {_text(each["name"]) for each in candidates if flag(each, "excluded")}
        sources = [_source(each, rules) for each in stated["cvrFileSources"]]
        marks, seats = marks_of(rules, len(people)), whole(rules, "numberOfWinners", 0, OPTIONS_PER_POLL_MAX)
        rule = rule_of(rules, seats)
        listed = _listed(people, rules, any(each.get("code") for each in candidates))
    except KeyError as missing:
        raise refuse("file_unreadable", "the contest", "lacks {missing}", "give RCTab's configuration whole", missing=missing) from None
    except (TypeError, IndexError, AttributeError, ValueError):
        raise refuse(
            "file_unreadable", "the contest", "is not written as RCTab writes one", "give RCTab's configuration as it is"
        ) from None
    if not sources:
        raise refuse("file_unreadable", "the contest", "has no source of ballots", "name one in cvrFileSources")
    standing = [name for name in listed if name not in gone]
    names = [*standing, *([WRITE_INS] if any(source["undeclaredWriteInLabel"] for source in sources) else [])]
    if not standing:
        raise refuse("file_unreadable", "the contest", "has no candidate who is not excluded", "name one who stands")
    if len(people) > CANDIDATES_MAX:
        raise refuse(
            "file_unreadable", "the contest", "has {count:,} candidates", "list at most {most:,}", count=len(people), most=CANDIDATES_MAX
        )
    write_ins = len(standing) if len(names) > len(standing) else None
    places = {name: number for number, name in enumerate(standing)}
    called = {alias: places.get(name, EXCLUDED - number) for number, (name, aliases) in enumerate(people.items()) for alias in aliases}
    rows: Rows = []
    for source in sources:
        rows += _cast(
            source, called | _labels(source, called, len(standing)), write_ins if source["undeclaredWriteInLabel"] else None, beside
        )
    election, ends = orders_of(names, rows, marks, write_ins)
    election.seats, election.rule = seats, rule
    return Contest(election, ends)


def _labels(source: dict[str, str], called: Mapping[str, int], write_ins: int) -> dict[str, int]:
    """What the labels of a source mean; `write_ins` is the place of that option, and `called` are the candidates."""
    labels = {source["overvoteLabel"]: SEVERAL, source["skippedRankLabel"]: NONE}
    if source["undeclaredWriteInLabel"]:
        labels |= {source["undeclaredWriteInLabel"]: write_ins, WRITE_INS: write_ins}
    if taken := sorted(label for label in labels if label and label in called):
        raise refuse(
            "file_unreadable", "the contest", "calls a candidate and a mark {taken!r}", "give the mark a label of its own",
            taken=taken[0][:40],
        )  # fmt: skip
    return {label: held for label, held in labels.items() if label}


def _cast(source: dict[str, str], called: dict[str, int], write_ins: int | None, beside: Callable[[str], str]) -> Rows:
    """The ballots of one source; `called` says what names and labels mean, `write_ins` is the option for names written in."""
    path, provider = source["filePath"], source["provider"]
    if provider == "cdf":
        text = beside(path)
        if vendors.writer(text) not in ("", vendors.NIST):
            vendors.check(text, path)
        cast = cdf.ballots(parse_input(text.encode(), "the records"), source["contestId"])
        return [(number, 1, [_mark(marked, called, write_ins) for marked in ranks]) for number, ranks in enumerate(cast, 1)]
    if path.endswith(".csv"):
        text = beside(path)
        vendors.check(text, path)
    else:
        text = _instead(path, provider, beside)
    return rows_of(text, called, source["overvoteDelimiter"] or "\n", write_ins)


def _instead(path: str, provider: str, beside: Callable[[str], str]) -> str:
    """The table that lies beside a contest whose records are none; refused naming whose records these are if there is none."""
    try:
        return beside("ballots.csv")
    except Refusal as refusal:
        missing = f"{refusal.thing} {refusal.fact}"
    try:
        vendors.check(beside(path), path)
    except Refusal as refusal:
        if refusal.code == "file_foreign":
            raise
    name = vendors.PROVIDERS.get(provider.lower(), provider or "its scanner")
    raise refuse(
        "file_foreign", "the contest", "has its ballots in {path}, as {name} writes them; instead of these, {missing}",
        "write them into ballots.csv beside the contest, as a table that begins count,rank1,rank2,…", path=path, name=name, missing=missing,
    )  # fmt: skip


def _mark(marked: list[str], called: dict[str, int], write_ins: int | None) -> Mark:
    """What a rank holds where those `marked` are."""
    if not marked:
        return NONE
    held = meaning(marked[0], called, write_ins, "\0") if len(marked) == 1 else together(marked, called, write_ins)
    if held is None:
        odd = next(name for name in marked if meaning(name, called, write_ins, "\0") is None)
        raise refuse("file_unreadable", "a record", *not_standing(odd), cell=odd[:40])
    return held


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise refuse("file_unreadable", "the contest", "has {value!r} where a text should be", "correct it", value=str(value)[:40])
    return value


def _names(candidate: Stated) -> list[str]:
    """What ballots call a candidate: by her name, her aliases, or in RCTab before 1.4 her code."""
    aliases = candidate.get("aliases") or []
    if not isinstance(aliases, list):
        raise refuse(
            "file_unreadable", "the contest", "gives {name!r} aliases that are no list", "write them as RCTab does: [{example}]",
            name=_text(candidate["name"])[:40], example='"Bob", "B. Smith"',
        )  # fmt: skip
    return [_text(name) for name in (candidate["name"], *aliases, *filter(None, [candidate.get("code")]))]


def _people(candidates: Sequence[Stated]) -> dict[str, list[str]]:
    """Each candidate by her name, and what ballots call her; refused where that leaves open who is meant."""
    people, taken = dict[str, list[str]](), set[str]()
    for candidate in candidates:
        names = list(dict.fromkeys(_names(candidate)))
        if again := taken.intersection(names):
            raise refuse(
                "file_unreadable", "the contest", "calls two candidates {again!r}", "give each name and alias to one",
                again=min(again)[:40],
            )  # fmt: skip
        taken.update(names)
        people[names[0]] = names
    return people


def _source(stated: Stated, rules: Stated) -> dict[str, str]:
    """What a source states about its file and its labels, nothing for what it leaves out; older contests state labels once, in the rules."""
    if flag(stated, "treatBlankAsUndeclaredWriteIn"):
        raise uncounted("treatBlankAsUndeclaredWriteIn", True, "a blank rank is a skipped one")
    said = {label: stated.get(label) or rules.get(label) for label in (*LABELS, "undervoteLabel")}
    labels = {name: said[name] for name in LABELS} | {"skippedRankLabel": said["skippedRankLabel"] or said["undervoteLabel"]}
    others = {name: stated.get(name) for name in ("provider", "contestId", "overvoteDelimiter")}
    return {"filePath": _text(stated["filePath"])} | {name: _text(value or "") for name, value in (labels | others).items()}


def _listed(people: Mapping[str, list[str]], rules: Stated, codes: bool) -> list[str]:
    """The candidates in the order in which ties are broken."""
    mode = rules.get("tiebreakMode")
    if mode in DRAWN and codes:
        raise uncounted("tiebreakMode", mode, "where candidates have codes, versions of RCTab draw in different orders")
    return Random(seed_of(rules)).shuffled(sorted(people, key=order_of_text)) if mode == "generatePermutation" else list(people)
