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

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._keeping import Count, Law, outcome
from engine.values import Positive

FIXED = Law(
    # B.2.a: "add w multiplied by the keep factor kf of the candidate (to 9 decimal places, rounded up) to that candidate's vote v, and
    # reduce w by the same amount"; B.2.b: "the sum of the vote v for all candidates (step B.2.a), divided by one more than the number of
    # seats to be filled, truncated to 9 decimal places, plus 0.000000001"; B.2.c: elected is whoever has "v ≥ q"; B.2.f: the keep factor
    # is "multiplied by the current quota q (to 9 decimal places, rounded up), and then divided by the candidate's current vote v (to 9
    # decimal places, rounded up)"
    decimals=9,
    # A: "Set omega to 0.000001"; B.2.e: "if the total surplus s is less than omega, or (except for the first iteration) if the total
    # surplus s is greater than or equal to the surplus s in the previous iteration, continue at B.3"
    still=Fraction(1, 10**6),
    # B.3: "Defeat the hopeful candidate c with the lowest vote v, breaking any tie per procedure T, where each candidate c' is tied
    # with c if vote v' for c' is less than or equal to v plus total surplus s": one at a time, and not before surpluses are settled
    hopeless=False,
    # T: "Use the defined tiebreaking procedure": here the latest stage at which they differed
    first=False,
)
EXACT = Law(decimals=None, still=Fraction(1, 10**10))


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last stage",
    work=work.kept,
    gives_up=work.too_many_repetitions,
    promises={"anonymity", "neutrality", "solid_coalitions"},
)
def stv_meek(election: Election, *, seats: Positive = ONE, exact: bool = False) -> Outcome:
    return outcome(Count(election, seats, EXACT if exact else FIXED).run())
