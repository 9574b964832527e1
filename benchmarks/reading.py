"""The same ballots in a file of every format, and how others read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from engine.elections.election import Array

NAMES = [f"garden{number}" for number in range(20)]
Work = Callable[[], object]


def written(folder: Path, orders: Array) -> Iterator[tuple[Path, str, dict[str, Any], dict[str, Work]]]:
    """Each file, the rule it is counted by with its parameters, and the readers to be compared with."""
    rows = (orders.astype(int) + 1).tolist()
    bare: Work | None = None
    for name, text in _texts(rows):
        path = folder / name
        path.write_text(text, "utf-8")
        if bare is None:
            bare = bare_parse(path)
        ending = path.suffix[1:]
        rule = {"cat": "approval", "pb": "greedy", "grades.csv": "score"}.get(ending if ending != "csv" else name, "schulze")
        yield path, rule, {}, {"bare parse": bare, **_peers(path)}


def bare_parse(path: Path) -> Work:
    """One pass of NumPy over the bytes of a `.soc`, of which it makes nothing but numbers."""
    numbers = re.sub(rb"[^0-9]+", b",", path.read_bytes().rpartition(b"#")[2].partition(b"\n")[2])
    return lambda: np.fromstring(numbers, np.int64, sep=",")


def _texts(rows: list[list[int]]) -> Iterator[tuple[str, str]]:
    head = f"# NUMBER ALTERNATIVES: 20\n# NUMBER VOTERS: {len(rows)}\n"
    categories = "# NUMBER CATEGORIES: 2\n# CATEGORY NAME 1: Yes\n# CATEGORY NAME 2: No\n"
    head += "".join(f"# ALTERNATIVE NAME {number}: {name}\n" for number, name in enumerate(NAMES, 1))
    lines = [",".join(map(str, row)) for row in rows]
    yield "ballots.soc", "# DATA TYPE: soc\n" + head + "".join(f"1: {line}\n" for line in lines)
    chance = np.random.default_rng(3)
    lengths = chance.integers(1, 20, len(rows)).tolist()
    short = [row[:length] for row, length in zip(rows, lengths, strict=True)]
    yield "ballots.soi", "# DATA TYPE: soi\n" + head + "".join(f"1: {','.join(map(str, row))}\n" for row in short)
    paired = [
        ",".join(f"{{{one},{other}}}" if one < other else f"{one},{other}" for one, other in zip(row[::2], row[1::2], strict=True))
        for row in rows
    ]
    yield "ballots.toc", "# DATA TYPE: toc\n" + head + "".join(f"1: {line}\n" for line in paired)
    approved = [f"{{{','.join(map(str, row[:9]))}}},{{{','.join(map(str, row[9:]))}}}" for row in rows]
    yield "ballots.cat", "# DATA TYPE: cat\n" + categories + head + "".join(f"1: {line}\n" for line in approved)
    ends = "".join(f'"{name}"\n' for name in NAMES)
    yield "ballots.blt", "20 1\n" + "".join(f"1 {line.replace(',', ' ')} 0\n" for line in lines) + "0\n" + ends
    council = "".join(f'"Candidate {number}","{name}","Party",\n' for number, name in enumerate(NAMES, 1))
    yield "council.csv", "20,1,\n" + "".join(f"1,{line},\n" for line in lines) + council + '"Ward",\n'
    named = [[NAMES[each - 1] for each in row] for row in rows]
    yield "ranks.csv", "count," + ",".join(f"rank{rank}" for rank in range(1, 21)) + "\n" + "".join(f"1,{','.join(row)}\n" for row in named)
    yield "grades.csv", "score," + ",".join(NAMES) + "\n" + "".join(f"1,{line}\n" for line in lines)
    yield "ballots.txt", "options: " + ", ".join(NAMES) + "\n" + "".join(f"12: {' > '.join(row)}\n" for row in named)
    projects = "".join(f"{number};{100 + number};{name};\n" for number, name in enumerate(NAMES, 1))
    meta = f"META\nkey;value\ndescription;d\ncountry;c\nunit;u\ninstance;i\nnum_projects;20\nnum_votes;{len(rows)}\nbudget;1000\nvote_type;approval\nrule;greedy\n"
    votes = "".join(f"{voter};{','.join(map(str, row[:9]))};44;F\n" for voter, row in enumerate(rows))
    yield "ballots.pb", meta + "PROJECTS\nproject_id;cost;name;votes\n" + projects + "VOTES\nvoter_id;vote;age;sex\n" + votes


def _peers(path: Path) -> dict[str, Work]:
    """Others that read this format, where they are installed; they stop at what they make of the file, before any count."""
    readers = {"soc": _preflibtools, "soi": _preflibtools, "toc": _preflibtools, "cat": _abcvoting, "pb": _pabutools, "csv": _votekit}
    return readers.get(path.suffix[1:], lambda path: {})(path)


def _preflibtools(path: Path) -> dict[str, Work]:
    if not find_spec("preflibtools"):
        return {}
    from preflibtools.instances import OrdinalInstance

    return {"preflibtools": lambda: OrdinalInstance(str(path))}


def _abcvoting(path: Path) -> dict[str, Work]:
    if not find_spec("abcvoting"):
        return {}
    from abcvoting import fileio

    return {"abcvoting": lambda: fileio.read_preflib_file(str(path))}


def _pabutools(path: Path) -> dict[str, Work]:
    if not find_spec("pabutools"):
        return {}
    from pabutools.election import parse_pabulib

    return {"pabutools": lambda: parse_pabulib(str(path))}


def _votekit(path: Path) -> dict[str, Work]:
    if not find_spec("votekit") or path.name != "council.csv":
        return {}
    from votekit.cvr_loaders import load_scottish

    return {"VoteKit": lambda: load_scottish(str(path))}
