"""A decision becomes final, and what it decided happens.

A count is final at once, unless its frozen terms let members object first, or ask a council to attest it. Its money goes to what was funded or back to the
funds, winning ideas to their stage.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import NOBODY, Event, Record
from engine.features.ideas.advance import IdeaAdvanced
from engine.features.ideas.state import Ideas
from engine.features.ideas.terms import IdeaTerms
from engine.features.polls.close import PollClosed, settle
from engine.features.polls.count import rule_of
from engine.features.polls.object import ObjectionsEnded, ObjectionsOpened
from engine.features.polls.state import KEEP, Poll, PollId, Polls
from engine.features.treasury.state import FUNDS, Treasury
from engine.kernel import charter as charters
from engine.kernel.hooks import react
from engine.ledger import Entry
from engine.state import State
from engine.values import DAY_MS, Moment


@dataclass(frozen=True)
class DecisionFinal(Event):
    """Nothing can change the decision of this poll any more."""

    by = NOBODY
    may = None

    poll: PollId

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def apply(self, state: State, record: Record[Event]) -> None:
        poll = state[Polls][self.poll]
        poll.final = True
        assert poll.result is not None
        settle(state, poll)  # where it decides nothing, nobody was asked for a word
        if poll.asked.budget is not None:
            costs = [(number, poll.asked.options[number - 1].cost or 0) for number in poll.result.winners]
            state[Treasury].accounts.post(
                Entry(poll.id, -poll.asked.budget),
                Entry(FUNDS, poll.asked.budget - sum(cost for _, cost in costs)),
                *(Entry(f"{poll.id}.{number}", cost) for number, cost in costs),
            )


@react
def counted(state: State, record: Record[PollClosed]) -> list[DecisionFinal | ObjectionsOpened]:
    poll = state[Polls][record.event.poll]
    objection = poll.conditions.objection
    if not decides_something(poll) or not poll.pending:
        return [DecisionFinal(poll.id)]
    return [] if objection is None else [ObjectionsOpened(poll.id, Moment(record.at + objection.days * DAY_MS))]


@react
def unopposed(state: State, record: Record[ObjectionsEnded]) -> list[DecisionFinal]:
    poll = state[Polls][record.event.poll]
    return [] if poll.pending else [DecisionFinal(poll.id)]


@react
def winners_advance(state: State, record: Record[DecisionFinal]) -> list[IdeaAdvanced]:
    """Winning ideas come to the stage that the poll's terms name, under the charter it was held under."""
    poll, ideas = state[Polls][record.event.poll], state[Ideas]
    stage, now = poll.asked.terms.winners_to, charters.in_force(state).get(IdeaTerms)
    if poll.result is None or stage is None or now is None or now.stage(stage) is None:
        return []  # an amendment may have taken that stage away: what won stays where its terms hold
    won = [poll.asked.options[number - 1].idea for number in poll.result.winners]
    return [IdeaAdvanced(idea, stage, poll.asked.charter) for idea in won if idea and ideas[idea].stage != stage]


def decides_something(poll: Poll) -> bool:
    """Whether something was decided that members may object to: what leaves things as they are is final at once."""
    stays = (KEEP,) if poll.asked.amendment is not None or rule_of(poll.asked).roles else ()
    return poll.result is not None and poll.result.winners not in ((), stays)
