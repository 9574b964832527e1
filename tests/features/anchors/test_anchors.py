"""What was written where nobody here controls: this log's own heads, by whoever may, growing, and never claimed once it is unwound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.features.anchors.send import RecordClaims, RecordDecision
from engine.features.anchors.state import Anchors
from engine.features.anchors.unwind import UnwindAnchor
from engine.features.points.award import AwardPoints
from engine.features.rewards.share import ShareReward
from engine.kernel.charter import lawful, preset
from engine.kernel.roles import GiveRole
from engine.log.codec import form
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.verify import verify
from tests.anchored import CONTRACT, anchored, filed, head, moot_with_anchors, where
from tests.forging import of_kind, rewritten
from tests.moot import Moot, fingerprint


@pytest.fixture
def moot() -> Moot:
    return moot_with_anchors()


def refused(moot: Moot, actor: str, command, code: str) -> None:
    before = fingerprint(moot)
    with pytest.raises(Refusal) as no:
        moot.do(actor, command)
    assert no.value.code == code, no.value
    assert fingerprint(moot) == before


def test_a_head_that_is_anchored_covers_what_came_before_it(moot):
    moot.do("m1", head(moot, 4, 1))
    assert moot.of(Anchors).over(3).size == 4
    assert moot.of(Anchors).over(4) is None
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_only_who_may_records_an_anchor(moot):
    refused(moot, "m2", head(moot, 4, 1), "not_allowed")
    refused(moot, "clock", head(moot, 4, 1), "not_allowed")
    moot.do("m1", GiveRole("m2", "founder"))
    moot.do("m2", head(moot, 4, 1))


def test_a_charter_without_places_has_no_anchors():
    moot = Moot(text=anchored(preset("product")).partition("\n[anchors")[0])
    refused(moot, "m1", head(moot, 1, 1), "not_allowed")
    refused(moot, "m1", filed(moot, 1), "not_allowed")


@pytest.mark.parametrize(
    "change",
    [
        {"place": "elsewhere"},
        {"place": "notary"},
        {"size": 5_000},
        {"size": 0},
        {"size": 3},
        {"root": "ab" * 32},
        {"where": where(1, contract="0x" + "01" * 20)},
        {"where": where(1, chain_id=1)},
    ],
    ids=str,
)
def test_what_is_not_this_logs_head_at_a_place_of_the_charter_is_refused(moot, change):
    code = "thing_unknown" if change.get("place") == "elsewhere" else "field_wrong"
    refused(moot, "m1", replace(head(moot, 4, 1), **change), code)


def test_a_head_on_a_chain_is_not_recorded_as_filed(moot):
    refused(moot, "m1", replace(filed(moot, 4), place="chain"), "field_wrong")


def test_heads_only_grow_and_a_transaction_is_recorded_once(moot):
    moot.do("m1", head(moot, 4, 1))
    refused(moot, "m1", head(moot, 4, 2), "anchored_already")
    refused(moot, "m1", head(moot, 3, 2), "anchored_already")
    refused(moot, "m1", head(moot, 5, 1), "anchored_already")
    moot.do("m1", filed(moot, 4))
    refused(moot, "m1", filed(moot, 4), "anchored_already")
    moot.do("m1", head(moot, 5, 2))


def test_what_is_unwound_is_not_claimed_and_may_be_anchored_again(moot):
    first = f"a{moot.do('m1', head(moot, 4, 1)).seq}"
    moot.do("m1", UnwindAnchor(first))
    assert moot.of(Anchors).over(3) is None
    refused(moot, "m1", UnwindAnchor(first), "anchor_unwound")
    refused(moot, "m1", UnwindAnchor("a99"), "anchor_unknown")
    moot.do("m1", head(moot, 4, 1))
    assert moot.of(Anchors).over(3).id != first


def test_a_file_is_not_unwound(moot):
    name = f"a{moot.do('m1', filed(moot, 4)).seq}"
    refused(moot, "m1", UnwindAnchor(name), "field_wrong")
    refused(moot, "m2", UnwindAnchor(name), "not_allowed")


def test_a_decision_is_queued_once_it_is_final(moot):
    poll = moot.poll()
    refused(moot, "m2", RecordDecision(poll, "opened", where(1)), "not_allowed")
    moot.do("m1", RecordDecision(poll, "opened", where(1)))
    refused(moot, "m1", RecordDecision(poll, "opened", where(2)), "anchored_already")
    refused(moot, "m1", RecordDecision(poll, "queued", where(2)), "not_final")
    refused(moot, "m1", RecordDecision("p999", "queued", where(2)), "poll_unknown")
    moot.vote(poll, "1", "1", "1", "1")
    moot.end(poll)
    moot.do("m1", RecordDecision(poll, "queued", where(2)))
    refused(moot, "m1", RecordDecision(poll, "executed", where(3, chain_id=1)), "thing_unknown")
    assert [one.step for one in moot.of(Anchors).of(poll)] == ["opened", "queued"]


def test_a_round_has_one_contract(moot):
    moot.funded().do("m1", AwardPoints("m2", 40, "for the soup"))
    round_ = f"r{moot.do('m1', ShareReward('quarterly', 12_345)).seq}"
    claims = RecordClaims(round_, "ab" * 32, 12_345, 5, where(1))
    refused(moot, "m1", replace(claims, keys_as_of=moot.state.seq + 1), "field_wrong")
    refused(moot, "m1", replace(claims, round="r1"), "round_unknown")
    refused(moot, "m1", replace(claims, total=0), "field_wrong")
    name = f"a{moot.do('m1', claims).seq}"
    refused(moot, "m1", replace(claims, where=where(2)), "anchored_already")
    moot.do("m1", UnwindAnchor(name))
    moot.do("m1", replace(claims, where=where(2)))


CHANGED = {
    "another head on a chain": ("HeadAnchored", {"root": "ab" * 32}),
    "a head of another size on a chain": ("HeadAnchored", {"size": 3}),
    "a head on a chain that is a file": ("HeadAnchored", {"place": "notary"}),
    "another head in a file": ("HeadFiled", {"root": "ab" * 32}),
    "a head in a file that is a chain": ("HeadFiled", {"place": "chain"}),
    "an anchor unwound that is none": ("AnchorUnwound", {"anchor": "a2"}),
}


def unwound() -> Moot:
    """A head in a file, and the same on a chain, where it is unwound."""
    moot = moot_with_anchors()
    moot.do("m1", filed(moot, 4))
    name = f"a{moot.do('m1', head(moot, 4, 1)).seq}"
    moot.do("m1", UnwindAnchor(name))
    return moot


@pytest.mark.parametrize("name", CHANGED)
def test_an_operator_who_rewrites_an_anchor_is_found_out(name):
    moot, (kind, fields) = unwound(), CHANGED[name]
    assert verify(rewritten(moot, lambda line: None), allow_unsigned=True).verdict == "sound"
    report = verify(rewritten(moot, of_kind(kind, **fields)), allow_unsigned=True)
    assert report.verdict == "unsound" and parse_own(moot.log()[report.seq])["kind"] == kind, report.problem


def test_the_parts_indexes_are_those_of_its_facts(moot):
    for number, size in enumerate((2, 3, 4), 1):
        moot.do("m1", head(moot, size, number))
    moot.do("m1", UnwindAnchor(next(iter(moot.of(Anchors).heads))))
    shape = form(Anchors)
    again = shape.trust(shape.write(moot.of(Anchors)))
    assert again == moot.of(Anchors) and again._by_transaction == moot.of(Anchors)._by_transaction


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (f'contract = "{CONTRACT}"\n', "", "not both"),
        ("chain_id = 31337\n", "", "not both"),
        ("chain_id = 31337", "chain_id = 0", "not both"),
        ("confirmations = 3", "confirmations = 0", "give 1 to 1000"),
        ("[anchors.notary]", f'[anchors.notary]\nchain_id = 31337\ncontract = "{CONTRACT}"', "one contract twice"),
        ("[anchors.notary]", "\n".join(f"[anchors.p{n}]" for n in range(17)), "at most 16"),
    ],
)
def test_places_that_do_not_hold_together_are_refused(old, new, why):
    with pytest.raises(Refusal, match=why):
        lawful(anchored(preset("product")).replace(old, new))
