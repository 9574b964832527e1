"""Where the demonstration is played: its folder, its chain, its keys, and the command line that all of it goes through."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from api import clock, council_keystore, keystore
from contracts.abi import checksummed
from contracts.node import Node
from engine.log.attest import CouncilSecret
from engine.log.signing import SecretKey
from engine.refusals import Refusal, refuse
from simulations.asking import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.journal import Journal
    from contracts.sender import Sender

Command = Callable[..., Any]
"""The whole command line, as Typer has it."""
QUICK = {"n": 2**10, "r": 8, "p": 1}
"""What scrypt takes of keys that are worth nothing an hour from now."""
DEPLOYING = "deploying.journal"
COIN, DAY = 10**18, 86_400
REVERTED = "says: execution reverted: "
"""What stands before a contract's own words."""
GAS_OF_A_THIEF = 500_000
"""Enough for any of these calls: whoever is told that a call will fail is not told what it would take."""


class Cheat(NamedTuple):
    """What somebody tried, and what refused it: the code of a refusal, or the words of a contract."""

    tried: str
    refused_by: str


@dataclass
class Decision:
    """The poll that is carried out: what it does, in a file, and the contract it goes through."""

    poll: str
    contract: str
    file: Path
    members: list[str]
    council: list[str]


class Stage:
    """`moot` is the community's folder, `url` the node's address."""

    def __init__(self, place: Path, url: str, command: Command, progress: Progress) -> None:
        self.place, self.url, self.progress, self._command = place, url, progress, command
        self.moot, self.node = place / "moot", Node.connect(url)
        self.chain_id = self.node.chain_id()
        self.cheats: list[Cheat] = []
        self._keys = place / "keys"
        self._keys.mkdir()
        self._password = clock.chance().hex()
        (self._keys / "password").write_text(f"{self._password}\n")
        (self._keys / "password").chmod(0o600)

    # -- commands ------------------------------------------------------------------------------------------------

    def run(self, *words: object) -> Any:
        """What `folkmoot …` answers; raises the refusal that it would print."""
        said = io.StringIO()
        with redirect_stdout(said):
            self._command([*map(str, words), "--json"], standalone_mode=False)
        return json.loads(said.getvalue())

    def do(self, actor: str, command: str, *signers: str, **fields: Any) -> Any:
        """`folkmoot do`, signed with the keys in these files."""
        file = self.place / "command.json"
        file.write_text(json.dumps({"command": command, **fields}))
        signing = [word for signer in signers for word in ("--sign", self.key_file(signer))]
        return self.run("do", self.moot, file, "--as", actor, *signing, *(self.opening() if signers else ()))

    def paying(self, account: str) -> list[object]:
        """The options that have an account pay on the chain, without being asked again."""
        return ["--rpc", self.url, "--keystore", self.key_file(account), *self.opening(), "--yes"]

    def opening(self) -> list[object]:
        return ["--password-file", self._keys / "password"]

    # -- keys ----------------------------------------------------------------------------------------------------

    def key_file(self, name: str) -> Path:
        return self._keys / f"{name}.json"

    def new_key(self, name: str, coins: int = 0) -> SecretKey:
        """A key in a file of its own; `coins` of the chain's coin are given to its account."""
        key = keystore.new()
        keystore.write(self.key_file(name), key, self._password.encode(), QUICK)
        if coins:
            self.node.ask("local_pay", checksummed(key.address), coins * COIN)
        return key

    def new_council_key(self, name: str) -> CouncilSecret:
        key = council_keystore.new()
        council_keystore.write(self.key_file(name), key, self._password.encode(), QUICK)
        return key

    def key(self, name: str) -> SecretKey:
        return keystore.read(self.key_file(name), self._password.encode())

    # -- the chain -----------------------------------------------------------------------------------------------

    def a_day_goes_by(self) -> None:
        """On the chain, at once: no clock here is moved."""
        self.node.ask("local_wait", DAY)

    @contextmanager
    def sender(self, account: str, journal: str = DEPLOYING) -> Iterator[tuple[Sender, Journal]]:
        """An account of ours that sends what no command does."""
        from api.paying import paying

        password = [self._keys / "password"]
        with paying(self.place, self.url, self.key_file(account), password, "100", self.chain_id, 1, journal) as both:
            yield both

    # -- cheating ------------------------------------------------------------------------------------------------

    def cheat(self, tried: str, code: str, words: str, act: Callable[[], object]) -> None:
        """Somebody tries something, which must be refused by this code and in these words; the demonstration ends where it is not."""
        try:
            act()
        except Refusal as no:
            if no.code != code or words not in no.fact:
                raise _not_refused(tried, str(no)) from None
            self.cheats.append(Cheat(tried, f"{code}: {no.fact.removeprefix(REVERTED)}"))
            self.progress("cheating", len(self.cheats), 10)
        else:
            raise _not_refused(tried, "it was done")

    def force(self, contract: str, data: bytes) -> None:
        """Call a contract as a thief does, who is told that it will fail and sends it all the same; raises why it failed."""
        from api.paying import pauses

        with self.sender("thief", "thief.journal") as (sender, journal):
            try:
                sender.cost(contract, data)
            except Refusal as no:
                reason: Refusal | None = no
            else:
                reason = None
            nonce = self.node.nonce(sender.account)
            intent = journal.intend(sender.chain_id, sender.account, contract, data, GAS_OF_A_THIEF, {"what": "cheat"}, nonce)
            looks = pauses()
            while (receipt := sender.pursue(intent)) is None:
                time.sleep(next(looks))
            journal.end(intent, "settled" if receipt.done else "failed")
        if reason is not None and not receipt.done:
            raise reason


def _not_refused(tried: str, said: str) -> Refusal:
    return refuse(
        "engine_fault", "the demonstration", "was not refused as it should have been: {tried} ({said})", "please report this",
        tried=tried, said=said,
    )  # fmt: skip
