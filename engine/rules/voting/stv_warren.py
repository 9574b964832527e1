"""Several are elected: whoever exceeds the quota asks the same price of each of its voters, as low as will do.

The single transferable vote by Warren's method: like `stv_meek`, but an elected option keeps the same amount of every
paper (all that is left of it, where that is less) rather than the same fraction. Sources: Warren 1994; Hill & Warren
2005.

>>> outcome = tally("stv_warren", Election.read("4: castor > pollux\\n2: helen"), seats=2)
>>> outcome.winners
('castor', 'helen')
"""

from __future__ import annotations

from dataclasses import replace

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.rules.voting.stv._keeping import Count, outcome
from engine.rules.voting.stv_meek import EXACT, FIXED
from engine.values import Positive


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last stage",
    work=work.kept,
    gives_up=work.too_many_repetitions,
    promises={"anonymity", "neutrality", "solid_coalitions"},
)
def stv_warren(election: Election, *, seats: Positive = ONE, exact: bool = False) -> Outcome:
    return outcome(Count(election, seats, replace(EXACT if exact else FIXED, warren=True)).run())
