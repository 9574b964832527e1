"""Several are elected: whoever exceeds the quota keeps only the fraction of every vote that it takes to hold the quota.

The single transferable vote by Meek's method: when an option is eliminated, every paper is read anew as if it had never
stood; elected options go on receiving votes; and the quota falls as papers are exhausted. Every step is rounded up to
nine decimals, and surpluses below 0.000001 are ignored; `exact` counts in fractions (slower), where only a keep value
too long to write down is rounded, to sixty decimals. Of equals, whoever had fewer votes at the latest stage at which
they differed is eliminated first, otherwise whoever is listed last, and that tie is reported. Sources: Meek 1969; Hill,
Wichmann & Woodall 1987; the reference rule of the Proportional Representation Foundation.

>>> outcome = tally("stv_meek", Election.read("4: castor > pollux\\n2: helen"), seats=2)
>>> outcome.winners
('castor', 'helen')
>>> print("\\n".join(outcome.steps[:-1]))
6 votes for 2 seats
stage 1: castor elected; the quota is 2.000000001: castor 4, helen 2
stage 2: pollux drops out; the quota is 1.333333335: castor 2.000000004 (keeps 0.500000001), helen 2, exhausted 1.999999996
"""

from __future__ import annotations

from fractions import Fraction

from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._keeping import Count, Law, outcome
from engine.values import Positive

FIXED = Law(decimals=9, still=Fraction(1, 10**6))
EXACT = Law(decimals=None, still=Fraction(1, 10**10))


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last stage",
    promises={"anonymity", "neutrality", "solid_coalitions"},
)
def stv_meek(election: Election, *, seats: Positive = ONE, exact: bool = False) -> Outcome:
    return outcome(Count(election, seats, EXACT if exact else FIXED).run())
