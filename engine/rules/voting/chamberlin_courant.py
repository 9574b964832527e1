"""The committee that leaves the fewest voters without a member they approve of.

Chamberlin and Courant's rule for approval ballots: a ballot counts once if it approves any member. Represents as many
voters as possible, but not in proportion. Exact, like `pav`, and refused if that takes too long. Of equally good
committees, the first in the order of the options is elected, and the options in which they differ are reported as tied.
Source: Chamberlin & Courant 1983.

>>> tally("chamberlin_courant", Election.read("6: a, b\\n3: d\\n1: e"), seats=2).winners
('a', 'd')
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
    promises={"anonymity", "neutrality"},
)
def chamberlin_courant(election: Election, *, seats: Positive = ONE) -> Outcome:
    return outcome_of(election, best_committees(election, seats, lambda j: (1, 1) if j == 1 else (0, 1)))
