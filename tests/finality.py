"""What the state machine of `tests/life.py` plays between a count and its finality: objections, and their end."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from engine.features.polls.object import EndObjections, ObjectToDecision
from tests.drawn import texts


class Finality(RuleBasedStateMachine):
    """Whoever is on a roll objects, sometimes too late or twice; the clock and others end it, sometimes too early."""

    @precondition(lambda self: self.model.polls)
    @rule(data=st.data(), reason=texts, many=st.booleans())
    def object(self, data, reason: str, many: bool) -> None:
        self.object_to(data, data.draw(st.sampled_from(sorted(self.model.contested) * 9 + sorted(self.model.polls))), reason, many)

    def object_to(self, data, name: str, reason: str, many: bool) -> None:
        model = self.model
        for actor in sorted(model.polls[name].roll) if many else [self.anybody(data)]:
            if self.ask(actor, ObjectToDecision(name, reason), model.may_object(actor, name)) is not None:
                model.object(actor, name)
            elif many and name not in model.contested:
                return

    @precondition(lambda self: self.model.polls)
    @rule(data=st.data(), patient=st.booleans())
    def end_objections(self, data, patient: bool) -> None:
        self.end_those_to(data, data.draw(st.sampled_from(sorted(self.model.contested) * 9 + sorted(self.model.polls))), patient)

    def end_those_to(self, data, name: str, patient: bool) -> None:
        model, actor = self.model, data.draw(st.sampled_from(["clock", self.founder(data)]))
        if patient and name in model.contested:
            self.wait(max(0, model.contested[name] - model.now))
        due = name in model.contested and model.now >= model.contested[name]
        if self.ask(actor, EndObjections(name), due and (actor == "clock" or model.may(actor, "EndObjections"))) is not None:
            del model.contested[name]

    def contest(self, data, name: str) -> None:
        """What may come after the count of a matter that has passed."""
        for _ in range(2):
            if name in self.model.contested:
                how = data.draw(st.sampled_from(["one", "many", "early", "late", "later"]))
                if how in ("one", "many"):
                    self.object_to(data, name, "No.", how == "many")
                elif how != "later":
                    self.end_those_to(data, name, how == "late")
