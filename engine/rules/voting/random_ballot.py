"""One ballot is drawn at random, and its first preference wins.

An option's chance is its share of the votes, so nobody gains by voting insincerely, and no majority wins every time.
The ballot is drawn by SHA-256 from `seed`: the ballots that name anything are numbered, one number for each unit of
weight, those for the option listed first before the next. In a poll the seed is that of its draw, which nobody knows
before the close and everybody can compute after it; a charter that uses this rule says ties = "lot". Source: Gibbard
1977.

>>> votes = Election.read("3: garden\\n2: pool")
>>> tally("random_ballot", votes, seed="ab" * 32).winners
('garden',)
>>> tally("random_ballot", votes, seed="cd" * 32).steps
('5 ballots, of which number 1 is drawn: garden wins', 'chances: garden 3/5, pool 2/5')
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from engine.elections import draws, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, listing
from engine.rules import voting_rule
from engine.values import Digest


@voting_rule(ballot=("single", "ranked"), strict=True, elects="one", work=work.placed, promises={"anonymity", "unanimity"})
def random_ballot(election: Election, *, seed: Digest) -> Outcome:
    options, votes = election.options, _first_places(election)
    whole = sum(votes)
    if not whole:
        return Outcome.of(options, range(len(options)), votes, lambda: [Step("no ballot names anything")])
    number = draws.below(bytes.fromhex(seed), "random ballot", whole)
    winner = int(np.searchsorted(np.cumsum(votes), number, side="right"))

    def explain() -> list[Step]:
        chances = [Fraction(each, whole) for each in votes]
        return [
            Step(
                "{ballots} {ballots:ballot|ballots}, of which number {drawn} is drawn: {winner} wins",
                ballots=whole,
                drawn=number + 1,
                winner=options[winner],
            ),
            Step("chances: {chances}", chances=listing(options, chances)),
        ]

    return Outcome.of(options, [winner], votes, explain, lambda: [str(number), str(whole)])


def _first_places(election: Election) -> list[int]:
    """How many ballots put each option first; a blank ballot counts for none."""
    if election.kind == "single":
        return [int(votes) for votes in election.sums]
    firsts = election.orders[:, 0]
    return [int(election.weights[firsts == place].sum()) for place in range(len(election.options))]
