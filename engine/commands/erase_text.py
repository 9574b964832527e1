"""Erase one text from the vault: a title, a comment, a reason. Its commitment stays in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.commands import Ask, Command, Vault
from engine.log.record import Erased, Event, Record
from engine.refusals import refuse
from engine.state import State
from engine.values import Seq

Reason = Literal["asked", "personal", "insult", "spam", "unlawful", "other"]
"""Why a text is erased; a free text would quote what it erases."""


@dataclass(frozen=True)
class EraseText(Command):
    """`field` is the field's path in event `seq`, such as `title` or `options.3.label`; the kind of reason is published."""

    resource = "/log/{seq}/erasures"

    seq: Seq
    field: str
    reason: Reason

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        if not vault.erasable(self.seq, self.field):
            raise refuse(
                "event_unknown",
                f"field {self.field[:60]} of event {self.seq}",
                "is no text that can be erased",
                "name a title, text or label",
            )
        if vault.opening(self.seq, self.field) is None:
            raise refuse("already_erased", f"field {self.field} of event {self.seq}", "is not in the vault", "nothing is left to erase")
        return [TextErased(self.seq, self.field, self.reason)]


@dataclass(frozen=True)
class TextErased(Event):
    seq: Seq
    field: str
    reason: Reason

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "erase_text")
        if self.seq >= record.seq:
            raise refuse("event_unknown", f"event {self.seq}", "does not stand before this one", "name an earlier event")

    def apply(self, state: State, record: Record) -> None:
        """The vault's business: the state holds no text."""

    def erases(self, record: Record) -> list[Erased]:
        return [Erased(seq=self.seq, field=self.field)]
