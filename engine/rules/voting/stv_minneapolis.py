"""The single transferable vote as Minneapolis elects its boards.

Options that can no longer catch up are eliminated first, all at once; then the largest surplus is transferred: the
surplus divided by the option's votes, truncated to four decimals, times what a paper was worth, truncated again; then
whoever has the fewest votes is eliminated. The quota is the least whole number above votes / (seats + 1). Of equals,
whoever is listed last is eliminated, and that tie is reported. Source: Minneapolis Code of Ordinances 167.70.

>>> tally("stv_minneapolis", Election.read("4: castor > pollux\\n2: helen"), seats=2).winners
('castor', 'helen')
"""

from __future__ import annotations

from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._count import Count, Law, outcome
from engine.values import Positive


@voting_rule(ballot="ranked", strict=True, elects="several", scores="votes in the last stage", promises={"anonymity", "neutrality"})
def stv_minneapolis(election: Election, *, seats: Positive = ONE) -> Outcome:
    return outcome(Count(election, seats, Law(4, hopeless=True, look_back=False, cut_twice=True)).run())
