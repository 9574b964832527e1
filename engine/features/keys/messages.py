"""What is signed about keys: EIP-712 messages in the domain of the community."""

from __future__ import annotations

from engine.features.keys.terms import KeyTerms
from engine.kernel import charter as charters
from engine.kernel.charter import Charter
from engine.kernel.found import Founding
from engine.log import eip712
from engine.log.eip712 import Struct
from engine.log.signing import Domain, separator
from engine.state import State

TYPES = {
    "RegisterKey": (("member", "string"), ("key", "address")),
    "RotateKey": (("member", "string"), ("key", "address"), ("newKey", "address")),
    "RetireKey": (("member", "string"), ("key", "address")),
    "LinkWallet": (("key", "address"), ("wallet", "address")),
}
"""Each names the key it is about, and no key is used twice: none of them can be said again."""
REGISTER, ROTATE, RETIRE, LINK = (Struct.of(TYPES, name) for name in TYPES)


def domain_of(state: State, charter: Charter) -> Domain:
    """For whom what is signed under a charter is meant: this community, or its contract on a chain."""
    terms, founding = charter[KeyTerms], state[Founding]
    if terms.contract is not None:
        return Domain(chain_id=terms.chain_id, contract=terms.contract)
    return Domain.of_community(founding.origin, founding.key)


def digest_of(state: State, struct: Struct, **message: object) -> bytes:
    """What is signed of a message about keys, under the charter in force."""
    return eip712.digest(separator(domain_of(state, charters.in_force(state))), struct.hash(message))
