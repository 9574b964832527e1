"""The one door: receipts, refusals without a trace, idempotency, and what is done ahead of a turn."""

import pytest

from engine import lines, rules
from engine.community import Community
from engine.event import Command
from engine.features.amendments.amend import AmendCharter
from engine.features.ideas.state import Ideas
from engine.features.ideas.submit import SubmitIdea
from engine.features.points.award import AwardPoints
from engine.features.points.state import points_of
from engine.features.polls import count
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.features.rewards.share import ShareReward
from engine.kernel.charter import preset
from engine.kernel.join import JoinCommunity
from engine.log.checkpoint import LogKey, read_proof
from engine.refusals import Refusal
from engine.store.snapshot import view
from engine.verify import verify
from tests.moot import KEY, Moot, fingerprint


def test_a_receipt_proves_its_event():
    moot = Moot(members=3)
    receipt = moot.do("m2", SubmitIdea("A bench", "by the river"))
    place, head = read_proof(moot.community.prove(receipt.seq), receipt.leaf, KEY.verifier)
    assert (place, head.size) == (receipt.seq, moot.state.seq)


@pytest.mark.parametrize(
    ("actor", "command", "code"),
    [
        ("m99", SubmitIdea("A", "b"), "not_allowed"),
        ("m1", SubmitIdea("A" * 201, "b"), "text_too_long"),
        ("m1", SubmitIdea("A\x07", "b"), "text_unclean"),
        ("m1", SubmitIdea("A", "b", -5), "field_wrong"),
        ("m1", SubmitIdea("A", "b", None, "i99"), "idea_unknown"),
        ("m1", SubmitIdea("A", "b", None, "nonsense"), "field_wrong"),
        ("m1", CastBallot("p99", "1"), "poll_unknown"),
        ("nobody", SubmitIdea("A", "b"), "field_wrong"),
        ("m2", JoinCommunity(), "not_allowed"),
        ("clock", SubmitIdea("A", "b"), "not_allowed"),
        ("founder", JoinCommunity(), "already_founded"),
    ],
)
def test_a_refusal_has_its_code_and_leaves_no_trace(actor, command, code):
    moot = Moot(members=2)
    before = fingerprint(moot)
    with pytest.raises(Refusal) as refusal:
        moot.do(actor, command)
    assert refusal.value.code == code
    assert refusal.value.thing and refusal.value.fact and refusal.value.way_out
    assert fingerprint(moot) == before


def test_a_clock_far_behind_the_log_is_refused_and_one_a_little_behind_is_not():
    moot = Moot()
    moot.now -= 4_000
    assert moot.do("m1", SubmitIdea("A", "b")).at == moot.now + 4_000
    moot.now -= 2_000
    with pytest.raises(Refusal, match="clock_behind"):
        moot.do("m1", SubmitIdea("A", "b"))


def test_the_same_key_does_it_once():
    moot = Moot()
    first = moot.do("m1", SubmitIdea("A", "b"), key="once")
    moot.wait(5)
    again = moot.do("m1", SubmitIdea("A", "b"), key="once")
    assert again.again and (again.seq, again.count, again.leaf) == (first.seq, first.count, first.leaf)
    with pytest.raises(Refusal, match="idempotency_key_reused"):
        moot.do("m1", SubmitIdea("A", "c"), key="once")
    assert len(moot.of(Ideas).ideas) == 1
    moot.do("newcomer", JoinCommunity())
    assert moot.do("m4", SubmitIdea("A", "c"), key="once").seq != first.seq


def test_a_key_is_forgotten_after_thirty_days():
    moot = Moot()
    moot.do("m1", SubmitIdea("A", "b"), key="once")
    moot.wait(31 * 24 * 60)
    moot.do("m1", SubmitIdea("B", "b"), key="other")
    moot.do("m1", SubmitIdea("A", "c"), key="once")
    assert len(moot.of(Ideas).ideas) == 3


def test_replaying_the_log_gives_the_same_state():
    moot = Moot(members=6)
    moot.idea(supports=5)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2", "3>1=2", "")
    assert view(Community(moot.community.store, KEY).state) == view(moot.state)


def test_an_event_too_large_for_the_log_is_refused(monkeypatch):
    monkeypatch.setattr(lines, "EVENT_BYTES_MAX", 200)
    moot = Moot.__new__(Moot)
    with pytest.raises(Refusal, match="event_too_large"):
        moot.__init__()


@pytest.mark.parametrize("meanwhile", ["nothing", "a ballot"])
def test_a_count_made_ahead_is_taken_only_for_the_same_ballots(monkeypatch, meanwhile):
    """Where it is not taken the poll ends, and the next command counts it: nobody waits for a long count."""
    monkeypatch.setattr(count, "PREPARE_FROM", 0)
    text = preset("product").replace('secrecy = "until_close"', 'secrecy = "open"')
    moot = Moot(members=4, text=text)
    poll = moot.poll()
    moot.vote(poll, "1", "1", "2")
    moot.wait(1_440)
    command = ClosePoll(poll)
    work = command.prepare(moot.state, moot.ask("m1", command), moot.community.store)
    if meanwhile == "a ballot":
        moot.do("m1", CastBallot(poll, "2"))
    work()(moot.state)
    assert len(moot.of(Polls)[poll].ballots.counted) == 1
    # Without another look ahead, as if both had been asked in one batch.
    monkeypatch.setattr(ClosePoll, "prepare", Command.prepare)
    moot.do("m1", command)
    assert moot.of(Polls)[poll].status == ("decided" if meanwhile == "nothing" else "ended")
    if meanwhile == "a ballot":
        with pytest.raises(Refusal, match="poll_closed"):
            moot.do("m2", CastBallot(poll, "1"))
        moot.do("clock", command)
    assert moot.of(Polls)[poll].result.winners == ((1,) if meanwhile == "nothing" else (2,))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_nobody_counts_ahead_who_may_not_close(monkeypatch):
    monkeypatch.setattr(count, "PREPARE_FROM", 0)
    moot = Moot(members=2, text=preset("product").replace('secrecy = "until_close"', 'secrecy = "open"'))
    poll = moot.poll()
    moot.vote(poll, "1")
    command = ClosePoll(poll)
    with pytest.raises(Refusal, match="not_allowed"):
        command.prepare(moot.state, moot.ask("m2", command), moot.community.store)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in rules.names("voting")
        if rules.rule("voting", name).ballots == ("ranked",) and rules.rule("voting", name).elects == "one"
    ],
)
def test_blank_ballots_elect_nobody(name):
    text = preset("product").replace('rule = "schulze"', f'rule = "{name}"').replace('ties = "lot"', 'ties = "oldest"')
    moot = Moot(members=3, text=text)
    poll = moot.poll()
    moot.vote(poll, "", "", "")
    moot.end(poll)
    result = moot.of(Polls)[poll].result
    assert (result.status, result.winners) == ("tied", ())


def test_what_won_stays_where_it_is_when_an_amendment_took_its_stage_away():
    moot = Moot(members=6)
    ideas = [moot.idea("m2", supports=5) for _ in range(2)]
    poll = f"p{moot.do('m1', OpenPoll('monthly', 'Which idea?')).seq}"
    moot.vote(poll, "1", "1", "1")
    amended = preset("product").replace('  { name = "adopted", revisable = false, supportable = false },\n', "")
    amended = amended.replace('winners_to = "adopted"\n', "")
    change = f"p{moot.do('m1', OpenPoll('charter', 'Fewer stages?', amendment=amended)).seq}"
    moot.vote(change, "1", "1", "1", "1", "1")
    moot.end(change)
    moot.do("m1", AmendCharter(change, amended))
    moot.end(poll)
    assert moot.of(Polls)[poll].result.winners and {moot.of(Ideas)[idea].stage for idea in ideas} == {"shortlist"}
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("name", ["\u202eadmin", "\u200b", "a\u2066b"])
def test_a_name_cannot_pass_for_another(name):
    with pytest.raises(Refusal, match="text_unclean"):
        Moot().do("newcomer", JoinCommunity(name))


def test_who_gets_nothing_of_a_pot_keeps_her_points():
    moot = Moot(members=3).funded()
    for member in ("m2", "m3"):
        moot.do("m1", AwardPoints(member, 500, "for the soup"))
    moot.do("m1", ShareReward("quarterly", 1))
    assert sorted(points_of(moot.state, member, moot.now) for member in ("m2", "m3")) == [0, 500]


def test_the_charter_in_force_is_no_amendment():
    moot = Moot(members=3)
    with pytest.raises(Refusal, match="the charter as it is"):
        moot.do("m1", OpenPoll("charter", "The same again?", amendment=preset("product")))


@pytest.mark.parametrize("title", ["Cafe\u0301", "\u1100\u1161"])
def test_what_is_recorded_is_spelled_as_the_audit_asks(title):
    """However a text comes, it stands in NFC; and whether a letter is known to this Python's table does not matter."""
    moot = Moot(members=2)
    moot.do("m2", SubmitIdea(title, f"{title} \U0001fae8"))
    moot.do("newcomer", JoinCommunity(title))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize("name", ["\u2800", "\u3164", "\u115f", "\ufe0f", "\u034f", "\u2060 \u00a0"])
def test_a_name_of_invisible_letters_is_none(name):
    with pytest.raises(Refusal, match="shows nothing"):
        Moot().do("newcomer", JoinCommunity(name))


def test_a_clock_that_is_refused_forgets_no_receipt():
    moot = Moot()
    first = moot.do("m1", SubmitIdea("A", "b"), key="once")
    wrong = moot.ask("m1", SubmitIdea("C", "d"), key="far")._replace(now=10**15)
    assert isinstance(moot.community.execute_many([wrong])[0], Refusal)
    assert moot.do("m1", SubmitIdea("A", "b"), key="once").seq == first.seq


def test_no_head_is_signed_by_another_logs_key():
    moot = Moot(members=2)
    moot.community.key = LogKey.from_seed("other.example/log", bytes(32))
    with pytest.raises(Refusal, match="key_missing"):
        moot.community.checkpoint(2)
    moot.community.key = KEY
    moot.community.checkpoint()
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
