"""Say something about an idea."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.event import ANY_MEMBER, ActKind, Ask, Command, Event, Record, Right, Vault
from engine.features.ideas.state import COMMENTS_PER_IDEA_MAX, IdeaId, Ideas
from engine.log.fields import Erasable
from engine.refusals import refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import CommentText, Name

COMMENT = Right(Name("comment_idea"), "comment on ideas")
COMMENTED = ActKind(Name("idea_commented"), "commenting on an idea")


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
    """A member has said something about an idea."""

    by = ANY_MEMBER
    may = COMMENT

    idea: IdeaId
    text: Erasable[CommentText]

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.idea,)

    def check(self, state: State, record: Record[Event]) -> None:
        if state[Ideas][self.idea].comments >= COMMENTS_PER_IDEA_MAX:
            raise refuse(
                "limit_reached", "idea {idea}", "has {count} comments", "extend it: an extension has its own",
                idea=self.idea, count=COMMENTS_PER_IDEA_MAX,
            )  # fmt: skip

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Ideas][self.idea].comments += 1

    def acts(self, state: State, record: Record[Event]) -> Iterable[Act]:
        return [Act(COMMENTED.name, record.actor, self.idea, state[Ideas][self.idea].authors)]
