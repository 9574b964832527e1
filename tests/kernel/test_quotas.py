"""What one member may add in a day is bounded by the charter, in commands and in bytes."""

from __future__ import annotations

import pytest

from engine.event import Record
from engine.features.ideas.comment import CommentIdea, IdeaCommented
from engine.features.ideas.submit import SubmitIdea
from engine.kernel.charter import preset
from engine.kernel.join import JoinCommunity
from engine.kernel.quotas import Usage, VaultBytes, check_bytes
from engine.limits import INTEGER_MAX
from engine.log.fields import Erasable
from engine.refusals import Refusal
from engine.values import DAY_MS
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


def may_keep(moot, size):
    """Refuse unless m2 may still put so many bytes into the vault, into which she has put three today."""
    vault, seq = VaultBytes(), moot.state.seq
    vault.add("m2", moot.now, 3)
    check_bytes(moot.state, Record(seq, moot.now, "m2", seq, IdeaCommented("i9", Erasable("x"))), vault, size - 3)


def test_bytes_are_counted_to_the_last_one():
    moot = Moot(members=2, text=SMALL)
    moot.do("m2", SubmitIdea("Idea", "x"))
    left = 20_000 - moot.of(Usage).size["m2"]
    may_keep(moot, left)
    with pytest.raises(Refusal, match="20001 bytes"):
        may_keep(moot, left + 1)


@pytest.mark.parametrize("key", ["commands_per_day", "bytes_per_day"])
def test_a_quota_is_a_whole_number_that_json_can_hold(key):
    head, tail = FEW.split("[quotas]")
    rest = tail[tail.index("[", 1) :]
    assert Moot(text=f"{head}[quotas]\n{key} = {INTEGER_MAX}\n\n{rest}").state.seq
    with pytest.raises(Refusal, match=f"{key} is {INTEGER_MAX + 1}"):
        Moot(text=f"{head}[quotas]\n{key} = {INTEGER_MAX + 1}\n\n{rest}")


def test_the_first_act_of_a_day_may_fill_it():
    moot = Moot(members=2, text=SMALL)
    may_keep(moot, 20_000)
    with pytest.raises(Refusal, match="20001 bytes"):
        may_keep(moot, 20_001)


def test_what_a_member_put_into_the_vault_is_counted_to_the_last_byte():
    vault, at = VaultBytes(), 5 * DAY_MS
    for before, size, so_far in ((0, 7, 7), (7, 40, 47)):
        vault.begin()
        assert vault.of("m2", at) == before
        vault.add("m2", at, size)
        assert vault.of("m2", at) == so_far, "in the batch that is being written, too"
        vault.commit()
    vault.begin()
    vault.add("m2", at, 1_000)
    vault.begin()  # what was begun again had not been written
    assert (vault.of("m2", at), vault.of("m3", at), vault.of("m2", at + DAY_MS)) == (47, 0, 0)


def test_a_table_of_the_charter_may_give_some_of_its_keys():
    head, tail = FEW.split("[quotas]")
    moot = Moot(members=2, text=f"{head}[quotas]\ncommands_per_day = 1\n\n{tail[tail.index('[', 1) :]}")
    moot.do("m2", SubmitIdea("Idea", "x" * 20_000))
    with pytest.raises(Refusal, match="quota_reached"):
        moot.do("m2", SubmitIdea("Another", "x"))


def test_what_was_written_yesterday_counts_no_more_today():
    """Given a member who wrote as much as she may, and nobody who wrote since: on the next day she may write again."""
    moot = Moot(members=2, text=SMALL)
    moot.do("m2", SubmitIdea("Idea", "x"))
    may_keep(moot, 20_000 - moot.of(Usage).size["m2"])
    moot.now += DAY_MS
    may_keep(moot, 20_000)
    with pytest.raises(Refusal, match="20001 bytes"):
        may_keep(moot, 20_001)
