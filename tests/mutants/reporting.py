"""What came of it: how many were killed, by folder and by operator, and every survivor with its line before and after."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutants.running import Verdict

Name = tuple[str, str, str]
"""File, operator and the line as it reads, without its indent: what stays when other lines move."""


@dataclass
class Accepted:
    """Survivors that change nothing anybody could see, each with the reason.

    >>> text = '''
    ... # a comment
    ... engine/polls.py boundary
    ...     if left < 0:
    ...     nothing is ever left at exactly zero
    ... '''
    >>> Accepted.read(text).reasons
    {('engine/polls.py', 'boundary', 'if left < 0:'): 'nothing is ever left at exactly zero'}
    """

    reasons: dict[Name, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Accepted:
        accepted = cls()
        text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        for block in filter(None, (block.strip() for block in text.split("\n\n"))):
            head, *lines = (line.strip() for line in block.splitlines())
            if len(head.split()) != 2 or len(lines) < 2:
                raise SystemExit(f"survivors.txt: {head!r} needs a file and an operator, then the line as it reads, then a reason")
            file, operator = head.split()
            accepted.reasons[file, operator, lines[0]] = " ".join(lines[1:])
        return accepted

    def reason(self, verdict: Verdict) -> str:
        return self.reasons.get(name_of(verdict), "")

    def stale(self, verdicts: list[Verdict], sources: dict[str, str]) -> list[str]:
        """What need not be accepted: its line is gone, or every mutant of it was killed."""
        lines = {file: {line.strip() for line in text.split("\n")} for file, text in sources.items()}
        outcomes: dict[Name, set[bool]] = defaultdict(set)
        for verdict in verdicts:
            outcomes[name_of(verdict)].add(verdict.verdict == "survived")
        gone = [name for name in self.reasons if name[0] in lines and name[2] not in lines[name[0]]]
        killed = [name for name in self.reasons if outcomes[name] == {False}]
        return [f"{name[0]} {name[1]}: {name[2]} ({'the line is gone' if name in gone else 'it is killed'})" for name in gone + killed]


def name_of(verdict: Verdict) -> Name:
    return verdict.mutant.file, verdict.mutant.operator, verdict.mutant.before


def report(verdicts: list[Verdict], accepted: Accepted, sources: dict[str, str]) -> tuple[str, float]:
    """The report, and the share killed of all that are not accepted."""
    survivors = [verdict for verdict in verdicts if verdict.verdict == "survived"]
    listed = sorted(
        (verdict for verdict in survivors if not accepted.reason(verdict)), key=lambda each: (each.mutant.file, each.mutant.start)
    )
    counted = len(verdicts) - len(survivors) + len(listed)
    share = 1 - len(listed) / counted if counted else 1.0
    parts = [
        _table("folder", verdicts, lambda verdict: str(Path(verdict.mutant.file).parent)),
        _table("operator", verdicts, lambda verdict: verdict.mutant.operator),
        _table("group", verdicts, lambda verdict: verdict.mutant.group or "sample"),
        *(f"{verdict.mutant.id}  {verdict.by}\n  - {verdict.mutant.before}\n  + {verdict.mutant.after}" for verdict in listed),
        *(f"need not be accepted: {line}" for line in accepted.stale(verdicts, sources)),
        f"{counted - len(listed)} of {counted} killed: {share:.1%} ({len(survivors) - len(listed)} survivors are accepted)",
    ]
    return "\n\n".join(parts), share


def _table(title: str, verdicts: list[Verdict], column: Callable[[Verdict], str]) -> str:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        counts[column(verdict)][verdict.verdict] += 1
    width = max(map(len, [title, *counts]))
    kinds = ("killed", "timeout", "survived")
    rows = [f"{name:{width}}" + "".join(f"{count[kind]:10}" for kind in kinds) for name, count in sorted(counts.items())]
    return "\n".join([f"{title:{width}}" + "".join(f"{kind:>10}" for kind in kinds), *rows])
