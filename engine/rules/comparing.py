"""What if it were counted otherwise: every rule that can count an election, side by side.

>>> votes = Election.read("4: garden > library > pool\\n3: pool > library > garden\\n2: library > pool > garden")
>>> for winners, answers in compare(votes).by_winners().items():
...     print(winners, [answer.rule for answer in answers][:4])
('library',) ['anti_plurality', 'baldwin', 'black', 'borda']
('pool',) ['contingent', 'instant_runoff', 'stv', 'stv_minneapolis']
('garden',) ['plurality', 'sntv']
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine import rules
from engine.elections.election import Array, Election
from engine.refusals import Refusal
from engine.rules import Rule


@dataclass(frozen=True)
class Answer:
    """What one rule says. `swing`: changing so many ballots is enough for another winner (None where that was not looked for)."""

    rule: str
    winners: tuple[str, ...]
    swing: int | None = None


@dataclass(frozen=True)
class Comparison:
    """The answers of all rules that can count the ballots, and why the others cannot."""

    answers: tuple[Answer, ...]
    refused: dict[str, str]

    def by_winners(self) -> dict[tuple[str, ...], list[Answer]]:
        """The answers that agree, together; what most rules say first."""
        found: dict[tuple[str, ...], list[Answer]] = {}
        for answer in self.answers:
            found.setdefault(answer.winners, []).append(answer)
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))

    def lines(self) -> list[str]:
        """One line for each outcome, with the rules that give it and how many ballots would turn each."""
        lines = []
        for winners, answers in self.by_winners().items():
            names = " and ".join(winners) or "nobody"
            by = ", ".join(answer.rule + (f" (turned by {answer.swing})" if answer.swing is not None else "") for answer in answers)
            lines.append(f"{names} {'win' if len(winners) > 1 else 'wins'} by {by}")
        return lines


def compare(election: Election, swings: bool = False) -> Comparison:
    """Count an election by every rule that takes its ballots, parameters as they are unless said.

    With `swings` also how many ballots would have to change: each in the way that helps one rival most, so that no rule needs
    more, and some perhaps fewer.
    """
    merged = election.merged()
    answers, refused = [], {}
    for name in rules.names("voting"):
        rule = rules.rule("voting", name)
        try:
            winners = rules.count(rule, merged, {}).winners
            found = _swing(rule, merged, winners) if swings and rule.elects == "one" else None
        except Refusal as refusal:
            refused[name] = str(refusal)
            continue
        answers.append(Answer(name, winners, found))
    return Comparison(tuple(answers), refused)


def _swing(rule: Rule, election: Election, winners: tuple[str, ...]) -> int | None:
    """The fewest ballots found that, changed for one rival's sake, make somebody else win, or win as well."""
    best: int | None = None
    for rival in range(len(election.options)):
        if election.options[rival] in winners:
            continue
        low, high = 0, election.total if best is None else best - 1
        if not _turns(rule, election, rival, high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if _turns(rule, election, rival, middle) else (middle, high)
        best = high
    return best


def _turns(rule: Rule, election: Election, rival: int, count: int) -> bool:
    """Whether the rival wins once `count` ballots say only what helps it most."""
    if count <= 0:
        return False
    order = np.argsort(_liking(election, rival), kind="stable")
    weights = election.weights[order]
    turned = np.clip(count - (np.cumsum(weights) - weights), 0, weights)
    kept = weights - turned
    ballot = np.zeros((1, len(election.options)), election.table.dtype)
    if election.kind == "ranked":
        ballot[:] = 1
        ballot[0, rival] = 0
    else:
        ballot[0, rival] = max(int(election.table.max()), 1)
    rows = np.vstack([election.table[order][kept > 0], ballot])
    changed = election.changed(table=rows, weights=np.append(kept[kept > 0], int(turned.sum())))
    return election.options[rival] in rules.count(rule, changed, {}).winners


def _liking(election: Election, rival: int) -> Array:
    """How much each ballot does for the rival already: those that do least come first."""
    column = election.table[:, rival].astype(np.int64)
    return -column if election.kind == "ranked" else column
