"""Erase one text from the vault: a title, a comment, a reason. Its commitment stays in the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.event import ANY_MEMBER, Ask, Command, Erased, Event, Record, Right, Vault
from engine.log.fields import Erasable, sealed_in
from engine.refusals import Code, refuse
from engine.state import State
from engine.values import Name, Seq

ERASE = Right(Name("erase"), "erase texts, and forget members", needed=True)
ALREADY_ERASED = Code("already_erased", "conflict")
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
        event = vault.event(self.seq)
        if event is None or not isinstance(sealed_in(event).get(self.field), Erasable):
            raise refuse(
                "event_unknown", "field {field} of event {seq}", "is no text that can be erased", "name a title, text or label",
                field=self.field[:60], seq=self.seq,
            )  # fmt: skip
        if vault.opening(self.seq, self.field) is None:
            raise refuse(
                ALREADY_ERASED, "field {field} of event {seq}", "is not in the vault", "nothing is left to erase",
                field=self.field, seq=self.seq,
            )  # fmt: skip
        if problem := event.keeps(state, self.seq, self.field):
            raise problem
        return [TextErased(self.seq, self.field, self.reason)]


@dataclass(frozen=True)
class TextErased(Event):
    """One text is erased. That the field is a text which may be erased now is judged by who holds the log, which says what stands there."""

    by = ANY_MEMBER
    may = ERASE

    seq: Seq
    field: str
    reason: Reason

    def check(self, state: State, record: Record[Event]) -> None:
        if self.seq >= record.seq:
            raise refuse("event_unknown", "event {seq}", "does not stand before this one", "name an earlier event", seq=self.seq)

    def apply(self, state: State, record: Record[Event]) -> None:
        """The vault's business: the state holds no text."""

    def erases(self, state: State, record: Record[Event]) -> Iterable[Erased]:
        return [Erased(seq=self.seq, field=self.field)]
