"""A round's shares become its claims, one for each member, and nothing that could be paid twice or to nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.abi import ZERO_ADDRESS, checksummed
from contracts.claims import TYPES, claims, member_word, total
from contracts.tree import grow, verify
from engine.refusals import Refusal

ANA = checksummed("0x" + "a1" * 20)


@given(st.lists(st.tuples(st.integers(1, 2**200), st.booleans()), min_size=1, max_size=30))
def test_every_member_has_one_claim_and_the_pot_is_their_sum(shares):
    tree = claims((f"m{n}", amount, ANA if has_wallet else None) for n, (amount, has_wallet) in enumerate(shares))
    assert total(tree) == sum(amount for amount, _ in shares)
    assert [int(value[0]) for value in tree.values] == list(range(len(shares)))
    for n, (amount, has_wallet) in enumerate(shares):
        leaf = (str(n), ANA if has_wallet else ZERO_ADDRESS, member_word(f"m{n}"), str(amount))
        assert verify(tree.root, TYPES, leaf, tree.proof(n))


@pytest.mark.parametrize(
    ("shares", "reason"),
    [
        ([("m1", 1, None), ("m1", 1, None)], "member m1 has two shares"),
        ([("m1", 0, None)], "the share of m1 is 0"),
        ([("m1", -1, None)], "the share of m1 is -1"),
        ([("m1", 2**256, None)], "the share of m1 is"),
        ([("m1", 1.5, None)], "the share of m1 is 1.5"),
        ([("m1", True, None)], "the share of m1 is True"),
        ([("m1", 1, ZERO_ADDRESS)], "the account of m1 is nobody's"),
        ([("m1", 1, "0x12")], "value 0: an address is '0x12'"),
        ([("m1", 1, ANA.swapcase().replace("0X", "0x"))], "another's checksum"),
        ([("", 1, None)], "is not an id"),
        ([("m" * 33, 1, None)], "is not an id"),
        ([("Zoë", 1, None)], "is not an id"),
        ([], "has no values"),
    ],
)
def test_a_share_that_cannot_be_paid_is_refused(shares, reason):
    with pytest.raises(Refusal, match="field_wrong") as refused:
        claims(shares)
    assert reason in str(refused.value)


def test_another_tree_is_not_a_round():
    with pytest.raises(Refusal, match="file_foreign"):
        total(grow(("uint256",), [("1",)]))
