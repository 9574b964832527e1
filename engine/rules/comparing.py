"""What if another rule had counted: every rule that can count an election, side by side.

>>> votes = Election.read("4: garden > library > pool\\n3: pool > library > garden\\n2: library > pool > garden")
>>> for winners, answers in compare(votes).by_winners().items():
...     print(winners, [answer.rule for answer in answers][:4])
('library',) ['anti_plurality', 'baldwin', 'black', 'borda']
('pool',) ['contingent', 'instant_runoff', 'ranked_choice', 'rctab']
('garden',) ['party_list', 'plurality', 'sntv']
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from engine import rules
from engine.elections.election import Array, Election
from engine.elections.outcome import Outcome
from engine.refusals import Refusal
from engine.rules import Parameters, Rule
from engine.values import typed


@dataclass(frozen=True)
class Answer:
    """What one rule says, with default parameters unless others are named.

    `tied`: several options tie for what one can have. `ties`: how often the order of listing decided between equals.
    `sought`: whether a swing was looked for; `swing`: if so many ballots change, another option wins alone; fewer may
    be enough. None if no such number turned up.
    """

    rule: str
    terms: Parameters
    winners: tuple[str, ...]
    tied: bool
    ties: int
    sought: bool = False
    swing: int | None = None

    def __str__(self) -> str:
        said = [f"{name}: {typed(value)}" for name, value in self.terms.items()]
        if self.ties and not self.tied:
            said.append("equals in the order of listing")
        if self.swing is not None:
            said.append(f"turned by at most {self.swing:,} ballot{'' if self.swing == 1 else 's'}")
        elif self.sought:
            said.append("no swing found")
        return self.rule + (f" ({'; '.join(said)})" if said else "")


@dataclass(frozen=True)
class Comparison:
    """The answers of all rules that can count the ballots, and why the others cannot."""

    answers: tuple[Answer, ...]
    refused: dict[str, Refusal]

    def by_winners(self) -> dict[tuple[str, ...], list[Answer]]:
        """The answers that agree, grouped; what most rules say comes first."""
        groups: dict[tuple[str, ...], list[Answer]] = {}
        for answer in self.answers:
            groups.setdefault(answer.winners, []).append(answer)
        return dict(sorted(groups.items(), key=lambda item: -len(item[1])))

    def by_verdict(self) -> dict[str, list[Answer]]:
        """The answers grouped by what they amount to in words: one wins, several win, several tie."""
        groups: dict[str, list[Answer]] = {}
        for winners, answers in self.by_winners().items():
            names = ", ".join(winners[:-1]) + " and " * (len(winners) > 1) + winners[-1] if winners else "nobody"
            for answer in answers:
                verb = "tie" if answer.tied else "win" if len(winners) > 1 else "wins"
                groups.setdefault(f"{names} {verb}", []).append(answer)
        return groups

    def lines(self) -> list[str]:
        """One line for each outcome, with the rules that give it and how many ballots would turn each; and who did not count."""
        lines = [f"{verdict} by {', '.join(map(str, answers))}" for verdict, answers in self.by_verdict().items()]
        why: dict[str, list[str]] = {}
        for name, refusal in self.refused.items():
            why.setdefault(f"{refusal.thing} {refusal.fact}", []).append(name)
        return [*lines, *(f"not counted by {', '.join(names)}: {fact}" for fact, names in why.items())]


def compare(election: Election, swings: bool = False, progress: Callable[[int, int], None] | None = None) -> Comparison:
    """Count an election by every rule that takes its ballots, with default parameters; the rule that came with the
    ballots is used with the parameters that came with them.

    With `swings`, also how many ballots would have to change for another option to win alone: each is changed in the
    way that helps one rival most, in the better of two orders, so that the number given is enough, and fewer may be.
    """
    merged = election.merged()
    answers, refused = list[Answer](), dict[str, Refusal]()
    names = rules.names("voting")
    for done, name in enumerate(names):
        if progress is not None:
            progress(done, len(names))
        rule = rules.rule("voting", name)
        if rule.roles or rule.takes_seed:
            continue  # it asks whether, not which; or leaves it to chance
        given: Parameters = election.rule[1] if election.rule and election.rule[0] == name else {}
        try:
            outcome = rules.count(rule, merged, given)
        except Refusal as refusal:
            refused[name] = refusal
            continue
        one, swing = rule.elects == "one", None
        if swings and one:
            with suppress(Refusal):  # a changed election may be one that the rule cannot count
                swing = _swing(rule, given, merged, outcome)
        tied = one and len(outcome.winners) > 1
        answers.append(Answer(name, rules.terms(rule, merged, given), outcome.winners, tied, len(outcome.ties), swings and one, swing))
    return Comparison(tuple(answers), refused)


def _swing(rule: Rule, given: Parameters, election: Election, outcome: Outcome) -> int | None:
    """The fewest ballots seen to make a rival win alone if they change for its sake; the rivals that came closest are
    tried first, which saves counts."""
    best: int | None = None
    winners, scores = outcome.winners, list(outcome.scores.values())
    for rival in sorted(range(len(election.options)), key=lambda place: -scores[place]):
        if winners == (election.options[rival],):
            continue
        for order in _orders(election, rival, winners):
            low, high = 0, election.total if best is None else best - 1
            if high < 1 or not _turns(rule, given, election, rival, winners, order, high):
                continue
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if _turns(rule, given, election, rival, winners, order, middle) else (middle, high)
            best = high
    return best


def _turns(rule: Rule, given: Parameters, election: Election, rival: int, winners: tuple[str, ...], order: Array, count: int) -> bool:
    """Whether the rival wins alone once the first `count` ballots in `order` put it first and those who won last."""
    weights = election.weights[order]
    turned = np.clip(count - (np.cumsum(weights) - weights), 0, weights)
    kept = weights - turned
    won = [place for place, name in enumerate(election.options) if name in winners and place != rival]
    ballot = np.zeros((1, len(election.options)), election.table.dtype)
    if election.kind == "ranked":
        others = [place for place in range(len(election.options)) if place != rival and place not in won]
        ballot[0, [rival, *others, *won]] = np.arange(len(election.options))
    else:
        ballot[0, rival] = max(int(election.table.max()), 1)
    rows = np.vstack([election.table[order][kept > 0], ballot])
    changed = election.changed(table=rows, weights=np.append(kept[kept > 0], int(turned.sum())))
    return rules.count(rule, changed, given).winners == (election.options[rival],)


def _orders(election: Election, rival: int, winners: tuple[str, ...]) -> list[Array]:
    """Two orders of changing ballots: first those that do most for the winner, or first those that do least for the rival."""
    likes = election.table.astype(np.int64) if election.kind != "ranked" else len(election.options) - election.table.astype(np.int64)
    for_winners = likes[:, [name in winners for name in election.options]].max(axis=1)
    return [np.lexsort((likes[:, rival], -for_winners)), np.argsort(likes[:, rival], kind="stable")]
