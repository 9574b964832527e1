"""What the state machine of `tests/life.py` plays of delegation: given, taken back, and carried when a poll has ended."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from engine.features.delegation.carry import CarryVotes
from engine.features.delegation.delegate import Delegate
from engine.features.delegation.end import EndDelegation
from engine.features.polls.close import ClosePoll

DELEGATED = {kind.__name__ for kind in (CarryVotes, Delegate, EndDelegation)}
"""The verbs that are played here."""


class Delegating(RuleBasedStateMachine):
    """Members let others vote for them; a poll in which that may matter ends in one command and is counted in the next."""

    def close_by(self, actor: str, name: str, expected: bool) -> None:
        """Close a poll; one in which some may speak for others ends first, and is counted by the clock."""
        poll = self.model.polls[name]
        only_ends = bool(poll.links) and not poll.ended_at
        if self.ask(actor, ClosePoll(name), expected) is None:
            return
        if only_ends:
            poll.ended_at = self.moot.state.at
            if self.ask("clock", ClosePoll(name), not poll.lost) is None:
                return
        self.closed(name, poll)

    def carry_again(self, name: str) -> None:
        """Nothing is left to carry once a poll is counted, or before it has ended."""
        self.ask("clock", CarryVotes(name), False)

    @rule(data=st.data(), topic=st.sampled_from([None, None, "ranking", "monthly", "charter"]), minutes=st.sampled_from([None, 0, 30, 90]))
    def delegate(self, data, topic: str | None, minutes: int | None) -> None:
        """Let another vote, for a while or as long as may be; sometimes take it back."""
        model, actor = self.model, self.anybody(data)
        to = data.draw(st.sampled_from([*model.members * 3, *model.here]))
        until = None if minutes is None else self.moot.now + minutes * 60_000
        expected = actor in model.members and to in model.members and to != actor and topic != "charter" and minutes != 0
        if self.ask(actor, Delegate(to, topic, until), expected) is not None:
            model.delegations[actor, topic] = to, model.now, model.now + (365 * 24 * 60 if minutes is None else minutes)
        elif (there := sorted(model.delegations, key=str)) and data.draw(st.booleans()):
            who, what = data.draw(st.sampled_from(there))
            self.ask(who, EndDelegation(what), True)
            del model.delegations[who, what]
            self.ask(who, EndDelegation(what), False)
