"""What a charter says of keys: for which contract on which chain messages are signed, where a community uses one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.kernel.charter import Charter, Terms, wrong
from engine.limits import INTEGER_MAX
from engine.refusals import Refusal
from engine.values import Address


@dataclass(frozen=True)
class KeyTerms(Terms):
    """What members sign is meant for the `contract` on the chain `chain_id`; for this community's log alone where neither is given."""

    key = "keys"
    chain_id: int = 0
    contract: Address | None = None

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        if bool(self.chain_id) != (self.contract is not None):
            yield wrong("keys", "names a chain or a contract, and not both", "give chain_id and contract, or neither")
        if not 0 <= self.chain_id <= INTEGER_MAX:
            yield wrong("keys.chain_id", "is {value}", "give the number of a chain", value=self.chain_id)
