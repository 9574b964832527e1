"""Heads on a chain: they only grow, and what the log proves the contract believes, and nothing else."""

from __future__ import annotations

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.log.merkle import Tree, leaf_hash, root_of, verify_consistency, verify_inclusion
from tests.contracts.chain import NOBODY, Chain, hexed

HEAD = "Head(uint64 size,bytes32 root,bytes32 previous)"
ORIGIN = leaf_hash(b"example.org/moot")
SHARED_CHAIN: dict[str, Chain] = {}


def one_chain() -> Chain:
    """One for all examples: each deploys what it needs."""
    return SHARED_CHAIN.setdefault("chain", Chain())


def grown(size: int) -> Tree:
    tree = Tree()
    for number in range(size):
        tree.append(leaf_hash(number.to_bytes(4)))
    return tree


def anchored(chain: Chain, tree: Tree, size: int | None = None):
    heads = chain.deploy("checkpoints", ORIGIN)
    chain.do(heads.functions.anchor(size or tree.size, tree.root(size)))
    return heads


@settings(max_examples=25, phases=[Phase.generate])
@given(st.integers(1, 700), st.data())
def test_the_contract_judges_inclusion_as_the_log_does(size, data):
    chain, tree = one_chain(), grown(size)
    includes = anchored(chain, tree).functions.includes
    index = data.draw(st.integers(0, size - 1))
    leaf, proof = leaf_hash(index.to_bytes(4)), tree.prove_inclusion(index, size)
    assert includes(leaf, index, proof).call() is True
    tried = data.draw(st.integers(0, size + 2))
    for other, number, path in (
        (leaf, tried, proof),
        (leaf_hash(b"forged"), index, proof),
        (leaf, index, [*proof, bytes(32)]),
        (leaf, index, proof[:-1]),
        (tree.root(), 0, []),
        (proof[0] if proof else leaf, index, proof[1:]),
    ):
        assert includes(other, number, path).call() == verify_inclusion(other, number, size, path, tree.root())


@settings(max_examples=25, phases=[Phase.generate])
@given(st.integers(1, 700), st.data())
def test_the_contract_judges_consistency_as_the_log_does(size, data):
    chain, tree = one_chain(), grown(size)
    consistent = anchored(chain, tree).functions.is_consistent
    old = data.draw(st.integers(1, size))
    proof = tree.prove_consistency(old, size)
    assert consistent(old, tree.root(old), proof).call() is True
    tried = data.draw(st.integers(0, size + 2))
    for number, root, path in (
        (tried, tree.root(old), proof),
        (old, leaf_hash(b"another log"), proof),
        (old, tree.root(old), [*proof, bytes(32)]),
        (old, tree.root(old), proof[:-1]),
    ):
        assert consistent(number, root, path).call() == verify_consistency(number, size, path, root, tree.root())


def test_a_log_that_begins_anew_is_not_consistent_with_the_head_before_it():
    chain, tree = one_chain(), grown(100)
    other = root_of([leaf_hash(b"other")] + [leaf_hash(number.to_bytes(4)) for number in range(1, 60)])
    assert anchored(chain, tree).functions.is_consistent(60, other, tree.prove_consistency(60, 100)).call() is False


def test_the_council_writes_a_head_once_after_the_one_it_names():
    chain, tree = Chain(), grown(30)
    heads, seats = anchored(chain, tree, 10), chain.accounts[:9]
    write = heads.functions.anchor_by_council

    def signed(size: int, previous: int, signers: list[str]) -> list[tuple[int, int, int]]:
        return chain.sign(heads, HEAD, [str(size), hexed(tree.root(size)), hexed(tree.root(previous))], signers)

    chain.refuses("council: too few signed", write(20, tree.root(20), []))
    chain.do(heads.functions.seat_council(seats, 5))
    five = signed(20, 10, seats[:5])
    chain.refuses("council: too few signed", write(20, tree.root(20), five[:4]))
    chain.refuses("council: ", write(21, tree.root(20), five))
    chain.do(write(20, tree.root(20), five), sender=chain.accounts[9])
    chain.refuses("council: ", write(20, tree.root(20), five))
    chain.refuses("checkpoints: a log only grows", write(15, tree.root(15), signed(15, 20, seats[:5])))
    chain.do(heads.functions.seat_council(seats[5:], 4))
    chain.refuses("council: somebody without a seat signed", write(30, tree.root(30), signed(30, 20, seats[:5])))
    other = anchored(chain, tree, 10)
    chain.do(other.functions.seat_council(seats, 5))
    chain.refuses("council: ", other.functions.anchor_by_council(20, tree.root(20), five))


def test_ownership_goes_over_in_two_steps():
    chain = Chain()
    heads = chain.deploy("checkpoints", ORIGIN)
    ana, zoe, ida = chain.accounts[:3]
    offer, accept = heads.functions.offer_ownership, heads.functions.accept_ownership()
    assert (heads.functions.ORIGIN().call(), heads.functions.owner().call()) == (ORIGIN, ana)
    chain.refuses("checkpoints: only the owner", offer(zoe), sender=zoe)
    chain.refuses("checkpoints: only the owner", heads.functions.seat_council([zoe], 1), sender=zoe)
    chain.do(offer(ida))
    chain.do(offer(zoe))
    chain.refuses("checkpoints: it was not offered to you", accept, sender=ida)
    chain.do(accept, sender=zoe)
    chain.refuses("checkpoints: only the owner", heads.functions.anchor(1, ORIGIN), sender=ana)
    chain.refuses("checkpoints: it was not offered to you", accept, sender=zoe)
    chain.do(offer(ana), sender=zoe)
    chain.do(offer(NOBODY), sender=zoe)
    chain.refuses("checkpoints: it was not offered to you", accept, sender=ana)


class AnyHeads(RuleBasedStateMachine):
    """Whoever writes what: heads only grow, each names the one before it, and nobody writes who may not."""

    @initialize()
    def open(self):
        self.chain = one_chain()
        self.start = self.chain.tester.take_snapshot()
        self.heads = self.chain.deploy("checkpoints", ORIGIN)
        self.written = [(0, bytes(32))]
        self.owner, self.offered = self.chain.accounts[0], NOBODY

    @rule(step=st.integers(-1, 3), who=st.integers(0, 2))
    def anchor(self, step, who):
        size = max(0, self.written[-1][0] + step)
        sender, root = self.chain.accounts[who], leaf_hash(size.to_bytes(4))
        call = self.heads.functions.anchor(size, root)
        if sender == self.owner and size > self.written[-1][0]:
            self._wrote(self.chain.do(call, sender), size, root)
        else:
            self.chain.refuses("only the owner" if sender != self.owner else "a log only grows", call, sender)

    @rule(step=st.integers(-1, 3), previous=st.sampled_from([0, 0, 1]), signers=st.sets(st.integers(0, 4), max_size=4))
    def anchor_by_council(self, step, previous, signers):
        size = max(0, self.written[-1][0] + step)
        seats, root = self.chain.accounts[5:8], leaf_hash(size.to_bytes(4))
        if self.heads.functions.term().call() == 0:
            self.chain.do(self.heads.functions.seat_council(seats, 2), self.owner)
        named = self.written[-1 - min(previous, len(self.written) - 1)][1]
        who = [self.chain.accounts[5 + number] for number in signers]
        call = self.heads.functions.anchor_by_council(
            size, root, self.chain.sign(self.heads, HEAD, [str(size), hexed(root), hexed(named)], who)
        )
        if len(who) >= 2 and set(who) <= set(seats) and named == self.written[-1][1] and size > self.written[-1][0]:
            self._wrote(self.chain.do(call, self.chain.accounts[9]), size, root)
        else:
            self.chain.refuses("", call, self.chain.accounts[9])

    @rule(who=st.integers(0, 2), to=st.integers(0, 2))
    def hand_over(self, who, to):
        sender = self.chain.accounts[who]
        if sender == self.owner:
            self.offered = self.chain.accounts[to]
            self.chain.do(self.heads.functions.offer_ownership(self.offered), sender)
        else:
            self.chain.refuses("only the owner", self.heads.functions.offer_ownership(sender), sender)

    @rule(who=st.integers(0, 2))
    def accept(self, who):
        sender = self.chain.accounts[who]
        if sender == self.offered:
            self.chain.do(self.heads.functions.accept_ownership(), sender)
            self.owner, self.offered = sender, NOBODY
        else:
            self.chain.refuses("not offered", self.heads.functions.accept_ownership(), sender)

    def _wrote(self, receipt, size: int, root: bytes) -> None:
        (event,) = self.heads.events.Anchored().process_receipt(receipt)
        assert dict(event["args"]) == {"size": size, "root": root, "previous": self.written[-1][1]}
        self.written.append((size, root))

    @invariant()
    def what_stands_is_the_last_of_one_chain(self):
        if not hasattr(self, "heads"):
            return
        assert (self.heads.functions.size_of_log().call(), self.heads.functions.root().call()) == self.written[-1]

    def teardown(self):
        if hasattr(self, "start"):
            self.chain.tester.revert_to_snapshot(self.start)


TestAnyHeads = AnyHeads.TestCase
TestAnyHeads.settings = settings(max_examples=12, stateful_step_count=12, phases=[Phase.generate])
