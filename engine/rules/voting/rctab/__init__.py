"""One or several are elected as RCTab counts them, the tabulator of ranked-choice contests in the United States.

In each round, those who reach the threshold are elected; where nobody does, undeclared write-ins drop out, otherwise whoever has the
fewest votes. One seat (and each pass of `multi_pass`) takes more than half of the ballots left in the round, and with
`batch` all that cannot catch up drop out together. Several seats take the threshold of the first round: `quota` `droop` is votes
/ (seats + 1) cut off and one last place more, `hare` is votes / seats rounded up, in whole votes (`whole`) or to `decimals`
places. `winners`: `several_a_round` and `one_a_round` transfer surpluses, the surplus divided by the option's votes, cut off, times
what a ballot was worth, cut off again, and show them in one more round; `bottoms_up` only eliminates; `multi_pass` elects
one by majority, then counts again without her. `ties`: `order` keeps whoever is listed first; `random` draws with Java's generator
from `tie_seed`, and `previous_random` only where no earlier round tells the tied apart; `ask` and `previous_ask` stand for contests
in which RCTab stops and asks: the order of listing answers, and that is noted. A draw depends on the names and on whoever
chose the seed. What does not apply is refused by name, as RCTab refuses it. Source: Bright Spots, RCTab 2.0 and its Configuration File Parameters, 2023.

>>> outcome = tally("rctab", Election.read("5: castor > pollux\\n3: helen\\n1: pollux > helen"), seats=2)
>>> outcome.winners
('castor', 'helen')
>>> print("\\n".join(outcome.steps))
9 votes for 2 seats
round 1: castor 5, helen 3, pollux 1; 4 votes elect: castor elected
round 2: castor 4, helen 3, pollux 2; 4 votes elect: pollux drops out
round 3: castor 4, helen 4, exhausted 1; 4 votes elect: helen elected
round 4: castor 4, helen 4, exhausted 1; 4 votes elect: the last surpluses are transferred
"""

from __future__ import annotations

from typing import Literal

from engine.elections import work
from engine.elections.election import Election
from engine.elections.figures import Action, Figures, Stage, changes
from engine.elections.numbers import Number, write_number
from engine.elections.outcome import Fact, Outcome, Step, Votes, listing
from engine.elections.rctab_settings import DECIMALS_MAX, TRANSFERRED
from engine.refusals import Refusal, refuse
from engine.rules import voting_rule
from engine.rules.voting.rctab._count import Round, Tabulation, Terms
from engine.rules.voting.rctab._ties import Mode, Ties
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._count import Law
from engine.values import Positive


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last round",
    work=work.transferred_in_passes,
    promises={"anonymity"},
    by_names={"ties": ("random", "previous_random")},
)
def rctab(
    election: Election,
    *,
    seats: Positive = ONE,
    winners: Literal["several_a_round", "one_a_round", "bottoms_up", "multi_pass"] = "several_a_round",
    quota: Literal["droop", "hare"] = "droop",
    whole: bool = True,
    decimals: int = 4,
    batch: bool = False,
    ties: Mode = "order",
    tie_seed: int = 0,
) -> Outcome:
    if decimals > DECIMALS_MAX:
        raise refuse(
            "parameter_wrong", "rctab.decimals", "is {decimals}", "give 0 to {decimals_max}", decimals=decimals, decimals_max=DECIMALS_MAX
        )
    _check_terms(seats, winners, quota, batch)
    declared = len(election.options) - (election.write_ins is not None)
    if seats > declared:
        raise refuse(
            "election_wrong", "the election", "has {declared} options that somebody declared, for {seats} seats", "give fewer seats",
            declared=declared, seats=seats,
        )  # fmt: skip
    terms = Terms(winners == "one_a_round", winners == "bottoms_up", quota == "hare", whole, batch)
    passes, elected = list[Tabulation](), list[int]()
    while len(elected) < seats:
        breaking = Ties(election.options, election.write_ins, ties, tie_seed)  # each pass draws from the seed again
        each = 1 if winners == "multi_pass" else seats
        passes.append(Tabulation(election, each, Law(decimals, cut_twice=True), terms=terms, ties_of=breaking, gone=tuple(elected)).run())
        elected += passes[-1].elected
    return _outcome(election, passes, elected, decimals)


def _check_terms(seats: int, winners: str, quota: str, batch: bool) -> None:
    """Refuse, as RCTab does, what does not apply to so many seats filled in such a way, instead of passing it over."""
    if seats == 1 and winners != "several_a_round":
        raise _out_of_place("winners", winners, "leave it out where one is elected: it is by majority")
    if quota == "hare" and (seats == 1 or winners not in TRANSFERRED):
        raise _out_of_place("quota", quota, "leave it out where no surpluses are transferred")
    if batch and seats > 1 and winners != "multi_pass":
        raise _out_of_place("batch", "true", "leave it out where several are elected in one count")


def _out_of_place(parameter: str, value: str, way_out: str) -> Refusal:
    return refuse("parameter_wrong", "rctab.{parameter}", "is {value}, which does not apply", way_out, parameter=parameter, value=value)


def _outcome(election: Election, passes: list[Tabulation], elected: list[int], decimals: int) -> Outcome:
    options, rounds = election.options, [each for counted in passes for each in counted.rounds]
    open_ties = dict.fromkeys(tie for counted in passes for tie in counted.ties_of.open)

    def explain() -> list[Step]:
        steps = [Step("{votes} {votes:vote|votes} for {seats} {seats:seat|seats}", votes=passes[0].valid, seats=len(elected))]
        return steps + [_said(options, number, each, decimals) for number, each in enumerate(rounds, 1)]

    def certify() -> Fact:
        return [[list(each.standing), [write_number(each.votes[place]) for place in each.standing]] for each in rounds]

    asked = any(counted.ties_of.asked for counted in passes)
    return Outcome(
        rule="",
        winners=tuple(options[place] for place in sorted(elected)),
        scores=dict(zip(options, rounds[-1].votes, strict=True)),
        ties=tuple(tuple(options[place] for place in tie) for tie in open_ties),
        explain=explain,
        certify=certify,
        figures=lambda: _figures(options, passes),
        remark=Step("RCTab would stop at a tie and ask; here the order of listing answered") if asked else None,
    )


def _figures(options: tuple[str, ...], passes: list[Tabulation]) -> Figures:
    """Every round of every pass, with what the round before it led to."""
    stages, elected = list[Stage](), list[int]()
    for counted in passes:
        before: dict[str, Number] = {}
        for number, each in enumerate(counted.rounds):
            last = counted.rounds[number - 1] if number else None
            action: Action = "first_preferences" if last is None else "elimination" if last.out else "surplus"
            places = () if last is None else last.out or last.won
            elected += each.won
            now: dict[str, Number] = {options[place]: each.votes[place] for place in each.standing}
            stages.append(
                Stage(
                    action,
                    tuple(options[place] for place in places),
                    now,
                    {} if last is None else changes(before, now),
                    exhausted=each.exhausted,
                    lost=each.lost,
                    elected=tuple(options[place] for place in elected),
                    quota=each.threshold,
                )
            )
            before = now
    return Figures(stages=tuple(stages))


def _said(options: tuple[str, ...], number: int, each: Round, decimals: int) -> Step:
    """A round as a sentence."""
    shown = [Votes(each.votes[place], decimals) for place in each.standing]
    votes = listing([options[place] for place in each.standing], [each.votes[place] for place in each.standing], shown)
    said = Step("round {number}: {votes}", number=number, votes=votes)
    if each.exhausted:
        said = Step("{round}, exhausted {exhausted}", round=said, exhausted=Votes(each.exhausted, decimals))
    if each.lost:
        said = Step("{round}, lost by rounding {lost}", round=said, lost=Votes(each.lost, decimals))
    if each.threshold is None:
        return Step("{round}; {what}", round=said, what=each.what)
    text = "{round}; {threshold} {threshold_is:vote elects|votes elect}: {what}"
    whole = 1 if each.threshold == 1 else 2
    return Step(text, round=said, threshold=Votes(each.threshold, decimals), threshold_is=whole, what=each.what)
