"""What is signed about council keys: lines of text that name the community, the member, the key and what is to happen to it."""

from __future__ import annotations

from engine.features.keys.messages import domain_of
from engine.kernel import charter as charters
from engine.log.signing import separator
from engine.state import State
from engine.values import CouncilKey

FORMAT = "folkmoot council key 1"


def registering(state: State, member: str, key: CouncilKey) -> bytes:
    """What a key says of the member who registers it.

    Four lines: the format, the community's domain (the EIP-712 separator of what members sign, 64 hexadecimal digits), the member, the verb
    with its key. No key is used twice, so that none of them can be said again.
    """
    return _said(state, member, f"register {key}")


def rotating(state: State, member: str, old: CouncilKey, new: CouncilKey) -> bytes:
    """What the old key says, and the new one."""
    return _said(state, member, f"replace {old} by {new}")


def retiring(state: State, member: str, key: CouncilKey) -> bytes:
    """What a key says last."""
    return _said(state, member, f"retire {key}")


def _said(state: State, member: str, verb: str) -> bytes:
    domain = separator(domain_of(state, charters.in_force(state))).hex()
    return f"{FORMAT}\ndomain {domain}\nmember {member}\n{verb}\n".encode()
