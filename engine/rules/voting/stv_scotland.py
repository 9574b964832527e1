"""The single transferable vote as Scotland elects its councils.

The quota is the least whole number above votes / (seats + 1). Surpluses are transferred one at a time, the largest
first, at a transfer value truncated to five decimals; then whoever has the fewest votes is eliminated. Of equals, the
latest stage at which they differed decides, otherwise the order of listing, and that tie is reported. Source: the
Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45 to 52.

>>> tally("stv_scotland", Election.read("4: castor > pollux\\n2: helen"), seats=2).winners
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
def stv_scotland(election: Election, *, seats: Positive = ONE) -> Outcome:
    return outcome(Count(election, seats, Law(5)).run())
