"""When a poll ends is frozen with it: by its clock, or before that only as every voter was shown."""

from __future__ import annotations

import pytest

from engine.features.polls import close
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.decide import DecisionFinal
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.kernel.charter import preset
from engine.kernel.hooks import all_due
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.verify import verify
from tests.forging import event, opened_early, rewritten, unchanged
from tests.moot import Moot

DAY = 24 * 60
OPEN = preset("product").replace('secrecy = "until_close"', 'secrecy = "open"')


def by_rule(rule: str) -> str:
    """The preset with free polls decided by a rule of silence, which nothing but the clock may end."""
    text = preset("product").replace('rule = "schulze"', f'rule = "{rule}"').replace('ties = "lot"', 'ties = "status_quo"')
    text = text.replace('{ basis = "eligible", percent_min = 20 }', '{ basis = "none" }')
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("ends =", "hand_after")))


def kinds(moot: Moot, first: int) -> list[str]:
    return [parse_own(data)["kind"] for data in moot.log()[first:]]


def test_ended_counted_and_final_are_three_events():
    moot = Moot(members=2)
    poll = moot.poll()
    moot.vote(poll, "1", "2", "1")
    assert not DecisionFinal.by, "it follows from the count, and nobody asks for it"
    assert kinds(moot, moot.do("m1", ClosePoll(poll)).seq) == ["PollEnded", "BallotsOpened", "PollClosed", "DecisionFinal"]


@pytest.mark.parametrize("rule", ["lazy_consensus", "optimistic"])
def test_a_rule_of_silence_ends_by_the_clock_alone(rule):
    """Opened for tomorrow and closed by hand at once, it had decided."""
    moot = Moot(members=3, text=by_rule(rule))
    poll = moot.poll(opens_at=moot.now + DAY * 60_000)
    for minutes, code in ((0, "poll_not_open"), (DAY, "poll_still_open"), (6 * DAY, "poll_still_open")):
        moot.wait(minutes)
        with pytest.raises(Refusal, match=code):
            moot.do("m1", ClosePoll(poll))
    moot.wait(DAY)
    moot.do("clock", ClosePoll(poll))
    assert moot.of(Polls)[poll].result.winners == (1,)


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("minutes_open = 20160 ", 'ends = ["hand"]\nminutes_open = 20160 ', "ends an amendment before its clock"),
        ('rule = "schulze"', 'rule = "optimistic"', "ends a rule that takes silence for an answer before its clock"),
        ("hand_after_minutes = 1440   # a day", "hand_after_minutes = 99999", "is later than the clock"),
        ('ends = ["all_voted", "hand"]', 'ends = ["all_voted"]', "bounds an end by hand that there is none of"),
    ],
)
def test_a_charter_cannot_end_early_what_nobody_was_shown(old, new, fact):
    text = preset("product").replace(old, new)
    if "optimistic" in new:
        text = text.replace('ties = "lot"', 'ties = "status_quo"').replace('{ basis = "eligible", percent_min = 20 }', '{ basis = "none" }')
    with pytest.raises(Refusal, match=fact):
        Moot(text=text)


def test_a_charter_vote_takes_its_two_weeks():
    moot = Moot(members=1)
    poll = f"p{moot.do('m1', OpenPoll('charter', 'So?', amendment=preset('product') + '# more')).seq}"
    moot.vote(poll, "1", "1")
    moot.wait(20_159)
    for actor in ("m1", "clock"):
        with pytest.raises(Refusal, match="poll_still_open"):
            moot.do(actor, ClosePoll(poll))
    moot.wait(1)
    moot.do("clock", ClosePoll(poll))


def test_a_hand_ends_a_poll_only_once_it_was_open_as_long_as_stated():
    moot = Moot(members=2)
    poll = moot.poll()
    moot.wait(DAY - 1)
    with pytest.raises(Refusal, match="once it has been open for 1440 minutes"):
        moot.do("m1", ClosePoll(poll))
    moot.wait(1)
    with pytest.raises(Refusal, match="poll_still_open"):
        moot.do("clock", ClosePoll(poll))
    with pytest.raises(Refusal, match="not_allowed"):
        moot.do("m2", ClosePoll(poll))
    moot.do("m1", ClosePoll(poll))


def test_a_poll_ends_when_everybody_on_its_roll_has_voted():
    moot = Moot(members=2)
    poll = moot.poll()
    moot.vote(poll, "1", "2")
    assert list(all_due(moot.state, moot.now)) == []
    with pytest.raises(Refusal, match="poll_still_open"):
        moot.do("clock", ClosePoll(poll))
    moot.do("m3", CastBallot(poll, "3"))
    assert list(all_due(moot.state, moot.now)) == [ClosePoll(poll)]
    moot.do("clock", ClosePoll(poll))


def test_a_poll_that_has_ended_takes_no_ballot_though_its_clock_runs_on():
    moot = Moot(members=3, text=OPEN)
    poll = moot.poll()
    moot.vote(poll, "1", "2")
    ended = event(moot, "m1", "PollEnded", {"poll": poll}, at=DAY * 60_000)
    late = event(moot, "m3", "BallotCast", {"poll": poll, "power": "1", "choice": "2"}, at=DAY * 60_000) | {
        "seq": moot.state.seq + 1,
        "cause": moot.state.seq + 1,
    }
    assert verify(rewritten(moot, unchanged, [ended])).verdict == "sound"
    assert "takes no ballots any more" in str(verify(rewritten(moot, unchanged, [ended, late])).problem)


@pytest.mark.parametrize(("minutes", "taken"), [(10_079, True), (10_080, False), (10_081, False)])
def test_the_clock_ends_a_poll_to_the_minute(minutes, taken):
    moot = Moot(members=2)
    poll = moot.poll()
    moot.wait(minutes)
    if taken:
        moot.do("m2", CastBallot(poll, "1"))
    else:
        with pytest.raises(Refusal, match="poll_closed"):
            moot.do("m2", CastBallot(poll, "1"))


@pytest.mark.parametrize(("minutes", "taken"), [(59, False), (60, True)])
def test_a_poll_opens_to_the_minute(minutes, taken):
    moot = Moot(members=2)
    poll = moot.poll(opens_at=moot.now + 3_600_000)
    moot.wait(minutes)
    if taken:
        moot.do("m2", CastBallot(poll, "1"))
    else:
        with pytest.raises(Refusal, match="poll_not_open"):
            moot.do("m2", CastBallot(poll, "1"))


def test_a_large_sealed_poll_is_opened_in_parts_by_the_clock(monkeypatch):
    from api.clockwork import do_due
    from engine.features.polls import close

    monkeypatch.setattr(close, "OPENED_PER_COMMAND_MAX", 4)
    moot = Moot(members=10)
    poll = moot.poll()
    moot.vote(poll, *["1>2"] * 11)
    first = moot.do("m1", ClosePoll(poll))
    assert kinds(moot, first.seq) == ["PollEnded", "BallotsOpened"] and moot.of(Polls)[poll].status == "ended"
    assert do_due(moot.community, moot.now) == 2
    assert kinds(moot, first.seq)[2:] == ["BallotsOpened", "BallotsOpened", "PollClosed", "DecisionFinal"]
    assert moot.of(Polls)[poll].result.ballots == 11
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_openings_that_are_too_long_for_one_event_stand_in_several(monkeypatch):
    from engine.features.polls import close

    moot = Moot(members=2)
    poll = moot.poll()
    moot.vote(poll, "1>2", "2>3", "3>1")
    monkeypatch.setattr(close, "PART_BYTES_MAX", 2 * (close.OPENING_BYTES + len("1>2")))
    assert kinds(moot, moot.do("m1", ClosePoll(poll)).seq) == ["PollEnded", "BallotsOpened", "BallotsOpened", "PollClosed", "DecisionFinal"]
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize(("times", "verdict"), [(0, "unsound"), (1, "sound"), (2, "unsound")])
def test_each_waiting_ballot_is_opened_once(times, verdict):
    moot = Moot(members=2)
    poll = moot.poll()
    moot.vote(poll, "1>2")
    ended = event(moot, "m1", "PollEnded", {"poll": poll}, at=DAY * 60_000)
    body = opened_early(moot, poll)
    opened = event(moot, "m1", "BallotsOpened", body | {"openings": body["openings"] * times}, at=DAY * 60_000, cause=ended["seq"])
    report = verify(rewritten(moot, unchanged, [ended, opened]))
    assert report.verdict == verdict
    assert verdict == "sound" or "opens no ballot, or one twice" in str(report.problem)


def test_a_poll_ends_once():
    moot = Moot(members=3)
    poll = moot.poll()
    moot.wait(8 * DAY)
    twice = [event(moot, "clock", "PollEnded", {"poll": poll}, cause=moot.state.seq + again) for again in (0, 1)]
    report = verify(rewritten(moot, unchanged, twice))
    assert "has ended already" in str(report.problem)


def test_openings_are_logged_in_parts_of_a_bounded_size(monkeypatch):
    monkeypatch.setattr(close, "PART_BYTES_MAX", 2 * (close.OPENING_BYTES + 1))
    moot = Moot(members=4)
    poll = moot.poll()
    moot.vote(poll, "1", "2", "1", "3", "1")
    first = moot.do("m1", ClosePoll(poll)).seq
    parts = [line["body"]["openings"] for line in map(parse_own, moot.log()[first:]) if line["kind"] == "BallotsOpened"]
    assert [len(part) for part in parts] == [2, 2, 1]
    assert moot.of(Polls)[poll].result.ballots == 5


@pytest.mark.parametrize("secrecy", ["open", "until_close"])
def test_a_ballot_is_replaced_only_where_the_charter_says_so(secrecy):
    text = preset("product").replace("[decisions.ranking]", "[decisions.ranking]\nreplaceable = false")
    text = text.replace('secrecy = "until_close"', f'secrecy = "{secrecy}"')
    moot = Moot(members=2, text=text)
    poll = moot.poll()
    moot.do("m2", CastBallot(poll, "1"))
    with pytest.raises(Refusal, match="poll_closed: poll .* has your ballot, which cannot be replaced"):
        moot.do("m2", CastBallot(poll, "2"))
    moot.do("m3", CastBallot(poll, "1"))
    moot.end(poll)
    assert moot.of(Polls)[poll].result.winners == (1,)


def test_a_poll_is_due_at_the_very_end_of_its_time():
    moot = Moot(members=2)
    poll = moot.poll()
    closes_at = moot.of(Polls)[poll].asked.closes_at
    due = [[each for each in all_due(moot.state, at) if isinstance(each, ClosePoll)] for at in (closes_at - 1, closes_at)]
    assert due == [[], [ClosePoll(poll)]]


@pytest.mark.parametrize("code", ["too_many_ties", "too_large", "election_wrong", "parameter_wrong"])
def test_a_count_that_no_waiting_mends_ends_the_poll_without_a_decision(monkeypatch, code):
    from engine import rules
    from engine.refusals import refuse

    moot = Moot(members=2)
    poll = moot.poll()
    moot.vote(poll, "1", "2")
    moot.wait(8 * DAY)

    def count(*_: object) -> None:
        raise refuse(code, "the count", "is too much", "ask otherwise")

    monkeypatch.setattr(rules, "count", count)
    moot.do("clock", ClosePoll(poll))
    assert moot.of(Polls)[poll].result.status == "uncountable"


def test_a_quorum_that_is_just_reached_is_reached():
    moot = Moot(members=4)
    poll = moot.poll()
    moot.do("m2", CastBallot(poll, "1"))
    moot.wait(8 * DAY)
    moot.do("clock", ClosePoll(poll))
    assert moot.of(Polls)[poll].result.status == "decided", "20 % of five is one"


def test_no_ballot_is_found_by_an_event_that_cast_none():
    moot = Moot(members=2)
    poll = moot.poll()
    moot.do("m2", CastBallot(poll, "1"))
    ballots = moot.of(Polls)[poll].open_ballots
    assert [ballots.sealed_at(seq) for seq in (0, 10**9)] == [None, None]
