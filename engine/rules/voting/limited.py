"""The options with the most votes fill the seats, every voter having only a few votes, usually fewer than there are seats.

So the largest group cannot take every seat. A ballot with more than `votes` votes is spoilt and counts for nothing, as
on paper. If votes are equal, the option listed first is elected, and the tie is reported if that decided a seat.
Source: used for Spain's Senate (three votes for four seats); Lijphart, López Pintor & Sone 1986.

>>> outcome = tally("limited", Election.read("6: a, b\\n5: c\\n4: a, b, c"), seats=3, votes=2)
>>> outcome.winners, outcome.scores
(('a', 'b', 'c'), {'a': 6, 'b': 6, 'c': 5})
>>> outcome.steps
('4 ballots have more than 2 votes and count for nothing', 'votes: a 6, b 6, c 5')
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.rules import rule, voting_rule
from engine.rules.voting.stv import ONE
from engine.values import Positive


@voting_rule(ballot="approval", elects="several", work=work.read_once, promises={"anonymity", "neutrality", "house_monotonicity"})
def limited(election: Election, *, seats: Positive = ONE, votes: Positive = ONE) -> Outcome:
    spoiled = election.table.sum(axis=1) > votes
    if not spoiled.any():
        return _block(election, seats)
    kept = election.changed(table=election.table * ~spoiled[:, None])
    spoiled_count = int(election.weights[spoiled].sum())
    outcome = _block(kept, seats)
    spoilt = Step(
        "{ballots} {ballots:ballot has|ballots have} more than {votes} {votes:vote|votes} and {ballots:counts|count} for nothing",
        ballots=spoiled_count, votes=votes,
    )  # fmt: skip
    return Outcome(
        outcome.rule,
        outcome.winners,
        outcome.scores,
        outcome.ties,
        lambda: [spoilt, *outcome.sentences],
        outcome.certify,
    )


def _block(election: Election, seats: int) -> Outcome:
    outcome: Outcome = rule("voting", "block").function(election, seats=seats)
    return outcome
