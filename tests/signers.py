"""What the state machine of `tests/life.py` plays of keys: registered, replaced, retired, and used for every ballot of who has one."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.event import Command
from engine.features.keys.register import RegisterKey
from engine.features.keys.retire import RetireKey
from engine.features.keys.rotate import RotateKey
from engine.features.keys.state import Keys
from engine.features.polls.cast import CastBallot
from engine.features.polls.state import Polls
from engine.log.signing import SecretKey
from engine.refusals import Refusal
from tests.signing import key, registering, retiring, rotating, signed

SIGNED = {kind.__name__ for kind in (RegisterKey, RetireKey, RotateKey)}
"""The verbs that are played here."""


class Signers(RuleBasedStateMachine):
    """`keys` has the generation of each member's live key; no generation of anybody's comes twice."""

    keys: dict[str, int]
    generation = 0
    unasked = False
    """Whether the operator casts ballots without asking anybody's key."""

    def as_her_client(self, actor: str, command: Command) -> Command:
        """A ballot as its voter's own client sends it: signed, where she has a key."""
        if self.unasked or not isinstance(command, CastBallot) or actor not in self.keys or command.poll not in self.moot.of(Polls).polls:
            return command
        try:
            return signed(self.moot, actor, command.poll, command.choice, self.moot._asked + 1, key(actor, self.keys[actor]))
        except Refusal:  # a choice that is none: let the community say so
            return command

    @rule(
        data=st.data(),
        acts=st.lists(st.sampled_from(["register", "rotate", "rotate", "retire", "use again", "steal", "by word"]), min_size=1, max_size=4),
    )
    def sign(self, data, acts: list[str]) -> None:
        """One member does a few things with her key, or somebody else tries to."""
        actor = self.anybody(data)
        for act in acts if actor in self.keys else ["register", *acts]:
            self.generation += 1
            getattr(self, act.replace(" ", "_"))(data, actor, key(actor, self.keys.get(actor, 0)), key(actor, self.generation))

    def register(self, data, actor: str, hers: SecretKey, new: SecretKey) -> None:
        expected = actor in self.model.members and actor not in self.keys
        if self.ask(actor, registering(self.moot, actor, new), expected) is not None:
            self.keys[actor] = self.generation

    def rotate(self, data, actor: str, hers: SecretKey, new: SecretKey) -> None:
        expected = actor in self.model.members and actor in self.keys
        if self.ask(actor, rotating(self.moot, actor, hers, new), expected) is not None:
            self.keys[actor] = self.generation

    def retire(self, data, actor: str, hers: SecretKey, new: SecretKey) -> None:
        expected = actor in self.model.members and actor in self.keys
        if self.ask(actor, retiring(self.moot, actor, hers), expected) is not None:
            del self.keys[actor]

    def use_again(self, data, actor: str, hers: SecretKey, new: SecretKey) -> None:
        if self.keys:
            of = data.draw(st.sampled_from(sorted(self.keys)))
            self.ask(actor, registering(self.moot, actor, key(of, self.keys[of])), False)

    def steal(self, data, actor: str, hers: SecretKey, new: SecretKey) -> None:
        self.ask(actor, rotating(self.moot, actor, new, new), False)

    def by_word(self, data, actor: str, hers: SecretKey, new: SecretKey) -> None:
        if actor in self.keys and self.model.polls:
            self.unasked = True
            self.ask(actor, CastBallot(data.draw(st.sampled_from(sorted(self.model.polls))), "1"), False)
            self.unasked = False

    @invariant()
    def whoever_has_a_key_is_known(self) -> None:
        if hasattr(self, "model"):
            self.keys = {member: number for member, number in self.keys.items() if member not in self.model.gone}
            assert {member: one.address for member, one in self.moot.of(Keys).live.items()} == {
                member: key(member, number).address for member, number in self.keys.items()
            }
            for poll in self.moot.of(Polls).open.values():
                assert poll.ballots is not None and poll.ballots.signed <= poll.ballots.cast
