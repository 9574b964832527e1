"""Found a community from a charter; whoever does becomes its first member, with the role `founder`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.event import Ask, Command, Event, Record, Vault, Who
from engine.kernel import charter as charters
from engine.kernel.charter import Charters
from engine.kernel.join import MemberJoined
from engine.log.checkpoint import Verifier
from engine.log.fields import Erasable
from engine.refusals import refuse
from engine.state import Part, State
from engine.values import CharterText, Moment, NameText


@dataclass
class Founding(Part):
    """What the log is called for ever, the key that signs its heads, and when it began."""

    origin: str = ""
    key: str = ""
    at: Moment = Moment(0)


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
        return [CommunityFounded("folkmoot-events/1", self.origin, self.key, self.charter), MemberJoined(name, None)]


@dataclass(frozen=True)
class CommunityFounded(Event):
    """Event 0 of every log."""

    by = frozenset({Who.FOUNDER})
    may = None

    format: Literal["folkmoot-events/1"]
    origin: NameText
    key: str
    charter: CharterText

    def check(self, state: State, record: Record[Event]) -> None:
        charters.lawful(self.charter)
        if Verifier.read(self.key).name != self.origin:
            raise refuse("field_wrong", "origin", "is {origin!r}, not the name in the key", "use the key's name", origin=self.origin)

    def apply(self, state: State, record: Record[Event]) -> None:
        founding = state[Founding]
        founding.origin, founding.key, founding.at = self.origin, self.key, record.at
        state[Charters].put(record.seq, self.charter)
