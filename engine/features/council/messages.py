"""What is signed about council keys: lines of text that name the community, the member, the key and what is to happen to it.

The key that a member signs ballots with vouches for her council key by an EIP-712 message, as wallets sign them.
"""

from __future__ import annotations

from engine.features.keys.messages import digest_of, domain_of
from engine.kernel import charter as charters
from engine.log.eip712 import Struct
from engine.log.signing import separator
from engine.state import State
from engine.values import Address, CouncilKey

FORMAT = "folkmoot council key 1"
VOUCH = Struct.of({"VouchCouncilKey": (("member", "string"), ("key", "address"), ("councilKey", "string"))}, "VouchCouncilKey")
"""By the member's key `key`, of the council key `councilKey`: 0x and 96 lower-case hexadecimal digits."""


def registering(state: State, member: str, key: CouncilKey) -> bytes:
    """What a key says of the member who registers it.

    Four lines: the format, the community's domain (the EIP-712 separator of what members sign, 64 hexadecimal digits), the member, the verb
    with its key. No key is used twice, so that none of them can be said again.
    """
    return _said(state, member, f"register {key}")


def vouching(state: State, member: str, key: Address, council_key: CouncilKey) -> bytes:
    """The 32 bytes that her key signs, where a member has one."""
    return digest_of(state, VOUCH, member=member, key=key, councilKey=council_key)


def rotating(state: State, member: str, old: CouncilKey, new: CouncilKey) -> bytes:
    """What the old key says, and the new one."""
    return _said(state, member, f"replace {old} by {new}")


def retiring(state: State, member: str, key: CouncilKey) -> bytes:
    """What a key says last."""
    return _said(state, member, f"retire {key}")


def _said(state: State, member: str, verb: str) -> bytes:
    domain = separator(domain_of(state, charters.in_force(state))).hex()
    return f"{FORMAT}\ndomain {domain}\nmember {member}\n{verb}\n".encode()
