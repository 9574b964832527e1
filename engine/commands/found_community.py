"""Found a community from a charter; whoever does becomes its first member, with the role `founder`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine import charter as charters
from engine.commands import Ask, Command, Vault
from engine.commands.join_community import MemberJoined
from engine.ledger import Entry
from engine.log.checkpoint import Verifier
from engine.log.fields import Erasable
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.state import State
from engine.values import CharterText, Digest, Name, NameText


@dataclass(frozen=True)
class FoundCommunity(Command):
    """`origin` names the log for ever; `key` is the verifier key that signs its heads, as `name+hash+key`."""

    resource = "/communities"

    charter: CharterText
    origin: NameText
    key: str
    founder_name: NameText | None = None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        name: Erasable[NameText] | None = None if self.founder_name is None else Erasable(self.founder_name)
        founded = CommunityFounded("folkmoot-events/1", self.origin, self.key, self.charter, Digest(charters.digest(self.charter)))
        return [founded, MemberJoined(Name("founder"), name, None)]


@dataclass(frozen=True)
class CommunityFounded(Event):
    """Event 0 of every log."""

    format: Literal["folkmoot-events/1"]
    origin: NameText
    key: str
    charter: CharterText
    digest: Digest

    def check(self, state: State, record: Record) -> None:
        if record.seq != 0 or state.charters:
            raise refuse("already_founded", "the community", "is founded already", "join it")
        if record.actor != "founder":
            raise refuse("not_allowed", f"actor {record.actor}", "is not the founder", "found it as founder")
        charters.lawful(self.charter)
        if self.digest != charters.digest(self.charter):
            raise refuse("log_unlawful", "the charter", "does not have the digest beside it", "write its own digest")
        if Verifier.read(self.key).name != self.origin:
            raise refuse("field_wrong", "origin", f"is {self.origin!r}, not the name in the key", "use the key's name")

    def apply(self, state: State, record: Record) -> None:
        state.origin, state.key = self.origin, self.key
        state.charters[record.seq] = self.charter
        funds = state.charter.money.funds
        state.ledger.post("money", Entry("outside", -funds), Entry("funds", funds))
