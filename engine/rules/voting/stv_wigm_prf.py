"""The single transferable vote by the reference rule for the weighted inclusive Gregory method (WIGM).

The quota has four decimals, and reaching it elects. All papers of an elected option pass on, the largest surplus first, at
their value times the surplus, truncated to four decimals, divided by the option's votes, truncated again; a surplus of
nothing takes a stage, too. With no surplus left, whoever has the fewest votes is eliminated. `batch`: options that could
not catch up even with all surpluses are eliminated at once, before a surplus moves. Of equals, whoever is listed first
transfers and whoever is listed last is eliminated, and that tie is reported: the rule asks for an order drawn beforehand.
Also called reference WIGM, PRF WIGM. Source: the reference WIGM rule of the Proportional Representation Foundation
(prfound.org/resources/reference/reference-wigm-rule).

>>> outcome = tally("stv_wigm_prf", Election.read("4: castor > pollux\\n2: helen"), seats=2)
>>> outcome.winners
('castor', 'helen')
>>> print("\\n".join(outcome.steps[:3]))
6 votes for 2 seats: the quota of 2.0001 elects
stage 1: first preferences; castor elected: castor 4, helen 2
stage 2: castor's surplus of 1.9999 is transferred: castor 2.0001, helen 2, pollux 1.9996, lost by rounding 0.0003
"""

from __future__ import annotations

from dataclasses import replace

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._count import Count, Law, outcome
from engine.values import Positive

LAW = Law(
    # D.4: "Truncate, with no rounding, the result of each multiplication or division to four decimal places."
    decimals=4,
    # A.1: "the total number of valid ballots, divided by one more than the number of seats to be filled, plus 0.0001"
    quota_decimals=4,
    # B.1: "Set each hopeful candidate whose vote is greater than or equal to the quota to pending"
    whole_quota=True,
    deferred=False,
    # B.3: "the ballot's current weight multiplied by the candidate's surplus (B.1), then divided by the candidate's total vote"
    cut_product=True,
    # B.3: "Select the pending candidate, if any, with the largest surplus (possibly zero)"
    none_moves=True,
    # B.4: "Defeat the hopeful candidate with the lowest vote … Test count complete (D.3). Transfer each ballot": in this order,
    # as in B.2; D.3: "the number of elected plus pending plus hopeful candidates is equal to or less than the number of seats"
    last_moves=False,
    # D.1: "choose the tied candidate who is earliest in a predetermined random tiebreaking order"
    look_back=False,
)
BATCH = replace(
    LAW,
    # B.2: "Defeat sure losers (optional). Find the largest set of hopeful candidates that meets all of the following conditions.",
    # of which the last: "The sum of the votes of the candidates in the set plus the sum of all the current surpluses (B.1) is
    # less than the lowest vote of the hopeful candidates not in the set."
    batch=True,
)


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last stage",
    work=work.transferred,
    promises={"anonymity", "neutrality"},
)
def stv_wigm_prf(election: Election, *, seats: Positive = ONE, batch: bool = False) -> Outcome:
    return outcome(Count(election, seats, BATCH if batch else LAW).run())
