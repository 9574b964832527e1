"""Claims of a round: each leaf once, whoever sends it, never more than the pot; members without a wallet; unruly tokens."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.abi import checksummed
from contracts.tree import MerkleTree, grow
from tests.contracts.chain import DAY, NOBODY, Chain, hexed

TYPES = ("uint256", "address", "bytes32", "uint256")
ACCOUNT = "Account(bytes32 member,address account,uint256 nonce)"
ROUND = hexed(b"\x07" * 32)


def member(number: int) -> str:
    return hexed(f"m{number}".encode().ljust(32, b"\0"))


class Round:
    """A round on a chain: `shares` are (account or NOBODY, amount), each of a member of her own; the pot covers them unless told."""

    def __init__(self, chain: Chain, shares: list[tuple[str, int]], token=None, pot: int | None = None) -> None:
        self.chain, self.token, self.community = chain, token, chain.accounts[9]
        self.council = chain.accounts[5:8]
        self.tree: MerkleTree = grow(TYPES, [(str(n), account, member(n), str(amount)) for n, (account, amount) in enumerate(shares)])
        address = token.address if token else NOBODY
        arguments = (ROUND, self.tree.root, address, chain.now + 60 * DAY, self.community, self.council, 2)
        self.contract = chain.deploy("payouts", *arguments)
        pot = sum(amount for _, amount in shares) if pot is None else pot
        if token:
            chain.do(token.functions.transfer(self.contract.address, pot))
        elif pot:
            chain.send(self.contract.address, pot)

    def claim(self, number: int, amount: int | None = None, account: str | None = None, proof: list[bytes] | None = None):
        value = self.tree.values[number]
        return self.contract.functions.claim(
            int(value[0]),
            checksummed(account or value[1]),
            value[2],
            int(value[3]) if amount is None else amount,
            self.tree.proof(number) if proof is None else proof,
        )

    def held(self, account: str) -> int:
        return self.token.functions.balanceOf(account).call() if self.token else self.chain.balance(account)

    def pot(self) -> int:
        return self.held(self.contract.address)


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def fresh() -> list[str]:
    """Accounts that hold nothing yet."""
    return [checksummed(f"0x{n:040x}") for n in range(0xA000, 0xA010)]


def test_whoever_sends_a_claim_the_leaf_says_who_is_paid(chain, fresh):
    ana, zoe = fresh[:2]
    round_ = Round(chain, [(ana, 100), (zoe, 50)])
    chain.do(round_.claim(0), sender=chain.accounts[3])
    assert (chain.balance(ana), round_.pot()) == (100, 50)
    assert round_.contract.functions.is_claimed(0).call() and not round_.contract.functions.is_claimed(1).call()
    chain.refuses("payouts: claimed already", round_.claim(0))
    chain.refuses("payouts: no such claim", round_.claim(1, amount=51))
    chain.refuses("payouts: no such claim", round_.claim(1, account=ana))
    chain.refuses("payouts: no such claim", round_.claim(1, proof=round_.tree.proof(0)))
    chain.do(round_.claim(1))
    assert round_.pot() == 0


def test_a_claim_beyond_a_word_of_the_bitmap_is_its_own(chain, fresh):
    round_ = Round(chain, [(fresh[0], 1)] * 258)
    for number in (0, 256, 257):
        chain.do(round_.claim(number))
    assert [number for number in range(258) if round_.contract.functions.is_claimed(number).call()] == [0, 256, 257]


def test_a_member_without_a_wallet_claims_once_the_community_has_attested_one(chain, fresh):
    ana, zoe = fresh[:2]
    round_ = Round(chain, [(NOBODY, 100), (zoe, 50)])
    attest = round_.contract.functions.attest_account
    chain.refuses("payouts: nobody has attested", round_.claim(0))
    chain.refuses("payouts: only the community", attest(member(0), ana))
    chain.refuses("payouts: not an account", attest(member(0), NOBODY), sender=round_.community)
    chain.do(attest(member(0), zoe), sender=round_.community)
    chain.do(attest(member(0), ana), sender=round_.community)  # an error put right
    chain.do(attest(member(1), ana), sender=round_.community)  # of no consequence: her leaf has an account
    chain.do(round_.claim(0))
    chain.do(round_.claim(1))
    assert (chain.balance(ana), chain.balance(zoe)) == (100, 50)


def test_a_council_attests_an_account_once_and_for_this_contract_alone(chain, fresh):
    ana, zoe = fresh[:2]
    round_, other = Round(chain, [(NOBODY, 100)]), Round(chain, [(NOBODY, 100)])
    attest = round_.contract.functions.attest_account_by_council
    signatures = chain.sign(round_.contract, ACCOUNT, [member(0), ana, "0"], round_.council[:2])
    chain.refuses("council: too few signed", attest(member(0), ana, signatures[:1]))
    chain.refuses("council: signers are not in rising order", attest(member(0), ana, [signatures[0]] * 2))
    chain.refuses("council: signers are not in rising order", attest(member(0), ana, signatures[::-1]))
    chain.refuses("council: ", attest(member(0), zoe, signatures))
    chain.refuses("council: ", other.contract.functions.attest_account_by_council(member(0), ana, signatures))
    stranger = chain.sign(round_.contract, ACCOUNT, [member(0), ana, "0"], [round_.council[0], chain.accounts[1]])
    chain.refuses("council: somebody without a seat signed", attest(member(0), ana, stranger))
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    v, r, s = signatures[0]
    chain.refuses("council: a signature has a twin", attest(member(0), ana, [(55 - v, r, order - s), signatures[1]]))
    elsewhere = chain.sign(round_.contract, ACCOUNT, [member(0), ana, "0"], round_.council[:2], chain_id=1)
    chain.refuses("council: ", attest(member(0), ana, elsewhere))
    chain.do(attest(member(0), ana, signatures))
    chain.do(round_.contract.functions.attest_account(member(0), zoe), sender=round_.community)
    chain.refuses("council: ", attest(member(0), ana, signatures))  # the word of yesterday
    chain.do(round_.claim(0))
    assert chain.balance(zoe) == 100


def test_after_the_deadline_the_rest_goes_to_the_community_and_nowhere_else(chain, fresh):
    round_ = Round(chain, [(fresh[0], 100), (fresh[1], 50)])
    chain.do(round_.claim(0))
    chain.refuses("payouts: the deadline has not passed", round_.contract.functions.sweep(), sender=round_.community)
    chain.wait(60 * DAY)
    chain.refuses("payouts: the deadline has passed", round_.claim(1))
    before = chain.balance(round_.community)
    chain.do(round_.contract.functions.sweep(), sender=chain.accounts[3])
    assert (round_.pot(), chain.balance(round_.community) - before) == (0, 50)


def test_a_pot_that_is_too_small_refuses_and_can_be_filled_up(chain, fresh):
    ana, zoe = fresh[:2]
    round_ = Round(chain, [(ana, 100), (zoe, 50)], pot=120)
    chain.do(round_.claim(0))
    chain.refuses("", round_.claim(1))  # the chain itself says no, without words
    chain.send(round_.contract.address, 30)
    chain.do(round_.claim(1))
    assert (chain.balance(zoe), round_.pot()) == (50, 0)


def test_whoever_calls_back_in_while_she_is_paid_gets_it_once(chain):
    greedy = chain.deploy_test("greedy")
    round_ = Round(chain, [(greedy.address, 100), (chain.accounts[1], 500)])
    value = round_.tree.values[0]
    leaf = (int(value[0]), value[1], value[2], int(value[3]))
    chain.do(greedy.functions.prepare(leaf, round_.tree.proof(0), False))
    chain.refuses("payouts: claimed already", round_.claim(0))
    chain.do(greedy.functions.prepare(leaf, round_.tree.proof(0), True))
    chain.do(round_.claim(0))
    assert round_.pot() == 500


@pytest.mark.parametrize("name", ["plain", "silent", "false"])
def test_a_token_is_paid_whether_or_not_it_says_so(chain, fresh, name):
    ana = fresh[0]
    round_ = Round(chain, [(ana, 100), (ana, 50)], chain.deploy_test(name, 10_000), pot=100)
    chain.do(round_.claim(0))
    assert (round_.held(ana), round_.pot()) == (100, 0)
    chain.refuses("payouts: the token refused" if name == "false" else "", round_.claim(1))
    assert not round_.contract.functions.is_claimed(1).call()


def test_a_token_that_takes_a_fee_pays_less_and_the_leaf_is_spent(chain, fresh):
    """Stated in the contract: the fee is the token's, on the way in and on the way out."""
    ana = fresh[0]
    round_ = Round(chain, [(ana, 100)], chain.deploy_test("fee", 10_000), pot=112)
    assert round_.pot() == 101
    chain.do(round_.claim(0))
    assert (round_.held(ana), round_.pot()) == (90, 1)
    chain.refuses("payouts: claimed already", round_.claim(0))


def test_a_token_that_pauses_keeps_the_claim_open(chain, fresh):
    ana, token = fresh[0], chain.deploy_test("pausing", 10_000)
    round_ = Round(chain, [(ana, 100)], token)
    chain.do(token.functions.pause(True))
    chain.refuses("token: paused", round_.claim(0))
    chain.do(token.functions.pause(False))
    chain.do(round_.claim(0))
    assert round_.held(ana) == 100


def test_a_round_that_cannot_be_right_is_not_opened(chain):
    token = chain.deploy_test("plain", 1)
    right = [ROUND, b"\1" * 32, NOBODY, chain.now + 60 * DAY, chain.accounts[9], [], 0]

    def refused(reason: str, place: int, value, coins: int = 0, **others) -> None:
        arguments = [value if number == place else argument for number, argument in enumerate(right)]
        for number, argument in others.items():
            arguments[int(number[1:])] = argument
        chain.refuses_to_deploy(reason, "payouts", *arguments, value=coins)

    refused("less than a week", 3, chain.now + 5 * DAY)
    refused("no community", 4, NOBODY)
    refused("no such token", 2, chain.accounts[1])
    refused("coins beside a token", 2, token.address, coins=1)
    refused("at least one seat", 6, 0, a5=chain.accounts[:2])
    refused("at most all", 6, 3, a5=chain.accounts[:2])
    refused("given twice", 6, 1, a5=[chain.accounts[0]] * 2)
    refused("nobody's", 6, 1, a5=[NOBODY])
    opened = chain.deploy("payouts", *[token.address if number == 2 else argument for number, argument in enumerate(right)])
    with pytest.raises(chain.failures, match="payouts: this round is paid in a token"):
        chain.web3.eth.call({"from": chain.accounts[0], "to": opened.address, "value": 1})


class AnyRound(RuleBasedStateMachine):
    """Whatever is asked in whatever order: the chain holds what the model says."""

    chain: Chain
    start: str

    @initialize(
        amounts=st.lists(st.integers(0, 1000), min_size=1, max_size=9), missing=st.integers(0, 300), gone=st.sets(st.integers(0, 8))
    )
    def open(self, amounts, missing, gone):
        self.chain = SHARED_CHAIN.setdefault("chain", Chain())
        self.start = self.chain.tester.take_snapshot()
        self.accounts = [checksummed(f"0x{n + 0xB000:040x}") for n in range(len(amounts))]
        shares = [
            (NOBODY if n in gone else account, amount) for n, (account, amount) in enumerate(zip(self.accounts, amounts, strict=True))
        ]
        self.pot = self.funded = max(0, sum(amounts) - missing)
        self.round = Round(self.chain, shares, pot=self.pot)
        self.amounts, self.claimed, self.attested, self.is_over = amounts, set(), {}, False
        self.without = {n for n in gone if n < len(amounts)}

    @rule(number=st.integers(0, 8), extra=st.sampled_from([0, 0, 0, 1]), other=st.integers(0, 8))
    def claim(self, number, extra, other):
        number, other = number % len(self.amounts), other % len(self.amounts)
        amount = self.amounts[number]
        proof = self.round.tree.proof(number)
        may = not self.is_over and number not in self.claimed and not extra and amount <= self.pot
        may = may and (number not in self.without or number in self.attested)
        call = self.round.claim(number, amount + extra, proof=proof)
        sender = self.chain.accounts[other]
        if may:
            self.chain.do(call, sender)
            self.claimed.add(number)
            self.pot -= amount
        else:
            self.chain.refuses("", call, sender)

    @rule(number=st.integers(0, 8), account=st.integers(0, 8))
    def attest(self, number, account):
        number, account = number % len(self.amounts), account % len(self.amounts)
        whose = self.accounts[account]
        self.chain.do(self.round.contract.functions.attest_account(member(number), whose), self.round.community)
        self.attested[number] = account

    @rule()
    def sweep(self):
        call = self.round.contract.functions.sweep()
        if self.is_over:
            self.chain.do(call)
            self.pot = 0
        else:
            self.chain.refuses("payouts: the deadline has not passed", call)

    @rule(days=st.sampled_from([1, 5, 61]))
    def wait(self, days):
        self.chain.wait(days * DAY)
        self.is_over = self.chain.now >= self.round.contract.functions.DEADLINE().call()

    @rule(number=st.integers(0, 8))
    def be_late(self, number):
        self.wait(61)
        self.claim(number, 0, 0)
        self.sweep()

    @invariant()
    def the_pot_is_what_is_left(self):
        if hasattr(self, "round"):
            assert self.round.pot() == self.pot
            assert sum(self.amounts[number] for number in self.claimed) <= self.funded
            held = {number: self.round.contract.functions.is_claimed(number).call() for number in range(len(self.amounts))}
            assert {number for number, is_claimed in held.items() if is_claimed} == self.claimed

    def teardown(self):
        if hasattr(self, "start"):
            self.chain.tester.revert_to_snapshot(self.start)


SHARED_CHAIN: dict[str, Chain] = {}
TestAnyRound = AnyRound.TestCase
TestAnyRound.settings = settings(max_examples=12, stateful_step_count=12, phases=[Phase.generate])
