"""What a count makes of a poll's terms: costs of nothing, and ties broken as the charter says."""

from __future__ import annotations

import pytest

from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import Polls
from engine.kernel.charter import preset
from engine.verify import verify
from tests.moot import Moot


def test_an_option_that_costs_nothing_is_counted_with_the_others():
    moot = Moot(members=1, text=preset("product").replace('rule = "schulze"', 'rule = "greedy"')).funded()
    options = (FreeOption("a bench", 10), FreeOption("a name for it", 0))
    poll = f"p{moot.do('m1', OpenPoll('ranking', 'Which?', options=options, budget=10)).seq}"
    moot.vote(poll, "1,2", "2")
    moot.end(poll)
    result = moot.of(Polls)[poll].result
    assert (result.status, result.winners) == ("decided", (1, 2))


@pytest.mark.parametrize(("choices", "status", "winners"), [(("1>2", "2"), "decided", (2,)), (("1>2", "2>1"), "tied", ())])
def test_a_tie_goes_to_the_option_most_ballots_name(choices, status, winners):
    moot = Moot(members=1, text=preset("product").replace('ties = "lot"', 'ties = "most_approved"'))
    poll = moot.poll()
    moot.vote(poll, *choices)
    moot.end(poll)
    result = moot.of(Polls)[poll].result
    assert (result.status, result.winners) == (status, winners)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
