"""Declare that events were lost which a signed head had promised, as after a restore from a copy.

A log must not go back quietly: whoever holds a receipt under a later head would find the operator lying. So a server
refuses a log that does not continue the newest head it is shown, until the loss stands in the log for all to read.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault
from engine.kernel.found import Founding
from engine.log.checkpoint import Checkpoint, Verifier, read_checkpoint
from engine.log.merkle import Tree
from engine.refusals import Code, refuse
from engine.state import Part, State
from engine.values import HeadText, Name

DECLARE_LOSS = Right(Name("declare_loss"), "declare that events were lost")
NOTHING_LOST = Code("nothing_lost", "conflict")


@dataclass
class Losses(Part):
    """Size and root of every signed head whose events were declared lost."""

    heads: set[tuple[int, str]] = field(default_factory=set)


@dataclass(frozen=True)
class DeclareLoss(Command):
    """`head` is the newest signed head known, which this log does not continue."""

    resource = "/losses"

    head: HeadText

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [LossDeclared(self.head)]


@dataclass(frozen=True)
class LossDeclared(Event):
    """The log once had as many events, under such a root, as its own key signed in `head`, and does not have them any more."""

    by = ANY_MEMBER
    may = DECLARE_LOSS

    head: HeadText

    def check(self, state: State, record: Record[Event]) -> None:
        head = signed_head(state, self.head)
        if (head.size, head.root.hex()) in state[Losses].heads:
            raise refuse(NOTHING_LOST, "the loss of the head of size {size}", "stands in the log already", "serve it", size=head.size)
        if continues(state.tree, head):
            raise refuse(
                NOTHING_LOST, "the head of size {size}", "is one this log continues", "serve it: nothing is missing", size=head.size
            )

    def apply(self, state: State, record: Record[Event]) -> None:
        head = signed_head(state, self.head)
        state[Losses].heads.add((head.size, head.root.hex()))


def signed_head(state: State, note: str) -> Checkpoint:
    """The head in a signed note; refused unless this log's own key signed it."""
    return read_checkpoint(note, Verifier.read(state[Founding].key))


def continues(tree: Tree, head: Checkpoint) -> bool:
    """Whether a log holds all that a head was signed over."""
    return head.size <= tree.size and tree.root(head.size) == head.root


def is_declared(state: State, head: Checkpoint) -> bool:
    """Whether the log says itself that what the head was signed over is lost."""
    return (head.size, head.root.hex()) in state[Losses].heads


def check_head(state: State, note: str) -> None:
    """Refuse a log that does not continue the signed head `note`, unless it says itself that this was lost."""
    head = signed_head(state, note)
    if not is_declared(state, head):
        hold_against(state.tree, head)


def hold_against(tree: Tree, head: Checkpoint) -> None:
    """Refuse a log that does not continue a signed head: one of fewer events, or another history under the same key."""
    if continues(tree, head):
        return
    if head.size <= tree.size:
        fact, way_out = (
            "is another history than the one its key signed over {size} (root {root}…)",
            "do not rely on it: restore the right one, or declare the loss in the log (DeclareLoss)",
        )
    else:
        fact, way_out = (
            "does not continue the signed head over {size} (root {root}…)",
            "restore a newer copy, or declare the loss in the log (DeclareLoss)",
        )
    raise refuse(
        "log_went_back", "the log of {count} events", fact, way_out,
        count=tree.size, size=head.size, root=b64encode(head.root).decode()[:12],
    )  # fmt: skip
