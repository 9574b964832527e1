"""What a charter says of its own amendment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.features.polls.terms import DecisionTerms
from engine.kernel.charter import Charter, Terms, unknown, wrong
from engine.refusals import Refusal
from engine.values import Name


@dataclass(frozen=True)
class AmendmentTerms(Terms):
    """The kind of decision that may change this charter; its options must be `amendment`."""

    key = "amendments"
    decision: Name

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        terms = charter.get(DecisionTerms)
        decisions = terms.by_name if terms else {}
        yield from unknown("amendments.decision", (self.decision,), tuple(decisions))
        if self.decision in decisions and decisions[self.decision].options != "amendment":
            yield wrong("amendments.decision", "is a decision about something else", 'its options must be "amendment"')
