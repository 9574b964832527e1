"""A vote that another's ballot carries counts as one its owner had cast alike: so what polls prove of ballots holds of delegation."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.features.polls.count import conclude
from engine.features.polls.early import is_settled
from engine.features.polls.state import Poll
from engine.state import State
from engine.values import MemberId
from tests.features.polls.asking import cast, decision, every_end, poll

sides = st.sampled_from(["1", "2", "3", ""])
QUORUMS = [
    {"basis": "none"},
    *(
        {"basis": basis, "counts": counts, "percent_min": 60}
        for basis in ("eligible", "power")
        for counts in ("all_valid", "for", "rejection")
    ),
]


def carried(one: Poll, votes: list[str | None], speaks_for: dict[int, list[int]]) -> Poll:
    """The poll as it is at its end: each of these ballots speaks for the others beside it."""
    assert one.ballots is not None
    ballots = one.ballots.held_still()
    powers = ballots.roll.powers
    for voter, others in speaks_for.items():
        ballots.carry(MemberId.of(voter), len(others), int(powers[others].sum()))
        _ = ballots.votes  # and kept up from now on, as ballots are opened
    return replace(one, ballots=cast(ballots, votes))


@given(st.data())
def test_a_carried_vote_counts_as_one_cast_alike(data):
    powers = data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=6))
    votes = [data.draw(sides), *data.draw(st.lists(sides | st.none(), min_size=len(powers) - 1, max_size=len(powers) - 1))]
    voters = [place for place, vote in enumerate(votes) if vote is not None]
    speaks_for: dict[int, list[int]] = {}
    for place in [place for place, vote in enumerate(votes) if vote is None]:
        if (delegate := data.draw(st.sampled_from([None, *voters]))) is not None:
            speaks_for.setdefault(delegate, []).append(place)
    alike = list(votes)
    for voter, others in speaks_for.items():
        for place in others:
            alike[place] = votes[voter]
    terms = decision(quorum=data.draw(st.sampled_from(QUORUMS)))
    by_delegates, by_themselves = carried(poll(terms, powers, []), votes, speaks_for), poll(terms, powers, alike)
    assert by_delegates.open_ballots.votes == by_themselves.open_ballots.votes
    one, other = (conclude(State(), each, each.open_ballots, None, 0) for each in (by_delegates, by_themselves))
    assert replace(one, ballots=other.ballots) == other
    started = poll(terms, powers, votes)
    if votes.count(None) <= 2 and is_settled(started):  # then delegates change nothing either
        assert {(end.status, end.winners) for end in every_end(started, votes)} == {(one.status, one.winners)}
