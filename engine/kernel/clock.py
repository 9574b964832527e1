"""Set the log's time right after a clock that ran ahead: two members who may say the same.

A log's time never goes back by itself, so one ask from a machine that believes it is twenty years later would lock the
community until then. What was opened in the false time is void; what was decided before stays. Nobody can end a poll
by this on a log that is right: the command is refused unless the log is ahead of the clock it is asked by, and the
audit refuses one by whose record the log's time moved on.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.event import ANY_MEMBER, Ask, Command, Event, Record, Right, Vault
from engine.kernel.authority import holds, require
from engine.kernel.found import Founding
from engine.refusals import Code, refuse
from engine.state import Part, State
from engine.values import Actor, Moment, Name

CORRECT_CLOCK = Right(Name("correct_clock"), "set the log's time right, together with another who may")
CLOCK_RIGHT = Code("clock_right", "conflict")


@dataclass
class Correction(Part):
    """What somebody has asked the log's time to be set to, and who."""

    to: Moment = Moment(0)
    asked_by: Actor = Actor("")


@dataclass(frozen=True)
class CorrectClock(Command):
    """`to` is the true time in milliseconds since 1970: between what the log said before its clock ran ahead, and now."""

    resource = "/clock"
    on_a_late_clock = True

    to: Moment

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        if ask.now >= state.at or self.to > ask.now:
            raise refuse(
                CLOCK_RIGHT,
                "the log's time",
                "is not ahead of this clock, or that is yet to come",
                "name the true time, once the log is ahead of it",
            )
        asked = state[Correction]
        agreed = asked.to == self.to and asked.asked_by != ask.actor and holds(state, asked.asked_by, CORRECT_CLOCK)
        return [ClockCorrected(self.to) if agreed else ClockDoubted(self.to)]


@dataclass(frozen=True)
class ClockDoubted(Event):
    """One member says what time it is; another has to agree."""

    by = ANY_MEMBER
    may = CORRECT_CLOCK

    to: Moment

    def check(self, state: State, record: Record[Event]) -> None:
        _check_still(state, record)
        if not state[Founding].at <= self.to < record.at:
            raise refuse(CLOCK_RIGHT, "the log's time", "is not ahead of that, or began after it", "name the true time, which is earlier")

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Correction].to, state[Correction].asked_by = self.to, record.actor


@dataclass(frozen=True)
class ClockCorrected(Event):
    """A second member agrees: from here on the log's time is `to`."""

    by = ANY_MEMBER
    may = CORRECT_CLOCK

    to: Moment

    def moment(self, record: Record[Event]) -> Moment:
        return self.to

    def check(self, state: State, record: Record[Event]) -> None:
        _check_still(state, record)
        asked = state[Correction]
        if asked.asked_by in ("", record.actor) or asked.to != self.to or self.to >= record.at:
            raise refuse("log_unlawful", "the correction", "is not what another member has asked for", "let two agree")
        require(state, asked.asked_by, CORRECT_CLOCK)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Correction].to, state[Correction].asked_by = Moment(0), Actor("")


def _check_still(state: State, record: Record[Event]) -> None:
    """Refuse where the log's time moves on with this very record: then the clock it was asked by is not behind."""
    if record.at != state.at:
        raise refuse(CLOCK_RIGHT, "the log's time", "is not ahead of the clock this was asked by", "there is nothing to correct")
