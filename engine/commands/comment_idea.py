"""Say something about an idea."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands import Ask, Command, Vault
from engine.limits import COMMENTS_PER_IDEA_MAX
from engine.log.fields import Erasable
from engine.log.record import Event, Record
from engine.refusals import refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import CommentText, IdeaId


@dataclass(frozen=True)
class CommentIdea(Command):
    """A comment stands under its idea, in the order of writing."""

    resource = "/ideas/{idea}/comments"

    idea: IdeaId
    text: CommentText

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        return [IdeaCommented(self.idea, Erasable(self.text))]


@dataclass(frozen=True)
class IdeaCommented(Event):
    idea: IdeaId
    text: Erasable[CommentText]

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "comment_idea")
        if state.idea(self.idea).comments >= COMMENTS_PER_IDEA_MAX:
            raise refuse(
                "limit_reached", f"idea {self.idea}", f"has {COMMENTS_PER_IDEA_MAX} comments", "extend it: an extension has its own"
            )

    def apply(self, state: State, record: Record) -> None:
        state.ideas[self.idea].comments += 1

    def acts(self, state: State, record: Record) -> list[Act]:
        return [Act("idea_commented", record.actor, self.idea, state.ideas[self.idea].authors)]
