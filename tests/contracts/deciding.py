"""A community's decisions on a chain, for tests: a council of nine (five attest, seven for the council itself, two stop)."""

from __future__ import annotations

from typing import Any

from tests.contracts.chain import DAY, Chain, hexed

STRUCT = "Decision(bytes32 poll,bytes32 pins,bytes32 result)"
OPEN, LAPSE, WINDOW, GRACE, COOLDOWN = 3 * DAY, 60 * DAY, 2 * DAY, 7 * DAY, 30 * DAY
RESULT = b"\x09" * 32
Actions = list[tuple[str, int, bytes]]


def poll(number: int) -> bytes:
    return number.to_bytes(32)


class Moot:
    """The contract, its council and the account of the veto, which ends after a hundred days."""

    def __init__(self, chain: Chain, seats: list[str] | None = None, value: int = 1000) -> None:
        self.chain, self.seats, self.holder = chain, seats or chain.accounts[:9], chain.accounts[9]
        self.veto_until = chain.now + 100 * DAY
        times = (OPEN, LAPSE, WINDOW, GRACE, COOLDOWN)
        self.contract = chain.deploy("decisions", self.seats, 5, 7, 2, *times, self.holder, self.veto_until, value=value)
        self.calls = self.contract.functions

    def signed(self, number: int, actions: Actions, signers: list[str] | None = None, result: bytes = RESULT) -> list[tuple[int, int, int]]:
        pinned, _, opened_at, *_ = self.calls.decisions(poll(number)).call()
        pins = pinned if opened_at else self.calls.pins_of(actions).call()
        values = [hexed(poll(number)), hexed(pins), hexed(result)]
        return self.chain.sign(self.contract, STRUCT, values, self.seats[:5] if signers is None else signers)

    def open(self, number: int, actions: Actions) -> Any:
        return self.calls.open(poll(number), actions)

    def queue(self, number: int, actions: Actions, signers: list[str] | None = None) -> Any:
        return self.calls.queue(poll(number), actions, RESULT, self.signed(number, actions, signers))

    def execute(self, number: int, actions: Actions) -> Any:
        return self.calls.execute(poll(number), actions)

    def object(self, number: int) -> Any:
        return self.calls.object(poll(number))

    def veto(self, number: int) -> Any:
        return self.calls.veto(poll(number))

    def stage(self, number: int) -> str:
        return str(self.calls.stage(poll(number)).call())

    def opened(self, number: int, actions: Actions) -> None:
        self.chain.do(self.open(number, actions), self.seats[0])
        self.chain.wait(OPEN)

    def queued(self, number: int, actions: Actions, signers: list[str] | None = None) -> None:
        self.opened(number, actions)
        self.chain.do(self.queue(number, actions, signers))

    def ready(self, number: int, actions: Actions, signers: list[str] | None = None) -> None:
        self.queued(number, actions, signers)
        self.chain.wait(WINDOW)


def calldata(contract: Any, name: str, *arguments: Any) -> bytes:
    return bytes.fromhex(contract.encode_abi(name, args=list(arguments))[2:])
