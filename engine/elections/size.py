"""How large an election may be: what counts of it fit, and what no table of ballots is made for.

>>> check_size(1_000_000, 20)
>>> check_size(10, 300)
Traceback (most recent call last):
engine.refusals.Refusal: election_wrong: the election has 300 options; give at most 256
"""

from __future__ import annotations

from engine.limits import BALLOT_CELLS_MAX, OPTIONS_PER_POLL_MAX
from engine.refusals import refuse


def check_size(ballots: int, options: int) -> None:
    """Refuse what is too large; readers of files ask before they make a table."""
    if options > OPTIONS_PER_POLL_MAX:
        raise refuse("election_wrong", "the election", f"has {options:,} options", f"give at most {OPTIONS_PER_POLL_MAX}")
    if ballots * options > BALLOT_CELLS_MAX:
        raise refuse("too_large", "the election", f"has {ballots:,} ballots for {options} options", "merge ballots that say the same")
