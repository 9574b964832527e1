"""What a charter says of delegation: in which decisions, for how long, along how many links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.delegation import DEPTH_MAX
from engine.features.polls.terms import DecisionTerms
from engine.kernel.charter import Charter, Terms, unknown, wrong
from engine.refusals import Refusal
from engine.values import Name

DELEGATION_DAYS_MAX = 1_826
"""Five years: who has not looked after it for so long does not know any more who speaks for her."""


@dataclass(frozen=True)
class DelegationTerms(Terms):
    """In which `decisions` a member may let another vote for her, the topics of delegation; each ends after `days_max` days at the latest.

    A vote is handed on along at most `depth_max` delegations: 1 only to a member's own delegate, 2 to that one's as well. Every poll
    freezes that bound, and who had delegated to whom, when it opens. Who casts no ballot and is spoken for by one counts for a quorum
    as if she had.
    """

    key = "delegation"
    decisions: tuple[Name, ...]
    days_max: int
    depth_max: int

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        decisions = charter.get(DecisionTerms)
        if not self.decisions:
            yield wrong("delegation.decisions", "is empty", "name the decisions it is for, or leave [delegation] out")
        yield from unknown("delegation.decisions", self.decisions, tuple(decisions.by_name if decisions else ()))
        for kind, decision in decisions.by_name.items() if decisions else ():
            if kind in self.decisions and decision.late_quorum_minutes:
                yield wrong(
                    f"decisions.{kind}.late_quorum_minutes", "looks at ballots, and delegated votes are known only at the end",
                    "leave it out, or take {kind} out of delegation.decisions", kind=kind,
                )  # fmt: skip
        for name, value, most in (("days_max", self.days_max, DELEGATION_DAYS_MAX), ("depth_max", self.depth_max, DEPTH_MAX)):
            if not 1 <= value <= most:
                yield wrong(f"delegation.{name}", "is {value}", "give 1 to {most}", value=value, most=most)
