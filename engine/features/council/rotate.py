"""Replace your council key by a new one."""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import Ask, Command, Event, Precompute, Record, Vault
from engine.features.council.messages import rotating
from engine.features.council.register import ANOTHER_KEY, NewCouncilKey, judged_ahead
from engine.features.council.state import council_key_of
from engine.log.attest import check_possession, check_signature
from engine.state import State
from engine.values import CouncilKey, CouncilSignature


@dataclass(frozen=True)
class RotateCouncilKey(Command):
    """Both keys sign the lines that name you, the old key and the new: the old one (`sig`) that it gives way, the new one (`word`) that it takes its
    place. `possession` is the new key's proof. Polls that are open keep the key they froze.
    """

    resource = "/council/rotations"

    key: CouncilKey
    possession: CouncilSignature
    word: CouncilSignature
    sig: CouncilSignature

    def signature(self) -> str:
        return self.sig

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Precompute:
        old = council_key_of(state, ask.actor)
        message = rotating(state, ask.actor, old, self.key)
        return judged_ahead(
            lambda: check_possession(self.key, self.possession),
            lambda: check_signature(old, message, self.sig),
            lambda: check_signature(self.key, message, self.word),
        )

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [CouncilKeyRotated(self.key, self.possession, self.word)]


@dataclass(frozen=True)
class CouncilKeyRotated(NewCouncilKey):
    """A member's new council key; `sig` is the old one's, `word` the new one's, over the same lines."""

    word: CouncilSignature

    def check(self, state: State, record: Record[Event]) -> None:
        super().check(state, record)
        old = council_key_of(state, record.actor)
        message = rotating(state, record.actor, old, self.key)
        check_signature(old, message, record.sig or "", ANOTHER_KEY)
        check_signature(self.key, message, self.word, ANOTHER_KEY)
