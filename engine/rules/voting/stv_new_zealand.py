"""The single transferable vote as New Zealand elects its councils: Meek's method with nine decimals.

Keep values and what they take are rounded up; the quota is truncated to nine decimals, plus 0.000000001. Whoever stays
below the next even with all surpluses is eliminated at once; otherwise surpluses are transferred until they total less
than 0.0001. Of equals, whoever was behind when votes were first counted so that they differed is eliminated; where that
does not decide, the regulations draw a pseudo-random number: here whoever is listed last is eliminated, and that tie is
reported, so that a charter can have it drawn. In two things this counts as official counts do rather than by the letter,
which changes the last decimal and the order of steps: what a keep value leaves of a paper is rounded down, and whoever
cannot catch up may be eliminated at the first step. Source: Local Electoral Regulations 2001 (SR 2001/145), schedule 1A.

>>> tally("stv_new_zealand", Election.read("4: castor > pollux\\n2: helen"), seats=2).winners
('castor', 'helen')
"""

from __future__ import annotations

from fractions import Fraction

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._keeping import Count, Law, outcome
from engine.values import Positive

LAW = Law(
    # 5: "q = (v − vnt) ÷ (n + 1) + 0.000 000 001 … and q is truncated to 9 decimal digits after the point with no rounding"; 6: whoever
    # has votes that "equal or exceed the quota" is successful; 17: "kc = q × kc ÷ vc", the product "truncated to 9 digits after the point
    # and rounded up if not exact before being divided", and the quotient likewise. 10: "the product of each multiplication on the
    # right hand side of the equation must be calculated to 9 decimal digits after the point and rounded up if not exact": published
    # counts round up what a candidate takes, and what is left for the next one down (Dunedin, Cargill ward, 2004: 0.018467626, not …27)
    decimals=9,
    # 13: "Exclude the hopeful candidate with the least votes if the sum of his or her votes and the total surplus is less than the votes
    # of any other hopeful candidate or if the total surplus is less than 0.0001"
    hopeless=True,
    still=Fraction(1, 10**4),
    # 40: "determine which tied candidate, or candidates, did not have more votes than another tied candidate at the earliest step at
    # which the candidates had different numbers of votes": every count of the votes is a step. 19: otherwise "the lowest PRN"
    first=True,
)


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last stage",
    work=work.kept,
    gives_up=work.too_many_repetitions,
    promises={"anonymity", "neutrality", "solid_coalitions"},
)
def stv_new_zealand(election: Election, *, seats: Positive = ONE) -> Outcome:
    return outcome(Count(election, seats, LAW).run())
