"""The single transferable vote as New Zealand elects its councils: Meek's method with nine decimals.

Keep values and what they leave are rounded up; the quota is cut off behind nine decimals, and 0.000000001 more. Whoever
stays below the next even with all surpluses drops out at once; otherwise surpluses are moved until they are below 0.0001
together. Among equals, whoever was behind at the first stage where they differed drops out; where that does not decide,
the regulations draw a pseudo-random number: here who is listed last drops out, and that tie is reported, so that a charter can have it
drawn. Source: Local Electoral Regulations 2001 (SR 2001/145), schedule 1A.

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
