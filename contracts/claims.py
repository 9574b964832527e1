"""What a round shares out, as the claims that `payouts.vy` pays: one leaf for each member, in the order of the round.

A leaf is `(uint256 index, address account, bytes32 member, uint256 amount)`. `member` is her id in ASCII, filled up with zeros;
`account` is zero for one without a wallet, who claims to the account that is later attested for her id. The index is her bit in
the contract's bitmap, so each is given once.

>>> tree = claims([("m17", 4000, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"), ("m18", 6000, None)])
>>> tree.values[1][:2], tree.values[1][3]
(('1', '0x0000000000000000000000000000000000000000'), '6000')
>>> total(tree)
10000
>>> claims([("m17", 4000, None), ("m17", 1, None)])
Traceback (most recent call last):
engine.refusals.Refusal: field_wrong: member m17 has two shares; add them up
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.abi import ZERO_ADDRESS
from contracts.tree import MerkleTree, grow
from engine.refusals import refuse

TYPES = ("uint256", "address", "bytes32", "uint256")

Share = tuple[str, int, str | None]
"""A member's id, her amount in the smallest unit of what is paid, and her account if she has one."""


def member_word(member: str) -> str:
    """A member's id as the 32 bytes of a leaf: 0x and hexadecimal digits.

    >>> member_word("m17")[:10]
    '0x6d313700'
    """
    data = member.encode()
    if not member.isascii() or not member.isalnum() or len(data) > 32:
        raise refuse("field_wrong", "member {member!r}", "is not an id", "name her by her id, as m17", member=member[:40])
    return "0x" + data.ljust(32, b"\0").hex()


def claims(shares: Iterable[Share]) -> MerkleTree:
    """The tree of a round's shares; a member twice, an amount that is none, and the zero account given as hers are refused."""
    rows, seen = [], set()
    for number, (member, amount, account) in enumerate(shares):
        if member in seen:
            raise refuse("field_wrong", "member {member}", "has two shares", "add them up", member=member)
        seen.add(member)
        if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount < 2**256:
            raise refuse(
                "field_wrong", "the share of {member}", "is {amount}", "share whole units, more than none", member=member, amount=amount
            )
        if account is not None and account.lower() == ZERO_ADDRESS:
            raise refuse("field_wrong", "the account of {member}", "is nobody's", "leave it out where she has none", member=member)
        rows.append((str(number), account or ZERO_ADDRESS, member_word(member), str(amount)))
    return grow(TYPES, rows)


def total(tree: MerkleTree) -> int:
    """What the pot must hold for all claims of a round."""
    if tree.types != TYPES:
        raise refuse("file_foreign", "the tree", "is not of a round's claims", "give the dump of a round")
    return sum(int(value[3]) for value in tree.values)
