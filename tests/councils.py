"""What the state machine of `tests/life.py` plays of councils: keys registered, replaced and retired; decisions attested, objected to, lapsed."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.features.attestation.attest import AttestDecision
from engine.features.attestation.lapse import LapseDecision
from engine.features.attestation.object import ObjectAsCouncil
from engine.features.attestation.statement import stated
from engine.features.council.register import RegisterCouncilKey
from engine.features.council.retire import RetireCouncilKey
from engine.features.council.rotate import RotateCouncilKey
from engine.features.council.state import CouncilKeys
from engine.features.polls.state import Polls
from engine.refusals import Refusal
from tests.council import registering, retiring, rotating, secret
from tests.signing import key

COUNCILS = {
    kind.__name__ for kind in (AttestDecision, LapseDecision, ObjectAsCouncil, RegisterCouncilKey, RetireCouncilKey, RotateCouncilKey)
}
"""The verbs that are played here."""


class Councils(RuleBasedStateMachine):
    """The council of a pact is the founders who have council keys; two of them attest it, or two object, within a day."""

    council_generation = 0

    @rule(
        data=st.data(),
        acts=st.lists(st.sampled_from(["register", "register", "rotate", "retire", "steal", "by word"]), min_size=1, max_size=3),
    )
    def council_key(self, data, acts: list[str]) -> None:
        actor, keys = data.draw(st.sampled_from([self.anybody(data), self.founder(data)])), self.model.council_keys
        for act in acts:
            self.council_generation += 1
            hers, new = secret(actor, keys.get(actor, 0)), secret(actor, self.council_generation)
            here = actor in self.model.members
            ballots = key(actor, self.keys[actor]) if actor in self.keys else None
            if act == "by word" and ballots:
                self.ask(actor, registering(self.moot, actor, new), False)
            if act == "register" and self.ask(actor, registering(self.moot, actor, new, ballots), here and actor not in keys) is not None:
                keys[actor] = self.council_generation
            if act == "rotate" and self.ask(actor, rotating(self.moot, actor, hers, new), here and actor in keys) is not None:
                keys[actor] = self.council_generation
            if act == "steal":
                self.ask(actor, rotating(self.moot, actor, new, secret("thief", self.council_generation)), False)
            retired = act == "retire" and data.draw(st.integers(0, 2)) == 0
            if retired and self.ask(actor, retiring(self.moot, actor, hers), here and actor in keys) is not None:
                del keys[actor]

    @precondition(lambda self: self.model.polls)
    @rule(data=st.data(), words=st.lists(st.sampled_from(["attest", "attest", "object", "with another key"]), min_size=1, max_size=3))
    def speak_in_council(self, data, words: list[str]) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.unattested) * 9 + sorted(self.model.polls)))
        self.speak(name, [(data.draw(st.sampled_from([*self.model.founders, *self.model.members])), word) for word in words])

    def speak(self, name: str, words: list[tuple[str, str]]) -> None:
        """Members say a word each about one poll."""
        model = self.model
        for actor, word in words:
            poll = model.polls[name]
            expected = model.may_speak(actor, name) and word != "with another key"
            hers = secret("thief") if word == "with another key" else secret(actor, poll.seats.get(actor, 0))
            try:
                sig = hers.sign(stated(self.moot.state, name, "objects" if word == "object" else "attests"))
            except Refusal:
                sig = hers.possession
            command = ObjectAsCouncil(name, "No.", sig) if word == "object" else AttestDecision(name, sig)
            if self.ask(actor, command, expected) is not None:
                poll.spoken[actor] = word
                if list(poll.spoken.values()).count(word) == 2:
                    del model.unattested[name]

    @precondition(lambda self: self.model.polls)
    @rule(data=st.data(), patient=st.booleans())
    def lapse(self, data, patient: bool) -> None:
        self.let_lapse(data, data.draw(st.sampled_from(sorted(self.model.unattested) * 9 + sorted(self.model.polls))), patient)

    def let_lapse(self, data, name: str, patient: bool) -> None:
        model, actor = self.model, data.draw(st.sampled_from(["clock", self.founder(data)]))
        if patient and name in model.unattested:
            self.wait(max(0, model.unattested[name] - model.now))
        due = name in model.unattested and model.now >= model.unattested[name]
        if self.ask(actor, LapseDecision(name), due and (actor == "clock" or model.may(actor, "LapseDecision"))) is not None:
            del model.unattested[name]

    def in_council(self, data, name: str) -> None:
        """What may come after the count of a pact that has passed."""
        if name in self.model.unattested:
            how, seats = data.draw(st.sampled_from(["attest", "object", "lapse", "later"])), sorted(self.model.polls[name].seats)
            if how in ("attest", "object"):
                self.speak(name, [(actor, how) for actor in seats[:2]])
            elif how == "lapse":
                self.let_lapse(data, name, True)

    @invariant()
    def councils_are_as_they_must_be(self) -> None:
        if not hasattr(self, "model"):
            return
        polls = self.moot.of(Polls)
        assert set(polls.unattested) == set(self.model.unattested)
        assert not [name for name, poll in polls.unattested.items() if poll.final or poll.void]
        assert {member: one.key for member, one in self.moot.of(CouncilKeys).live.items()} == {
            member: secret(member, number).public for member, number in self.model.council_keys.items()
        }
        for name, poll in self.model.polls.items():
            attested = list(poll.spoken.values()).count("attest") == 2
            assert poll.decision != "pact" or not poll.winners or polls.polls[name].final == attested
