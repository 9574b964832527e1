"""One ballot is drawn, and what it puts first wins.

Everybody's chance is her part of the votes, so nobody gains by voting otherwise than she thinks, and no majority wins every time. The
ballot is drawn from `seed`: SHA-256 numbers the ballots that name anything, one for each unit of weight, those for the option listed first before the next.
In a poll the seed is that of its draw, which nobody knows before the close and everybody can compute after it; a charter that uses
this rule says ties = "lot". Source: Gibbard 1977.

>>> votes = Election.read("3: garden\\n2: pool")
>>> tally("random_ballot", votes, seed="ab" * 32).winners
('garden',)
>>> tally("random_ballot", votes, seed="cd" * 32).steps
('5 ballots, of which number 1 is drawn: garden wins', 'chances: garden 3/5, pool 2/5')
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from engine.elections import lots
from engine.elections.election import Election
from engine.elections.outcome import Outcome, counted, listing
from engine.rules import NO_SEED, voting_rule
from engine.values import Digest


@voting_rule(ballot=("single", "ranked"), strict=True, elects="one", promises={"anonymity", "unanimity"})
def random_ballot(election: Election, *, seed: Digest = NO_SEED) -> Outcome:
    merged = election.merged()
    options, firsts = merged.options, _firsts(merged)
    order = np.lexsort((*merged.table.T[::-1], firsts))
    reached = np.cumsum(np.where(firsts[order] >= 0, merged.weights[order], 0))
    whole = int(reached[-1])
    votes = [int(merged.weights[firsts == place].sum()) for place in range(len(options))]
    if not whole:
        return Outcome.of(options, range(len(options)), votes, lambda: ["no ballot names anything"])
    number = lots.below(bytes.fromhex(seed), "random ballot", whole)
    winner = int(firsts[order[int(np.searchsorted(reached, number, side="right"))]])

    def explain() -> list[str]:
        chances = [Fraction(each, whole) for each in votes]
        return [
            f"{counted(whole, 'ballot')}, of which number {number + 1:,} is drawn: {options[winner]} wins",
            f"chances: {listing(options, chances)}",
        ]

    return Outcome.of(options, [winner], votes, explain, lambda: [str(number), str(whole)])


def _firsts(election: Election) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """What each ballot puts first, -1 where it names nothing."""
    if election.kind == "ranked":
        return election.orders[:, 0].astype(np.int64)
    return np.where(election.table.any(axis=1), election.table.argmax(axis=1), -1)
