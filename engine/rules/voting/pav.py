"""The committee with the highest score, a ballot giving 1 for the first member it approves, 1/2 for the second, 1/3 for the third …

Proportional approval voting: every group that is large enough and agrees gets its share (EJR). Exact: committees are
examined one by one, except those that provably cannot be better; refused if that takes too long (`seq_pav` is the quick
rule built on the same idea). Of equally good committees, the first in the order of the options is elected, and the
options in which they differ are reported as tied. Source: Thiele 1895; Aziz et al. 2017 (arXiv 1407.8269).

>>> tally("pav", Election.read("6: a, b, c\\n3: d, e"), seats=3).winners
('a', 'b', 'd')
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.optimal import best_committees, outcome_of
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.values import Positive


@voting_rule(
    ballot="approval",
    elects="several",
    scores="votes",
    work=work.committees,
    gives_up=work.too_many_committees,
    promises={"anonymity", "neutrality", "proportional", "extended_justified"},
)
def pav(election: Election, *, seats: Positive = ONE) -> Outcome:
    return outcome_of(election, best_committees(election, seats, lambda j: (1, j)))
