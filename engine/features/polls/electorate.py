"""Drawing up the roll of a poll: who may vote, how much each ballot weighs, who is active."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine import rules
from engine.event import Install, Precompute, Right
from engine.features.points.state import points_held
from engine.features.polls.roll import Roll, RollBook, total
from engine.features.polls.state import Active, Electorate, Polls
from engine.features.polls.terms import Decision
from engine.kernel import charter as charters
from engine.kernel.authority import roles_with
from engine.kernel.members import Members
from engine.log.json import canonical
from engine.state import State
from engine.values import DAY_MS, Name, Power

VOTE = Right(Name("cast_ballot"), "be on the roll of polls, and vote")
PREPARE_FROM = 2_000
"""From so many members on a roll is drawn up before the writer's turn: below, it takes a few milliseconds."""


def roll_of(state: State, decision: Decision, at: int) -> tuple[int, Roll]:
    """Who may vote in a poll opened now, in the order of joining, and the number of the book that stands in."""
    number, book = state[Polls].book_of(_key(state, decision, at))
    members = state[Members]
    if book.seen < len(members):
        _enrol(state, book, range(book.seen, len(members)), decision, at)
    return number, book.roll()


def electorate_of(state: State, decision: Decision, at: int) -> Electorate:
    """What a poll states of its roll."""
    _, roll = roll_of(state, decision, at)
    active = _active(state, roll, decision.active_days, at) if decision.active_days else None
    return Electorate(roll.root, roll.count, Power(roll.total), active)


def drawn_up_ahead(state: State, decision: Decision) -> Precompute | None:
    """The work of drawing up a roll, to be done by whoever is about to open a poll while others write: it works on a
    copy, and what has changed meanwhile is seen to by `roll_of`. None where there is too little of it to do.
    """
    key = _key(state, decision, 0)
    known = next((book for book in state[Polls].books.values() if book.key == key), None)
    waiting = len(state[Members]) - (known.seen if known else 0) + (len(known.seqs) - known.hashed if known else 0)
    if waiting < PREPARE_FROM or rules.rule("power", decision.power).reads_points:
        return None
    frozen_state = State()
    frozen_state.put(_copied(state[Members]))
    frozen_state.put(state[charters.Charters])

    def work() -> Install:
        fresh = RollBook(key)
        _enrol(frozen_state, fresh, range(len(frozen_state[Members])), decision, 0)
        fresh.root(len(fresh.seqs))
        return lambda state: _install(state, fresh, decision)

    return work


def _install(state: State, fresh: RollBook, decision: Decision) -> None:
    """Take over what was drawn up ahead, unless it was for others by now."""
    if fresh.key == _key(state, decision, 0):
        _, known = state[Polls].book_of(fresh.key)
        known.take_over(fresh)


def _copied(members: Members) -> Members:
    return Members(members.seqs[:], members.joined[:], members.held[:], members.gone[:], members.active_on[:], list(members.role_names))


def _key(state: State, decision: Decision, at: int) -> str:
    """What a roll depends on besides who has joined; a rule that reads points depends on this very moment."""
    members = state[Members]
    moment = [state.seq, at] if rules.rule("power", decision.power).reads_points else []
    voting = sorted(roles_with(charters.in_force(state), VOTE))
    parameters = rules.rule("power", decision.power).written(decision.power_parameters)
    return canonical([members.forgotten, members.role_changes, voting, decision.power, parameters, moment]).decode()


def _enrol(state: State, book: RollBook, numbers: Sequence[int], decision: Decision, at: int) -> None:
    """Enter those of the next members who may vote."""
    members, power = state[Members], rules.rule("power", decision.power)
    first, last = (numbers[0], numbers[-1] + 1) if numbers else (0, 0)
    places = first + np.flatnonzero(members.holding(roles_with(charters.in_force(state), VOTE))[first:last])
    points = points_held(state, at)[places].tolist() if power.reads_points else [0] * len(places)
    powers = np.array(power.function(points, **power.complete(decision.power_parameters)), np.int64)
    there = powers > 0
    places, powers = places[there], powers[there]
    seqs = np.array(members.seqs, np.int64)[places]
    book.enter(seqs.tolist(), powers.tolist(), places.tolist())
    book.seen = last


def _active(state: State, roll: Roll, days: int, at: int) -> Active:
    """How many on a roll have taken part on the day of `at` (UTC) or the `days` before it, and their power together."""
    active_on = np.array(state[Members].active_on, np.int64)
    here = active_on[roll.numbers] >= at // DAY_MS - days
    return Active(int(here.sum()), Power(total(roll.powers[here])))
