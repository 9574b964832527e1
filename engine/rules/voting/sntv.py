"""Everybody votes for one option, and the options with the most votes fill the seats.

The single non-transferable vote: minorities win seats if they do not spread their votes. If votes are equal, the option
listed first is elected, and the tie is reported if that decided a seat. Source: used in Japan until 1993.

>>> tally("sntv", Election.read("6: a\\n4: b\\n3: c"), seats=2).winners
('a', 'b')
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.committees import check_seats, committee
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, listing
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.values import Positive


@voting_rule(ballot="single", elects="several", work=work.read_once, promises={"anonymity", "neutrality", "house_monotonicity"})
def sntv(election: Election, *, seats: Positive = ONE) -> Outcome:
    check_seats(election, seats)
    votes = election.sums.tolist()
    order = sorted(range(len(votes)), key=lambda place: (-votes[place], place))
    last = votes[order[seats - 1]]
    level = tuple(place for place in range(len(votes)) if votes[place] == last)
    tied = len(level) > sum(1 for place in order[:seats] if votes[place] == last)
    return committee(
        election.options,
        order[:seats],
        votes,
        [level] if tied else [],
        lambda: [Step("votes: {votes}", votes=listing(election.options, votes))],
    )
