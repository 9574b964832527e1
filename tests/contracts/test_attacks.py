"""What governances have fallen to, tried on ours: each fails, and for the stated reason. Accounts: facts on chain governance, 3."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.abi import checksummed
from engine.log.eip712 import keccak
from tests.contracts.chain import DAY, Chain, hexed
from tests.contracts.deciding import COOLDOWN, OPEN, RESULT, WINDOW, Moot, calldata, poll

THIEF = checksummed(f"0x{0xBAD:040x}")
LOOT = [(THIEF, 1000, b"")]


@pytest.fixture
def moot() -> Moot:
    return Moot(Chain())


def test_beanstalk_opened_decided_and_done_in_one_transaction():
    """April 2022, some $182 million: a majority borrowed for one transaction passed an emergency path that had no delay.

    Here even all nine seats cannot: each step asks for days since the one before it.
    """
    chain = Chain()
    attacker = chain.deploy_test("at_once")
    moot = Moot(chain, [attacker.address, *chain.accounts[:8]])
    five = moot.signed(1, LOOT, chain.accounts[:5])
    steps = [
        calldata(moot.contract, "open", poll(1), LOOT),
        calldata(moot.contract, "queue", poll(1), LOOT, RESULT, five),
        calldata(moot.contract, "execute", poll(1), LOOT),
    ]
    chain.refuses("too soon after its opening", attacker.functions.run(moot.contract.address, steps))
    chain.do(attacker.functions.run(moot.contract.address, steps[:1]))
    chain.wait(OPEN)
    chain.refuses("it can still be challenged", attacker.functions.run(moot.contract.address, steps[1:]))
    chain.do(attacker.functions.run(moot.contract.address, steps[1:2]))
    chain.refuses("it can still be challenged", attacker.functions.run(moot.contract.address, steps[2:]))


def test_build_finance_a_quiet_proposal_that_hands_over_the_keys(moot):
    """February 2022, some $470,000: a second proposal that nobody noticed gave the right to mint, and so everything.

    Here what was never opened in the open cannot be queued, and the keys to this contract take more seats than money does.
    """
    chain = moot.chain
    takeover = [(moot.contract.address, 0, calldata(moot.contract, "seat_council", [chain.accounts[0]], 1, 1, 1))]
    chain.refuses("it was never opened", moot.queue(1, takeover))
    moot.opened(1, takeover)
    chain.refuses("too few signed to change the council", moot.queue(1, takeover))
    chain.refuses("only by a decision", moot.calls.seat_council([chain.accounts[0]], 1, 1, 1))
    chain.do(moot.queue(1, takeover, moot.seats[:7]))
    for seat in moot.seats[7:]:
        chain.do(moot.object(1), seat)
    chain.wait(WINDOW)
    chain.refuses("it was cancelled", moot.execute(1, takeover))


def shanghai() -> Any:
    from eth.vm.forks.shanghai import ShanghaiVM

    return ShanghaiVM


def made_by(maker: str) -> str:
    """Where `maker` puts its code: CREATE2 with initcode that asks it for the code."""
    initcode = bytes.fromhex("5f5f5f5f335afa503d5f5f3e3d5ff3")
    return checksummed(hexed(keccak(b"\xff" + bytes.fromhex(maker[2:]) + bytes(32) + keccak(initcode))[12:]))


@pytest.mark.filterwarnings("ignore:SELFDESTRUCT")
@pytest.mark.parametrize("stage", ["opened", "queued"])
def test_tornado_cash_other_code_at_the_address_that_was_voted_on(stage):
    """May 2023: a proposal's contract destroyed itself, and other code was put at its address by CREATE2.

    Here the hash of the code is pinned. Tried on a chain of before EIP-6780, where code can still be destroyed.
    """
    chain = Chain(shanghai)
    moot, maker = Moot(chain), chain.deploy_test("maker")
    target = made_by(maker.address)
    chain.do(maker.functions.make(bytes.fromhex("36600557005b33ff")))  # takes coins; destroyed by any call with data
    actions = [(target, 100, b"")]
    moot.opened(1, actions)
    if stage == "queued":
        chain.do(moot.queue(1, actions))
        chain.wait(WINDOW)
    chain.do(maker.functions.run(b"\1"))
    assert chain.web3.eth.get_code(target) == b""
    chain.refuses("not what was pinned when it opened", moot.queue(1, actions) if stage == "opened" else moot.execute(1, actions))
    chain.do(maker.functions.make(bytes.fromhex("32ff")))  # whatever comes goes to whoever began it
    assert chain.web3.eth.get_code(target) == bytes.fromhex("32ff")
    chain.refuses("not what was pinned when it opened", moot.queue(1, actions) if stage == "opened" else moot.execute(1, actions))
    # With the code that was voted on back in its place it is what was decided again.
    chain.do(maker.functions.run(b"\1"))
    chain.do(maker.functions.make(bytes.fromhex("36600557005b33ff")))
    chain.do(moot.queue(1, actions) if stage == "opened" else moot.execute(1, actions))


def test_tornado_cash_code_that_one_action_puts_where_the_next_one_pays(moot):
    """An account that had no code when everything was compared has some by the time its own turn comes."""
    chain = moot.chain
    maker = chain.deploy_test("maker")
    target = made_by(maker.address)
    actions = [(maker.address, 0, calldata(maker, "make", b"\x32\xff")), (target, 100, b"")]
    moot.ready(1, actions)
    chain.refuses("not what was pinned when it opened", moot.execute(1, actions))


def test_tornado_cash_a_target_whose_code_is_still_to_come(moot):
    chain = moot.chain
    chain.refuses("a call to a target without code", moot.open(1, [(THIEF, 0, b"\1\2\3\4")]))


def test_compound_289_the_same_again_until_nobody_looks(moot):
    """July 2024, some $24 million: the third try at one proposal, on a weekend, by few who held much.

    Here what did not go through waits, a window can be no shorter than it was, and two seats of nine are enough to stop it.
    """
    chain = moot.chain
    moot.queued(1, LOOT)
    for seat in moot.seats[7:]:
        chain.do(moot.object(1), seat)
    assert moot.stage(1) == "cancelled"
    chain.refuses("the same was tried not long ago", moot.open(2, LOOT))
    chain.wait(COOLDOWN - OPEN - DAY)
    chain.refuses("the same was tried not long ago", moot.open(2, LOOT))
    chain.wait(DAY)
    chain.do(moot.open(2, LOOT))
    chain.refuses("the same was tried not long ago", moot.open(3, LOOT))
    chain.wait(OPEN)
    chain.do(moot.queue(2, LOOT))
    chain.wait(WINDOW - 60)
    chain.refuses("it can still be challenged", moot.execute(2, LOOT))


def test_mango_the_loot_votes_on_what_becomes_of_the_loot(moot):
    """October 2022: who had taken the money voted with it for a settlement of his own.

    Here whoever took a seat after it opened is not asked, and a signer whom it pays or calls is refused.
    """
    chain = moot.chain
    bought = [*moot.seats[:8], moot.holder]
    change = [(moot.contract.address, 0, calldata(moot.contract, "seat_council", bought, 1, 1, 1))]
    own = [(moot.seats[0], 1000, b"")]
    for number, actions in enumerate((LOOT, change, own), 1):
        chain.do(moot.open(number, actions))
    chain.wait(OPEN)
    chain.do(moot.queue(2, change, moot.seats[:7]))
    chain.wait(WINDOW)
    chain.do(moot.execute(2, change))
    chain.refuses("too few signed", moot.queue(1, LOOT, [moot.holder]))
    chain.refuses("somebody without a seat signed", moot.queue(1, LOOT, [*moot.seats[:4], moot.holder]))
    chain.refuses("a signer is paid or called by it", moot.queue(3, own, moot.seats[:5]))
    chain.do(moot.queue(3, own, moot.seats[1:6]))
