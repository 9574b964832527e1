"""The committee that serves most, a ballot getting 1 for its first member, 1/2 for its second, 1/3 for its third …

Proportional approval voting: every group that is large enough and agrees gets its part (EJR). Exact: committees are looked at
one by one, those left out that provably cannot be better; refused where that takes too long (`seq_pav` is the quick rule of the same
idea). Of equally good committees the first by the options' order is elected, and what they differ in is reported as tied.
Source: Thiele 1895; Aziz et al. 2017 (arXiv 1407.8269).

>>> tally("pav", Election.read("6: a, b, c\\n3: d, e"), seats=3).winners
('a', 'b', 'd')
"""

from __future__ import annotations

from engine.elections.election import Election
from engine.elections.optimal import best_committees, outcome_of
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.values import Positive


@voting_rule(
    ballot="approval", elects="several", scores="votes", promises={"anonymity", "neutrality", "proportional", "extended_justified"}
)
def pav(election: Election, *, seats: Positive = ONE) -> Outcome:
    return outcome_of(election, best_committees(election, seats, lambda j: (1, j)))
