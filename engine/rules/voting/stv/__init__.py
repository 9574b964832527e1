"""Several are elected: surpluses above the quota are transferred, and whoever has the fewest votes is eliminated, until all seats are filled.

The single transferable vote with the weighted inclusive Gregory method (WIGM): all papers of an elected option are
transferred, at the value that leaves it exactly the quota. `decimals` 0 counts in exact fractions, where only a value
too long to write down is truncated, to sixty decimals; otherwise values are truncated to that many. `quota`: `exact` is
votes / (seats + 1), which has to be exceeded; `whole` is the least whole number above it. Of equals, whoever had fewer votes at the latest
stage at which they differed is eliminated first, otherwise whoever is listed last, and that tie is reported.
Sources: Hill, Wichmann & Woodall 1987; Droop 1868.

>>> outcome = tally("stv", Election.read("4: castor > pollux\\n2: helen"), seats=2)
>>> outcome.winners, outcome.ties
(('castor', 'helen'), ())
>>> print("\\n".join(outcome.steps))
6 votes for 2 seats: more than the quota of 2 elects
stage 1: first preferences; castor elected: castor 4, helen 2
stage 2: castor's surplus of 2 is transferred: castor 2, pollux 2, helen 2
stage 3: pollux drops out: castor 2, helen 2, exhausted 2
stage 4: as many are left as seats: helen elected: castor 2, helen 2, exhausted 2
"""

from __future__ import annotations

from typing import Literal

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.refusals import refuse
from engine.rules import voting_rule
from engine.rules.voting.stv._count import Count, Law, outcome
from engine.values import Positive

ONE = Positive(1)
DECIMALS_MAX = 12
"""More than any statute keeps."""


@voting_rule(
    ballot="ranked",
    strict=True,
    elects="several",
    scores="votes in the last stage",
    work=work.transferred,
    promises={"anonymity", "neutrality", "solid_coalitions"},
    provided={"solid_coalitions": {"quota": ("exact",)}},
)
def stv(election: Election, *, seats: Positive = ONE, decimals: int = 0, quota: Literal["exact", "whole"] = "exact") -> Outcome:
    if decimals > DECIMALS_MAX:
        raise refuse(
            "parameter_wrong", "stv.decimals", "is {decimals}", "give 0 (exact) to {decimals_max}",
            decimals=decimals, decimals_max=DECIMALS_MAX,
        )  # fmt: skip
    return outcome(Count(election, seats, Law(decimals or None, whole_quota=quota == "whole")).run())
