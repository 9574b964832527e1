"""Nothing executes without its decision, before its time, after its veto, or otherwise than it was pinned."""

from __future__ import annotations

import pytest

from contracts.abi import checksummed
from tests.contracts.chain import DAY, NOBODY, Chain
from tests.contracts.deciding import COOLDOWN, GRACE, LAPSE, OPEN, RESULT, WINDOW, Moot, calldata, poll

ANA = checksummed(f"0x{0xA000:040x}")
PAY = [(ANA, 100, b"")]


@pytest.fixture
def moot() -> Moot:
    return Moot(Chain())


def test_a_decision_walks_from_its_opening_to_its_end(moot):
    chain = moot.chain
    assert moot.stage(1) == "unknown"
    chain.do(moot.open(1, PAY), moot.seats[0])
    assert moot.stage(1) == "open"
    chain.wait(OPEN)
    chain.do(moot.queue(1, PAY), chain.accounts[9])
    assert moot.stage(1) == "queued"
    chain.refuses("it can still be challenged", moot.execute(1, PAY))
    chain.wait(WINDOW)
    assert moot.stage(1) == "ready"
    chain.do(moot.execute(1, PAY), chain.accounts[9])
    assert (moot.stage(1), chain.balance(ANA), chain.balance(moot.contract.address)) == ("executed", 100, 900)
    chain.refuses("executed already", moot.execute(1, PAY))
    chain.refuses("queued already", moot.queue(1, PAY))
    chain.refuses("nothing to stop", moot.veto(1), moot.holder)


def test_no_step_can_be_left_out(moot):
    chain = moot.chain
    chain.refuses("only a seat", moot.open(1, PAY), moot.holder)
    chain.refuses("nothing to do", moot.open(1, []))
    chain.refuses("it was never opened", moot.queue(1, PAY))
    chain.refuses("it is not queued", moot.execute(1, PAY))
    chain.do(moot.open(1, PAY))
    chain.refuses("opened already", moot.open(1, PAY))
    chain.refuses("too soon after its opening", moot.queue(1, PAY))
    chain.refuses("it is not queued", moot.execute(1, PAY))
    chain.refuses("it is not queued", moot.object(1))
    chain.refuses("only by a decision", moot.calls.seat_council(moot.seats, 1, 1, 1))


def test_it_takes_five_of_the_nine_on_this_very_decision(moot):
    chain = moot.chain
    moot.opened(1, PAY)
    queue = moot.calls.queue
    chain.refuses("too few signed", moot.queue(1, PAY, moot.seats[:4]))
    chain.refuses("without a seat", moot.queue(1, PAY, [*moot.seats[:4], moot.holder]))
    chain.refuses("council: ", queue(poll(1), PAY, b"\x08" * 32, moot.signed(1, PAY)))
    five = moot.signed(1, PAY)
    chain.refuses("rising order", queue(poll(1), PAY, RESULT, [five[0], *five[:4]]))
    other = [(ANA, 101, b"")]
    chain.do(moot.open(2, other))
    chain.wait(OPEN)
    chain.refuses("council: ", queue(poll(2), other, RESULT, five))
    chain.do(queue(poll(1), PAY, RESULT, five))


@pytest.mark.parametrize("changed", [[(ANA, 101, b"")], [(NOBODY, 100, b"")], [(ANA, 100, b"\0")], [*PAY, *PAY], []])
def test_what_was_pinned_is_what_is_queued_and_done(moot, changed):
    chain = moot.chain
    moot.opened(1, PAY)
    chain.refuses("not what was pinned", moot.queue(1, changed))
    chain.do(moot.queue(1, PAY))
    chain.wait(WINDOW)
    chain.refuses("not what was pinned", moot.execute(1, changed))


def test_all_of_its_actions_are_done_or_none(moot):
    chain = moot.chain
    till = chain.deploy_test("till")
    actions = [(ANA, 100, b""), (till.address, 0, calldata(till, "add", 5)), (till.address, 7, b"")]
    moot.ready(1, actions)
    chain.do(till.functions.break_it(True))
    chain.refuses("till: broken", moot.execute(1, actions))
    assert (chain.balance(ANA), moot.stage(1)) == (0, "ready")
    chain.do(till.functions.break_it(False))
    chain.do(moot.execute(1, actions))
    assert (chain.balance(ANA), till.functions.count().call(), chain.balance(till.address)) == (100, 5, 7)


def test_more_than_there_is_cannot_be_spent(moot):
    moot.ready(1, [(ANA, 1001, b"")])
    moot.chain.refuses("", moot.execute(1, [(ANA, 1001, b"")]))


def test_it_lapses_and_it_expires(moot):
    chain = moot.chain
    chain.do(moot.open(1, PAY))
    chain.wait(LAPSE)
    assert moot.stage(1) == "lapsed"
    chain.refuses("it has lapsed", moot.queue(1, PAY))
    moot.ready(2, PAY)
    chain.wait(GRACE)
    assert moot.stage(2) == "expired"
    chain.refuses("it has expired", moot.execute(2, PAY))


def test_two_seats_stop_what_five_attested_while_the_window_is_open(moot):
    chain = moot.chain
    moot.queued(1, PAY)
    chain.refuses("only a seat of its council", moot.object(1), moot.holder)
    chain.do(moot.object(1), moot.seats[7])
    chain.refuses("objected already", moot.object(1), moot.seats[7])
    assert moot.stage(1) == "queued"
    chain.do(moot.object(1), moot.seats[8])
    assert moot.stage(1) == "cancelled"
    chain.wait(WINDOW)
    chain.refuses("it was cancelled", moot.execute(1, PAY))
    chain.refuses("nothing to stop", moot.veto(1), moot.holder)
    moot.ready(2, [(ANA, 99, b"")])
    chain.refuses("its window is over", moot.object(2), moot.seats[7])


@pytest.mark.parametrize("stage", ["open", "queued", "ready"])
def test_a_veto_stops_at_any_stage(moot, stage):
    chain = moot.chain
    {"open": moot.opened, "queued": moot.queued, "ready": moot.ready}[stage](1, PAY)
    chain.refuses("only the veto's holder", moot.veto(1), moot.seats[0])
    chain.refuses("nothing to stop", moot.veto(2), moot.holder)
    chain.do(moot.veto(1), moot.holder)
    assert moot.stage(1) == "cancelled"
    chain.refuses("", moot.queue(1, PAY) if stage == "open" else moot.execute(1, PAY))


def test_a_vetoed_decision_cannot_be_queued_again(moot):
    chain = moot.chain
    moot.opened(1, PAY)
    chain.do(moot.veto(1), moot.holder)
    chain.refuses("it was cancelled", moot.queue(1, PAY))


def test_a_veto_ends_on_its_day_and_is_never_prolonged(moot):
    chain = moot.chain
    chain.wait(95 * DAY)
    moot.queued(1, PAY)
    chain.wait(moot.veto_until - chain.now)
    chain.refuses("the veto is over", moot.veto(1), moot.holder)
    chain.wait(60)
    chain.do(moot.execute(1, PAY))
    assert {entry["name"] for entry in moot.contract.abi if "veto" in str(entry.get("name")).lower()} == {
        "veto", "give_up_veto", "VETO_HOLDER", "VETO_UNTIL", "is_veto_over",
    }  # fmt: skip


def test_a_veto_that_was_given_up_is_gone(moot):
    chain = moot.chain
    chain.refuses("only the veto's holder", moot.calls.give_up_veto(), moot.seats[0])
    chain.do(moot.calls.give_up_veto(), moot.holder)
    moot.queued(1, PAY)
    chain.refuses("the veto is over", moot.veto(1), moot.holder)


def test_a_new_council_takes_seven_and_judges_what_opens_after_it(moot):
    chain = moot.chain
    change = [(moot.contract.address, 0, calldata(moot.contract, "seat_council", moot.seats[4:], 3, 4, 1))]
    moot.opened(1, change)
    chain.do(moot.open(2, PAY))
    chain.refuses("too few signed to change the council", moot.queue(1, change, moot.seats[:6]))
    chain.do(moot.queue(1, change, moot.seats[:7]))
    chain.wait(max(OPEN, WINDOW))
    chain.do(moot.execute(1, change))
    assert (moot.calls.term().call(), moot.calls.needed(2).call(), moot.calls.grave(2).call(), moot.calls.stops(2).call()) == (2, 3, 4, 1)
    chain.refuses("too few signed", moot.queue(2, PAY, moot.seats[4:7]))
    chain.do(moot.queue(2, PAY, moot.seats[:5]))
    chain.refuses("only a seat", moot.open(3, [(ANA, 1, b"")]), moot.seats[0])
    moot.chain.do(moot.open(3, [(ANA, 1, b"")]), moot.seats[8])
    chain.wait(OPEN)
    chain.refuses("without a seat", moot.queue(3, [(ANA, 1, b"")], moot.seats[:5]))
    chain.do(moot.queue(3, [(ANA, 1, b"")], moot.seats[4:7]))


def test_whoever_calls_back_in_finds_it_done(moot):
    chain = moot.chain
    again = chain.deploy_test("again")
    actions = [(again.address, 100, b"")]
    chain.do(again.functions.prepare(calldata(moot.contract, "execute", poll(1), actions)))
    moot.ready(1, actions)
    chain.do(moot.execute(1, actions))
    assert (chain.balance(again.address), again.functions.was_refused().call()) == (100, True)


def test_an_account_may_hold_its_first_coin_between_opening_and_execution(moot):
    moot.ready(1, PAY)
    moot.chain.send(ANA, 1)
    moot.chain.do(moot.execute(1, PAY))
    assert moot.chain.balance(ANA) == 101


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (1, 0, "at least one seat"), (1, 10, "takes no fewer seats"), (2, 4, "takes no fewer seats"), (2, 10, "takes no fewer seats"),
        (3, 0, "takes no more seats"), (3, 6, "takes no more seats"),
        (4, DAY - 1, "within a day"), (6, DAY - 1, "within a day"), (7, DAY - 1, "within a day"),
        (5, 3 * DAY, "would lapse"), (10, 2**40, "ends within two years"),
    ],
)  # fmt: skip
def test_a_council_that_could_decide_and_do_at_once_is_not_deployed(place, value, reason):
    chain = Chain()
    right = [chain.accounts[:9], 5, 7, 2, 3 * DAY, 60 * DAY, 2 * DAY, 7 * DAY, COOLDOWN, chain.accounts[9], chain.now + 100 * DAY]
    if place == 1 and value == 0:
        right[3], reason = 0, "takes no more seats"
    right[place] = value
    chain.refuses_to_deploy(reason, "decisions", *right)
