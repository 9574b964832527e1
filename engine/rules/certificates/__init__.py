"""Checking an outcome by its certificate, with simpler code than the one that counted it.

For these rules, `Outcome.facts` suffice to see that the winners are right: scores, where they decide; the pairwise
comparisons, with the strengths of paths or the defeats that were locked in; which options were left in each round, with
how many votes; what was bought at which price. Its rounds and figures are held against the ballots, too. The checks read ballots one by
one, in plain whole numbers and fractions, and share no code with the rules.

What is not shown: where several are elected, which of equals was taken first, seat by seat or purchase by purchase, and whether
`Outcome.ties` names all of them and only them; for
`ranked_pairs` with equal defeats, that no other order of locking lets another option win (and of winners of whom it was
not settled whether one does: `Outcome.note` names them); for `equal_shares` with money added, that a smaller addition was
not already too much. That no ranking (`kemeny`), committee or set of options (`pav`,
`knapsack`) is better takes as long to verify as to find; and the transfers of a single transferable vote can only be
counted again.

>>> from dataclasses import replace
>>> from engine.rules import tally
>>> votes = Election.read("4: garden > library\\n3: library > pool\\n2: pool > library")
>>> outcome = tally("instant_runoff", votes)
>>> check(votes, outcome, {})
>>> check(votes, replace(outcome, winners=("pool",)), {})
Traceback (most recent call last):
engine.refusals.Refusal: proof_wrong: the certificate of instant_runoff@1 does not show that pool wins; count again
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.elections.election import Election
from engine.elections.figures import Figures
from engine.elections.outcome import Outcome
from engine.refusals import refuse
from engine.rules import counting_rule
from engine.rules.certificates import _pairwise, _rounds, _seats, _shares, _totals
from engine.rules.certificates._claim import Claim


def check(election: Election, outcome: Outcome, parameters: Mapping[str, Any]) -> None:
    """Refuse (`proof_wrong`) an outcome whose facts do not show that its winners win, with these scores, rounds and figures; the
    rule must be one of `CHECKED`. Its `ties` are examined only if one is elected.
    """
    if outcome.rule not in CHECKED:
        raise refuse(
            "rule_unknown", "a certificate of {rule}", "cannot be checked here", "known: {known}",
            rule=outcome.rule, known=", ".join(CHECKED),
        )  # fmt: skip
    rule = counting_rule(outcome.rule)
    tied = (outcome.winners,) if len(outcome.winners) > 1 else ()
    try:
        claim = Claim.of(election.as_kind(rule.ballots), outcome, parameters)
        shown = (
            CHECKED[outcome.rule](claim)
            and FIGURES.get(outcome.rule, _without_figures)(claim)
            and (rule.elects != "one" or outcome.ties == tied)
            and (rule.rounds or not claim.rounds)
        )
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError):  # facts that are not of the shape the rule gives them
        shown = False
    if not shown:
        named = " and ".join(outcome.winners) or "nobody"
        wins = "win" if len(outcome.winners) > 1 else "wins"
        raise refuse(
            "proof_wrong", "the certificate of {rule}", "does not show that {named} {wins}", "count again",
            rule=outcome.rule, named=named, wins=wins,
        )  # fmt: skip


def vouched(version: str) -> str:
    """What a certificate vouches for, of a rule of that version; empty where its figures can only be counted again.

    >>> vouched("schulze@1"), vouched("kemeny@1")
    ('its winners, scores, rounds and figures', '')
    >>> vouched("seq_pav@1")
    'its winners, scores, rounds and figures, but neither for its ties nor for which of equals was taken'
    """
    if version not in CHECKED:
        return ""
    taken_in_turn = counting_rule(version).elects != "one"
    but = ", but neither for its ties nor for which of equals was taken" if taken_in_turn else ""
    but = ", but not for whether another order of equal defeats elects another" if version == "ranked_pairs@1" else but
    return "its winners, scores, rounds and figures" + but


def _without_figures(claim: Claim) -> bool:
    """That a rule which has none for a picture publishes none."""
    return claim.figures == Figures()


CHECKED: dict[str, Callable[[Claim], bool]] = {
    "plurality@1": _totals.given,
    "approval@1": _totals.given,
    "score@1": _totals.given,
    "cumulative@1": _totals.given,
    "borda@1": _totals.borda,
    "greedy@1": _totals.greedy,
    "copeland@1": _pairwise.copeland,
    "minimax@1": _pairwise.minimax,
    "smith_set@1": _pairwise.smith_set,
    "split_cycle@1": _pairwise.split_cycle,
    "schulze@1": _pairwise.schulze,
    "ranked_pairs@1": _pairwise.ranked_pairs,
    "instant_runoff@1": _rounds.runoff,
    "seq_pav@1": _seats.seq_pav,
    "seq_phragmen@1": _seats.seq_phragmen,
    "budget_phragmen@1": _seats.budget_phragmen,
    "committee_equal_shares@1": _shares.committee,
    "equal_shares@1": _shares.budget,
    "wieliczka@2023": _shares.wieliczka,
    "swiecie@2023": _shares.swiecie,
}
"""The rules whose certificates are checked here, and how."""
FIGURES: dict[str, Callable[[Claim], bool]] = {
    "instant_runoff@1": _rounds.stages,
    **dict.fromkeys(("copeland@1", "minimax@1", "smith_set@1", "split_cycle@1", "schulze@1", "ranked_pairs@1"), _pairwise.duels),
    **dict.fromkeys(("equal_shares@1", "wieliczka@2023", "swiecie@2023"), lambda claim: True),
}
"""Those of them that have figures for a picture, and how these are checked after the rest; those of equal shares with it, purse by purse."""
