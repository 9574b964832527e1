"""A charter is changed by the decision it names, to the very text that was decided on."""

from __future__ import annotations

import pytest

from engine.features.amendments.amend import AmendCharter
from engine.features.polls.open import OpenPoll
from engine.kernel import charter as charters
from engine.kernel.charter import preset
from engine.refusals import Refusal
from engine.verify import verify
from tests.moot import Moot

OLD = preset("product")
NEW = OLD + "# more\n"


def decided(*choices: str, decision: str = "charter", **asked) -> tuple[Moot, str]:
    moot = Moot(members=3)
    poll = f"p{moot.do('m1', OpenPoll(decision, 'So?', **(asked or {'amendment': NEW}))).seq}"
    moot.vote(poll, *choices)
    moot.end(poll)
    return moot, poll


def test_what_was_adopted_is_put_in_force():
    moot, poll = decided("1", "1", "1", "1")
    moot.do("m1", AmendCharter(poll, NEW))
    assert charters.text_in_force(moot.state) == NEW
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_another_text_than_the_one_decided_on_is_refused():
    moot, poll = decided("1", "1", "1", "1")
    with pytest.raises(Refusal, match="the text is not the one poll"):
        moot.do("m1", AmendCharter(poll, NEW + "#"))
    assert charters.text_in_force(moot.state) == OLD


def test_what_was_not_adopted_is_not_put_in_force():
    moot, poll = decided("2", "2", "2", "1")
    with pytest.raises(Refusal, match="not_allowed|not_adopted|has not adopted|was not"):
        moot.do("m1", AmendCharter(poll))
    assert charters.text_in_force(moot.state) == OLD


def test_an_amendment_comes_in_force_once():
    moot, poll = decided("1", "1", "1", "1")
    moot.do("m1", AmendCharter(poll))
    with pytest.raises(Refusal):
        moot.do("m1", AmendCharter(poll))


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ('decision = "charter"', 'decision = "nothing"', "amendments.decision names 'nothing'"),
        ('decision = "charter"', 'decision = "ranking"', "amendments.decision is a decision about something else"),
    ],
)
def test_a_charter_names_the_decision_that_may_change_it(old, new, fact):
    assert old in OLD
    with pytest.raises(Refusal, match=fact):
        Moot(text=OLD.replace(old, new))
