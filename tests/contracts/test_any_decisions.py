"""Whatever is asked of the decisions, in whatever order, by whomever: the contract does what the model says, and refuses the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.abi import checksummed
from tests.contracts.chain import DAY, Chain
from tests.contracts.deciding import COOLDOWN, GRACE, LAPSE, OPEN, WINDOW, Moot

SHARED_CHAIN: dict[str, Chain] = {}
PAID = checksummed(f"0x{0xC000:040x}")
POLLS, POT = 3, 1000
numbers = st.integers(1, POLLS)


@dataclass
class Known:
    """What the model knows of one decision."""

    opened_at: int
    queued_at: int = 0
    is_cancelled: bool = False
    is_executed: bool = False
    objected: set[int] = field(default_factory=set)


class AnyDecisions(RuleBasedStateMachine):
    @initialize()
    def open_house(self):
        self.chain = SHARED_CHAIN.setdefault("chain", Chain())
        self.start = self.chain.tester.take_snapshot()
        self.moot = Moot(self.chain, value=POT)
        self.known: dict[int, Known] = {}
        self.given_up, self.spent = False, 0
        self.before = self.chain.balance(PAID)

    def actions(self, number: int) -> list[tuple[str, int, bytes]]:
        """Polls 1 and 2 ask for the same, so that one can be the other's second try."""
        return [(PAID, 600 if number == 3 else 300, b"")]

    def tried(self, may: bool, call, sender: str | None = None) -> bool:
        if may:
            self.chain.do(call, sender)
        else:
            self.chain.refuses("", call, sender)
        return may

    @rule(number=numbers, who=st.integers(0, 9))
    def open(self, number, who):
        alike = [self.known[other] for other in (1, 2) if number in (1, 2) and other in self.known]
        newest = max(alike, key=lambda one: one.opened_at, default=None)
        may = number not in self.known and who < 9
        if newest is not None and not newest.is_executed:
            may = may and self.chain.now >= newest.opened_at + COOLDOWN
        if self.tried(may, self.moot.open(number, self.actions(number)), self.chain.accounts[who]):
            self.known[number] = Known(self.chain.now)

    @rule(number=numbers, signers=st.sampled_from([4, 5, 9]), other=st.sampled_from([0, 0, 0, 1]))
    def queue(self, number, signers, other):
        one, now = self.known.get(number), self.chain.now
        may = one is not None and not one.queued_at and not one.is_cancelled and signers >= 5 and not other
        may = may and one.opened_at + OPEN <= now < one.opened_at + LAPSE
        actions = [(PAID, 1, b"")] if other else self.actions(number)
        if self.tried(may, self.moot.queue(number, actions, self.moot.seats[:signers])):
            one.queued_at = self.chain.now

    @rule(number=numbers, who=st.integers(5, 9))
    def object(self, number, who):
        one = self.known.get(number)
        may = one is not None and one.queued_at and not one.is_cancelled and who < 9 and who not in one.objected
        may = bool(may and self.chain.now < one.queued_at + WINDOW)
        if self.tried(may, self.moot.object(number), self.chain.accounts[who]):
            one.objected.add(who)
            one.is_cancelled = len(one.objected) >= 2

    @rule(number=numbers, who=st.sampled_from([9, 9, 0]))
    def veto(self, number, who):
        one = self.known.get(number)
        may = one is not None and not one.is_cancelled and not one.is_executed and who == 9 and not self.given_up
        if self.tried(may and self.chain.now < self.moot.veto_until, self.moot.veto(number), self.chain.accounts[who]):
            one.is_cancelled = True

    @rule(really=st.sampled_from([False, False, True]))
    def give_up_veto(self, really):
        if really:
            self.chain.do(self.moot.calls.give_up_veto(), self.moot.holder)
            self.given_up = True

    @rule(number=numbers, other=st.sampled_from([0, 0, 0, 1]))
    def execute(self, number, other):
        one = self.known.get(number)
        amount = self.actions(number)[0][1]
        may = bool(one is not None and one.queued_at and not one.is_cancelled and not one.is_executed and not other)
        may = may and one.queued_at + WINDOW <= self.chain.now < one.queued_at + WINDOW + GRACE and self.spent + amount <= POT
        if self.tried(may, self.moot.execute(number, [(PAID, 1, b"")] if other else self.actions(number))):
            one.is_executed = True
            self.spent += amount

    @rule(days=st.sampled_from([1, 2, 2, 3, 3, 8, 31]))
    def wait(self, days):
        self.chain.wait(days * DAY + 100)

    @rule(number=numbers, end=st.sampled_from(["execute", "veto", "give up", "too late", "object", "expire"]))
    def hurry(self, number, end):
        """The straight way to one end, so that there is always something to execute, or to stop, or that has been stopped."""
        if number not in self.known:
            self.open(number, 0)
            self.wait(3)
        self.queue(number, 5, 0)
        if end == "give up":
            self.give_up_veto(True)
        if end == "too late":
            self.wait(101)
        if end in ("veto", "give up", "too late"):
            self.veto(number, 9)
        if end == "object":
            self.object(number, 7)
            self.object(number, 8)
        self.execute(number, 0)
        self.wait(8 if end == "expire" else 2)
        self.wait(2)
        self.execute(number, 0)

    @invariant()
    def money_and_stages_are_the_models(self):
        if not hasattr(self, "moot"):
            return
        assert self.chain.balance(PAID) - self.before == self.spent
        assert self.chain.balance(self.moot.contract.address) == POT - self.spent
        executed = {number for number in range(1, POLLS + 1) if self.moot.stage(number) == "executed"}
        assert executed == {number for number, one in self.known.items() if one.is_executed}
        assert all(self.known[number].queued_at and not self.known[number].is_cancelled for number in executed)

    def teardown(self):
        if hasattr(self, "start"):
            self.chain.tester.revert_to_snapshot(self.start)


TestAnyDecisions = AnyDecisions.TestCase
TestAnyDecisions.settings = settings(max_examples=15, stateful_step_count=18, phases=[Phase.generate])
