"""A chain in this process: contracts deployed, called, refused; accounts that can sign; days that pass.

A test that asks for one skips where the tools are missing. eth-tester's ten accounts have the secrets 1 to 10.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from contracts.abi import encoder
from contracts.artefacts import artefact, compiled
from engine.log.eip712 import keccak

_LIMIT = sys.getrecursionlimit()
with suppress(ImportError):
    import eth_tester.backends.pyevm
# py-evm lets Python nest twelve times as deep as it is imported: a running Hypothesis test takes that amiss, and JSON that nests without end.
sys.setrecursionlimit(_LIMIT)

DAY = 86_400
GAS = 5_000_000
BEGINNING = 1_800_000_000
"""Every chain begins in January 2027, and each block is a second after the one before: two runs are alike to the unit of gas."""
NOBODY = "0x" + "00" * 20
OTHERS = Path(__file__).parent / "others"


class Chain:
    """One chain. `fork` gives a py-evm virtual machine for the whole of it; the default is the newest that eth-tester runs."""

    def __init__(self, fork: Any = None) -> None:
        if not all(map(find_spec, ("eth_tester", "eth", "web3", "vyper"))):
            pytest.skip("no chain in process here: install folkmoot[contracts]")
        from eth_account import Account
        from web3 import EthereumTesterProvider, Web3
        from web3.exceptions import ContractLogicError

        py_evm = eth_tester.backends.pyevm.PyEVMBackend
        genesis = py_evm.generate_genesis_params({"timestamp": BEGINNING})
        backend = py_evm(genesis_parameters=genesis, **({"vm_configuration": ((0, fork()),)} if fork else {}))
        self.tester = eth_tester.EthereumTester(backend)
        self.web3 = Web3(EthereumTesterProvider(self.tester))
        self.failures = (ContractLogicError, eth_tester.exceptions.TransactionFailed)
        self.sign_hash = Account.unsafe_sign_hash
        self.accounts: list[str] = list(self.web3.eth.accounts)
        self.secrets = {Account.from_key(number.to_bytes(32)).address: number.to_bytes(32) for number in range(1, 11)}
        self._compiled: dict[str, dict[str, Any]] = {}

    @property
    def now(self) -> int:
        return self.web3.eth.get_block("latest")["timestamp"]

    def wait(self, seconds: int) -> None:
        self.tester.time_travel(self.now + seconds)
        self.tester.mine_block()

    def deploy(self, name: str, *arguments: Any, sender: str | None = None, value: int = 0) -> Any:
        """One of ours, from its committed bytecode."""
        return self._deployed(artefact(name), arguments, sender, value)

    def deploy_test(self, name: str, *arguments: Any, sender: str | None = None) -> Any:
        """A contract of the tests' own folder, compiled here."""
        if name not in self._compiled:
            self._compiled[name] = compiled(name, OTHERS)
        return self._deployed(self._compiled[name], arguments, sender, 0)

    def at(self, name: str, address: str) -> Any:
        return self.web3.eth.contract(address=address, abi=artefact(name)["abi"])

    def _deployed(self, contract: dict[str, Any], arguments: tuple[Any, ...], sender: str | None, value: int) -> Any:
        factory = self.web3.eth.contract(abi=contract["abi"], bytecode=contract["bytecode"])
        receipt = self.do(factory.constructor(*arguments), sender, value)
        return self.web3.eth.contract(address=receipt["contractAddress"], abi=contract["abi"])

    def do(self, call: Any, sender: str | None = None, value: int = 0) -> Any:
        """The receipt of a call that must succeed."""
        receipt = self.web3.eth.wait_for_transaction_receipt(call.transact(self._asked(sender, value)))
        assert receipt["status"] == 1, call
        return receipt

    def refuses(self, reason: str, call: Any, sender: str | None = None, value: int = 0) -> None:
        """The call is refused for this very reason, by the contract; "" stands for any, where it is not the contract that says no."""
        with pytest.raises(self.failures) as refused:
            call.call(self._asked(sender, value))
        assert reason in str(refused.value), refused.value

    def refuses_to_deploy(self, reason: str, name: str, *arguments: Any, value: int = 0) -> None:
        contract = artefact(name)
        factory = self.web3.eth.contract(abi=contract["abi"], bytecode=contract["bytecode"])
        data = factory.constructor(*arguments).data_in_transaction
        with pytest.raises(self.failures) as refused:
            self.web3.eth.call({**self._asked(None, value), "data": data})
        assert reason in str(refused.value), refused.value

    def _asked(self, sender: str | None, value: int) -> dict[str, Any]:
        return {"from": sender or self.accounts[0], "gas": GAS, "gasPrice": 10**10, "value": value}

    def send(self, account: str, value: int, sender: str | None = None) -> None:
        receipt = self.web3.eth.wait_for_transaction_receipt(self.web3.eth.send_transaction({**self._asked(sender, value), "to": account}))
        assert receipt["status"] == 1

    def balance(self, account: str) -> int:
        return self.web3.eth.get_balance(account)

    def sign(
        self, contract: Any, struct: str, values: list[str], signers: list[str], chain_id: int | None = None
    ) -> list[tuple[int, int, int]]:
        """EIP-712 signatures, by rising address; `struct` is its type, `values` as `contracts.abi` reads them."""
        types = [field.split()[0] for field in struct.split("(")[1].rstrip(")").split(",")]
        domain_type = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        domain = keccak(
            keccak(domain_type.encode())
            + keccak(b"Folkmoot")
            + keccak(b"1")
            + encoder(("uint256", "address"))((str(chain_id or self.web3.eth.chain_id), contract.address))
        )
        digest = keccak(b"\x19\x01" + domain + keccak(keccak(struct.encode()) + encoder(types)(values)))
        signed = [self.sign_hash(digest, self.secrets[signer]) for signer in sorted(signers, key=str.lower)]
        return [(one.v, one.r, one.s) for one in signed]


def hexed(data: bytes) -> str:
    return "0x" + data.hex()
