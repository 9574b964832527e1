"""What if another rule had counted: every rule that can count an election, side by side.

>>> votes = Election.read("4: garden > library > pool\\n3: pool > library > garden\\n2: library > pool > garden")
>>> for winners, answers in compare(votes).by_winners().items():
...     print(winners, [answer.rule for answer in answers][:4])
('library',) ['anti_plurality', 'baldwin', 'black', 'borda']
('pool',) ['contingent', 'instant_runoff', 'ranked_choice', 'rctab']
('garden',) ['party_list', 'plurality', 'sntv']
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from engine import rules
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.elections.work import Shape
from engine.refusals import Refusal, refuse
from engine.rules import Parameters, Rule
from engine.rules.grid import Grid
from engine.rules.swings import Allowance, Swing, swing
from engine.values import typed

Unit = Literal["ballots", "power"]
"""What the weights of an election count: ballots that say the same, or the power behind them."""


@dataclass(frozen=True)
class Answer:
    """What one rule says, with default parameters unless others are named.

    `tied`: several options tie for what one can have. `ties`: how often the order of listing decided between equals.
    `sought`: whether a swing was looked for; `swing`: if so many ballots change, or ballots with so much power
    (`swing_in`), the `rival` wins alone instead; fewer may be enough. None if no such number turned up.
    """

    rule: str
    terms: Parameters
    winners: tuple[str, ...]
    tied: bool
    ties: int
    sought: bool = False
    swing: int | None = None
    rival: str | None = None
    swing_in: Unit = "ballots"

    def __str__(self) -> str:
        said = [f"{name}: {typed(value)}" for name, value in self.terms.items()]
        if self.ties and not self.tied:
            said.append("equals in the order of listing")
        if self.swing is not None:
            ballots = "at most {swing} {swing:ballot|ballots}" if self.swing_in == "ballots" else "ballots with a power of at most {swing}"
            said.append(str(Step("turned to {rival} by " + ballots, rival=self.rival or "", swing=self.swing)))
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

    def grid(self) -> Grid:
        """Which rules elect whom, those that elect the same together."""
        return Grid.of((answer.rule, answer.winners, answer.tied) for answer in self.answers)

    def as_json(self) -> dict[str, Any]:
        """The grid, the answer of every rule, and why others gave none."""
        return {
            "grid": self.grid().as_json(),
            "answers": [
                {
                    "rule": one.rule,
                    "parameters": one.terms,
                    "winners": list(one.winners),
                    "tied": one.tied,
                    "ties": one.ties,
                    "sought": one.sought,
                    "swing": one.swing,
                    "swing_in": one.swing_in,
                    "rival": one.rival,
                }
                for one in self.answers
            ],
            "refused": {name: str(refusal) for name, refusal in self.refused.items()},
        }

    def reasons(self) -> dict[str, list[str]]:
        """Why rules did not count, and which, those with the same reason together."""
        reasons: dict[str, list[str]] = {}
        for name, refusal in self.refused.items():
            reasons.setdefault(f"{refusal.thing} {refusal.fact}", []).append(name)
        return reasons

    def lines(self) -> list[str]:
        """One line for each outcome, with the rules that give it and how many ballots would turn each; and who did not count."""
        lines = [f"{verdict} by {', '.join(map(str, answers))}" for verdict, answers in self.by_verdict().items()]
        return [*lines, *(f"not counted by {', '.join(names)}: {fact}" for fact, names in self.reasons().items())]


def compare(
    election: Election,
    swings: bool = False,
    progress: Callable[[int, int], None] | None = None,
    work_max: int | None = None,
    elects: Collection[str] = ("one", "several", "budget"),
    weights: Unit = "ballots",
) -> Comparison:
    """Count an election by every rule that takes its ballots, with default parameters; the rule that came with the
    ballots is used with the parameters that came with them.

    With `swings`, also how many ballots would have to change for another option to win alone, and which: see
    `engine.rules.swings`. With `work_max`, nothing is counted that might go beyond so much work (`Rule.work`): the rule that came with
    the ballots comes first, then all others, those that take least work before the rest; a rule that does not fit in is among the refused.
    Rules that elect otherwise than `elects` says are not asked. A swing counts what the `weights` of the ballots do.
    """
    merged, allowance = election.merged(), Allowance(work_max)
    counted, refused = dict[str, Outcome](), dict[str, Refusal]()
    own = election.rule[0] if election.rule else ""
    every = map(partial(rules.rule, "voting"), rules.names("voting"))
    names = [rule.name for rule in every if rule.elects in elects and not _asks_otherwise(rule)]
    shape = Shape(merged.rows, len(merged.options), merged.seats or 1, merged.points_max)
    for done, name in enumerate(sorted(names, key=lambda name: (name != own, rules.rule("voting", name).work(shape)))):
        if progress is not None:
            progress(done, len(names))
        rule = rules.rule("voting", name)
        try:
            outcome = (Allowance() if name == own else allowance).count(rule, merged, _given(election, name))
        except Refusal as refusal:
            refused[name] = refusal.with_traceback(None)  # which holds the election and all outcomes
            continue
        if outcome is None:
            refused[name] = _too_much(merged)
        else:
            counted[name] = outcome
    turned = {name: _swing_of(name, merged, counted[name], allowance) for name in counted} if swings else {}
    answers = (_answer(name, merged, counted[name], weights, *turned.get(name, (False, None))) for name in names if name in counted)
    return Comparison(tuple(answers), {name: refused[name] for name in names if name in refused})


def _asks_otherwise(rule: Rule) -> bool:
    """Whether a rule asks whether, not which; or leaves it to chance."""
    return bool(rule.roles) or rule.takes_seed


def _given(election: Election, name: str) -> Parameters:
    return election.rule[1] if election.rule and election.rule[0] == name else {}


def _swing_of(name: str, election: Election, outcome: Outcome, allowance: Allowance) -> tuple[bool, Swing | None]:
    """Whether a swing was looked for, and the smallest that turned up."""
    rule = rules.rule("voting", name)
    nearest: Swing | None = None
    if rule.elects != "one":
        return False, None
    with suppress(Refusal):  # a changed election may be one that the rule cannot count
        nearest = swing(rule, _given(election, name), election, outcome, allowance)
    # a search cut short has not shown that there is none
    return nearest is not None or allowance.has(rule, election, _given(election, name)), nearest


def _answer(name: str, election: Election, outcome: Outcome, weights: Unit, sought: bool, nearest: Swing | None) -> Answer:
    rule = rules.rule("voting", name)
    tied = rule.elects == "one" and len(outcome.winners) > 1
    terms = rules.terms(rule, election, _given(election, name))
    return Answer(
        name, terms, outcome.winners, tied, len(outcome.ties), sought, nearest and nearest.ballots, nearest and nearest.rival, weights
    )


def _too_much(election: Election) -> Refusal:
    return refuse(
        "too_large", "the election", "has {rows:,} different ballots for {options} options, which takes too long by so many rules",
        "count it by one rule: folkmoot tally", rows=election.rows, options=len(election.options),
    )  # fmt: skip
