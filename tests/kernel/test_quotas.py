"""What one member may add in a day is bounded by the charter, in commands and in bytes."""

from __future__ import annotations

import pytest

from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.submit import SubmitIdea
from engine.kernel.charter import preset
from engine.kernel.join import JoinCommunity
from engine.refusals import Refusal
from engine.verify import verify
from tests.forging import event, rewritten, unchanged
from tests.moot import Moot

FEW = preset("product").replace("commands_per_day = 500", "commands_per_day = 3")
SMALL = preset("product").replace("bytes_per_day = 1000000", "bytes_per_day = 20000")


def test_a_member_does_only_so_much_in_a_day_and_others_are_not_held_up():
    moot = Moot(members=2, text=FEW)
    for number in range(3):
        moot.do("m2", SubmitIdea(f"Idea {number}", "x"))
    with pytest.raises(Refusal, match="quota_reached: member m2 has done 3 things today"):
        moot.do("m2", SubmitIdea("One more", "x"))
    moot.do("m3", SubmitIdea("Another's", "x"))
    moot.do("newcomer", JoinCommunity())
    moot.wait(24 * 60)
    moot.do("m2", SubmitIdea("The next day", "x"))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_an_audit_counts_too():
    moot = Moot(members=2, text=FEW)
    for number in range(3):
        moot.do("m2", SubmitIdea(f"Idea {number}", "x"))
    idea = f"i{moot.state.seq - 2}"
    forged = event(moot, "m2", "IdeaCommented", {"idea": idea, "text": "0" * 64})
    assert "quota_reached" in str(verify(rewritten(moot, unchanged, [forged])).problem)


def test_what_lies_in_the_vault_counts_in_bytes():
    moot = Moot(members=2, text=SMALL)
    idea = moot.idea("m2")
    with pytest.raises(Refusal, match="quota_reached: member m3 would have written"):
        for _ in range(20):
            moot.do("m3", CommentIdea(idea, "x" * 5_000))
    assert sum(len(opening.value) for seq in range(moot.state.seq) for opening in moot.community.store.openings(seq)) < 30_000
