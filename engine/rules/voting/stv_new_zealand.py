"""The single transferable vote as New Zealand elects its councils: Meek's method with nine decimals.

Keep values and what they leave are rounded up; the quota is truncated to nine decimals, plus 0.000000001. Whoever stays
below the next even with all surpluses is eliminated at once; otherwise surpluses are transferred until they total less
than 0.0001. Of equals, whoever was behind at the first stage at which they differed is eliminated; where that does not
decide, the regulations draw a pseudo-random number: here whoever is listed last is eliminated, and that tie is
reported, so that a charter can have it drawn. Source: Local Electoral Regulations 2001 (SR 2001/145), schedule 1A.

>>> tally("stv_new_zealand", Election.read("4: castor > pollux\\n2: helen"), seats=2).winners
('castor', 'helen')
"""

from __future__ import annotations

from fractions import Fraction

from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._keeping import Count, Law, outcome
from engine.values import Positive

LAW = Law(decimals=9, still=Fraction(1, 10**4), hopeless=True, first=True)


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last stage",
    promises={"anonymity", "neutrality", "solid_coalitions"},
)
def stv_new_zealand(election: Election, *, seats: Positive = ONE) -> Outcome:
    return outcome(Count(election, seats, LAW).run())
