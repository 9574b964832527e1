"""The single transferable vote as Minneapolis elects its boards.

Whoever reaches the quota is elected only when her surplus is transferred, the largest first, and goes on receiving
votes until then; before each surplus moves, options that can no longer catch up with the next one below the quota are
eliminated, all at once; with no surplus left, whoever has the fewest votes is. A surplus is divided by the option's
votes, truncated to four decimals, times what a paper was worth, truncated again. Of equals, whoever is listed last is
eliminated, whoever is listed first transfers, and that tie is reported: the city draws lots. Votes of the last to be
eliminated are transferred too, as the ordinance had it until 2013, which changes no winner. Source: Minneapolis Code
of Ordinances, title 8.5, sections 167.20 and 167.70, as amended by 2013-Or-055.

>>> tally("stv_minneapolis", Election.read("4: castor > pollux\\n2: helen"), seats=2).winners
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
    # 167.20: "calculated to four (4) decimal places, ignoring any remainder"
    decimals=4,
    # 167.20: "Threshold = ((Total votes cast)/(Seats to be elected + 1)) +1, with any fractions disregarded"
    whole_quota=True,
    # 167.70(c)(1)d: "The candidate with the largest surplus is declared elected and that candidate's surplus is transferred";
    # (c)(1)c: "after any surplus votes are calculated but not yet transferred, all candidates for whom it is mathematically
    # impossible to be elected must be defeated simultaneously". A total that equals the threshold has no surplus.
    deferred=True,
    # 167.20, transfer value: "multiplying the surplus fraction by its current value", where the surplus fraction is cut off too
    cut_twice=True,
    # 167.70(c)(1)d and e: "must immediately and publicly be resolved by lot"
    look_back=False,
)


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last stage",
    work=work.transferred,
    promises={"anonymity", "neutrality"},
)
def stv_minneapolis(election: Election, *, seats: Positive = ONE) -> Outcome:
    return outcome(Count(election, seats, LAW).run())
