"""The single transferable vote as Scotland elects its councils.

The quota is the least whole number above votes / (seats + 1). Surpluses are transferred one at a time, the largest
first, at a transfer value truncated to five decimals; then whoever has the fewest votes is eliminated. Of equals, the
latest stage at which they differed decides, otherwise the order of listing, and that tie is reported. Source: the
Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45 to 52.

>>> tally("stv_scotland", Election.read("4: castor > pollux\\n2: helen"), seats=2).winners
('castor', 'helen')
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._count import Count, Law, outcome
from engine.values import Positive

LAW = Law(
    # 48(3): "A divided by B", A being "the surplus of the transferring candidate" times "the value of the ballot paper when received"
    # and B "the total number of votes credited to that candidate, the calculation being made to five decimal places (any remainder
    # being ignored)": one division, and nothing is cut before it
    decimals=5,
    cut_twice=False,
    cut_product=False,
    # 46(2): "The result of the division under paragraph (1) (ignoring any decimal places), increased by one"; 47(1): whoever "equals
    # or exceeds the quota" is "deemed to be elected", at any stage
    whole_quota=True,
    deferred=False,
    # 48(1): only where "the number of votes credited to any candidate exceeds the quota"
    none_moves=False,
    # 50(1): "the candidate with the then lowest number of votes", one by one
    batch=False,
    # 49(2) and 51(2)(a): "the most recent preceding stage at which they had unequal numbers of votes"; 49(3) and 51(2)(b): "by lot"
    look_back=True,
    # 52(2): "no further transfer shall be made". Electronic counts move the papers of the last to be excluded all the same, which SSI
    # 2021/437, article 2(4), has since allowed ("no further transfer is required"), and which changes nobody's election
    last_moves=True,
)


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last stage",
    work=work.transferred,
    promises={"anonymity", "neutrality"},
)
def stv_scotland(election: Election, *, seats: Positive = ONE) -> Outcome:
    return outcome(Count(election, seats, LAW).run())
