"""Declare that events were lost which a signed head had promised, as after a restore from a copy.

A log must not go back quietly: whoever holds a receipt under a later head would find the operator lying. So a server
refuses a log that does not continue the newest head it is shown, until the loss stands in the log for all to read.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from engine.commands import Ask, Command, Vault
from engine.log.checkpoint import Checkpoint, Verifier, read_checkpoint
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.state import State
from engine.values import Digest, HeadText, Seq


@dataclass(frozen=True)
class DeclareLoss(Command):
    """`head` is the newest signed head known, which this log does not continue."""

    resource = "/losses"

    head: HeadText

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        lost = read_checkpoint(self.head, Verifier.read(state.key))
        return [LossDeclared(Seq(lost.size), Digest(lost.root.hex()), self.head)]


@dataclass(frozen=True)
class LossDeclared(Event):
    """The log once had `size` events under `root`, as its own key signed in `head`, and does not have them any more."""

    size: Seq
    root: Digest
    head: HeadText

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "declare_loss")
        head = read_checkpoint(self.head, Verifier.read(state.key))
        if (head.size, head.root.hex()) != (self.size, self.root):
            raise refuse("log_unlawful", "the head", "is of another size or root than said beside it", "write its own")
        if (self.size, self.root) in state.losses:
            raise refuse("nothing_lost", f"the loss of the head of size {self.size}", "stands in the log already", "serve it")
        if continues(state, head):
            raise refuse("nothing_lost", f"the head of size {head.size}", "is one this log continues", "serve it: nothing is missing")

    def apply(self, state: State, record: Record) -> None:
        state.losses.add((self.size, self.root))


def continues(state: State, head: Checkpoint) -> bool:
    """Whether the log holds all that a head was signed over."""
    return head.size <= state.seq and state.tree.root(head.size) == head.root


def check_head(state: State, note: str) -> None:
    """Refuse a log that does not continue the signed head `note`, unless it says itself that this was lost."""
    head = read_checkpoint(note, Verifier.read(state.key))
    if not continues(state, head) and (head.size, head.root.hex()) not in state.losses:
        raise refuse(
            "log_went_back",
            f"the log of {state.seq} events",
            f"does not continue the signed head over {head.size} (root {b64encode(head.root).decode()[:12]}…)",
            "restore a newer copy, or declare the loss in the log (DeclareLoss)",
        )
