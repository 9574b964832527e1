"""How a line becomes state: the one path of living, following and verifying.

Living is decide and apply, following is apply, verifying is check and apply. What follows from an event by the charter
alone is computed here, in one place, for whoever lives and whoever verifies.
"""

from __future__ import annotations

from engine import rules
from engine.commands.award_points import PointsEarned, expiry
from engine.log.record import Event, Record
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


def earnings(state: State, acts: list[Act], at: int) -> list[Event]:
    """What the charter's earning rules pay for the acts of one command, in the order of acts and rules."""
    found: list[Event] = []
    terms = state.charter.points.earning
    for act in acts if terms else ():
        for earning in terms:
            rule = rules.rule("earning", earning.rule)
            paid: dict[MemberId, int] = rule.function(act, **earning.parameters)
            for member, points in paid.items():
                holder = state.members.get(member)
                if points > 0 and holder is not None and not holder.forgotten:
                    found.append(PointsEarned(member, Points(points), rule.version, Name(act.kind), act.thing, expiry(state, at)))
    return found
