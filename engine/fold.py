"""How a line becomes state: the one path of living, following and verifying.

Living is decide and apply, following is apply, verifying is check and apply. What follows from an event by the charter
alone is computed here, in one place, for whoever lives and whoever verifies.
"""

from __future__ import annotations

from functools import lru_cache

from engine import charter as charters
from engine import rules
from engine.commands.award_points import PointsEarned, expiry
from engine.log.record import Event, Record
from engine.rules import Parameters, Rule
from engine.rules.earning import Act
from engine.state import State
from engine.values import MemberId, Name, Points


def apply(state: State, record: Record) -> list[Act]:
    """Fold one record into the state; gives the acts in it, counted."""
    done = record.event.acts(state, record)
    record.event.apply(state, record)
    state.tree.append(record.leaf)
    state.seq = record.seq + 1
    state.at = record.at
    acts = []
    for act in done:
        kind, actor, thing, authors, _ = act
        acts.append(Act(kind, actor, thing, authors, state.note_act(actor, kind, record.at)))
    return acts


@lru_cache(maxsize=64)
def _earning(charter: str) -> tuple[tuple[Rule, Parameters], ...]:
    """The earning rules of a charter's text with all their parameters, made ready once."""
    found = [(rules.rule("earning", earning.rule), earning.parameters) for earning in charters.read(charter).points.earning]
    return tuple((rule, rule.complete(parameters)) for rule, parameters in found)


def earnings(state: State, acts: list[Act], at: int) -> list[Event]:
    """What the charter's earning rules pay for the acts of one command, in the order of acts and rules."""
    found: list[Event] = []
    terms = _earning(state.charters[state.charter_seq]) if acts else ()
    for act in acts if terms else ():
        for rule, parameters in terms:
            paid: dict[MemberId, int] = rule.function(act, **parameters)
            for member, points in paid.items():
                holder = state.members.get(member)
                if points > 0 and holder is not None and not holder.forgotten:
                    found.append(PointsEarned(member, Points(points), rule.version, Name(act.kind), act.thing, expiry(state, at)))
    return found
