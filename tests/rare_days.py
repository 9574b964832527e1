"""What the state machine of `tests/life.py` plays on rare days: a text erased, a loss declared, a clock set right, a head anchored."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from engine.features.anchors.anchor import RecordAnchor, RecordFiled
from engine.features.anchors.send import RecordClaims, RecordDecision
from engine.features.anchors.state import Anchors
from engine.features.anchors.unwind import UnwindAnchor
from engine.features.rewards.state import Rounds
from engine.kernel.clock import CorrectClock
from engine.kernel.erase import EraseText
from engine.kernel.loss import DeclareLoss
from engine.log.checkpoint import Checkpoint
from tests.anchored import filed, head, where
from tests.moot import ORIGIN, START

RARELY = {
    kind.__name__ for kind in (CorrectClock, DeclareLoss, EraseText, RecordAnchor, RecordClaims, RecordDecision, RecordFiled, UnwindAnchor)
}
"""The verbs that are played here."""


class RareDays(RuleBasedStateMachine):
    """Whoever may, and sometimes whoever may not."""

    @rule(data=st.data())
    def erase(self, data) -> None:
        actor = self.founder(data)
        store = self.moot.community.store
        seq = data.draw(st.integers(0, self.moot.state.seq))
        field = data.draw(st.sampled_from([opening.field for opening in store.openings(seq)] or ["title"]))
        if field not in ("choice", "draw_secret"):
            self.ask(actor, EraseText(seq, field, "other"), None if self.model.may(actor, "EraseText") else False)

    @rule(data=st.data())
    def anchor(self, data) -> None:
        """A head written somewhere, or what stood there unwound."""
        actor, anchors, moot = self.founder(data), self.moot.of(Anchors), self.moot
        may, size, number = self.model.may(actor, "GiveRole"), moot.state.seq, moot._asked + 1
        self.ask(actor, filed(moot, size), may and size > anchors.size_at("notary"))
        written = self.ask(actor, head(moot, size, number), may and size > anchors.size_at("chain"))
        if written is not None and data.draw(st.booleans()):
            self.ask("m1", head(moot, size, number), False)
            self.ask(actor, UnwindAnchor(f"a{written}"), True)
        for poll in sorted(self.model.polls)[:1]:
            self.ask(actor, RecordDecision(poll, "opened", where(number + 10_000)), may and not anchors.of(poll))
        for round_ in list(moot.of(Rounds).rounds)[:1]:
            paid = moot.of(Rounds)[round_].points is None
            self.ask(actor, RecordClaims(round_, "ab" * 32, 1, size, where(number + 20_000)), may and paid and not anchors.of(round_))

    @rule(data=st.data())
    def mend(self, data) -> None:
        """What is for rare days: a loss declared, a clock set right."""
        actor = self.founder(data)
        head = self.moot.community.key.sign(Checkpoint(ORIGIN, 9_000 + self.moot._asked, bytes(32)))
        self.ask(actor, DeclareLoss(head), self.model.may(actor, "DeclareLoss"))
        if self.model.may(actor, "GiveRole") and data.draw(st.booleans()):
            log, here = self.moot.state.at, self.moot.now
            self.ask(actor, CorrectClock(log - 1), False)
            self.moot.now = to = log - 1  # a clock that is a moment behind the log
            self.ask(actor, CorrectClock(log), False)
            self.ask(actor, CorrectClock(to), to >= START)
            if self.moot.state.at == to:  # the second to say so
                self.model.set_back(to, START)
            self.moot.now = here
