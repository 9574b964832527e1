"""Who may ask for what: judged here for every event alike, living and in an audit, from what the event declares."""

from __future__ import annotations

from engine.event import Event, Record, Right, Who
from engine.kernel import charter as charters
from engine.kernel.charter import NOT_ALLOWED, Charter, MemberTerms, RoleTerms
from engine.kernel.members import Members
from engine.refusals import Code, Refusal, refuse
from engine.state import State
from engine.values import Seq

ALREADY_FOUNDED = Code("already_founded", "conflict")
WITHOUT_ID = {"founder": Who.FOUNDER, "newcomer": Who.NEWCOMER, "clock": Who.CLOCK}


def judge(state: State, record: Record[Event]) -> None:
    """Refuse a record whose actor may not ask for its event."""
    event, actor = record.event, record.actor
    who = WITHOUT_ID.get(actor, Who.MEMBER)
    if who not in event.by:
        if who is Who.MEMBER and actor in state[Members]:
            raise refuse(NOT_ALLOWED, "member {actor}", "cannot ask for {kind}", "no member can", actor=actor, kind=event.kind)
        raise _stranger(state, actor, event.may.name if event.may else event.kind)
    if who is Who.FOUNDER and record.cause:
        raise refuse(ALREADY_FOUNDED, "the community", "is founded already", "join it as newcomer")
    if who is Who.MEMBER:
        require(state, actor, event.may, event.under(state), event.kind)


def require(state: State, actor: str, right: Right | None, under: Seq | None = None, kind: str = "that") -> None:
    """Refuse unless `actor` is a member who holds `right` by the roles she has now and the charter in force, or that of event `under`."""
    members = state[Members]
    number = members.here(actor)
    if number is None:
        raise _stranger(state, actor, right.name if right else kind)
    if right is None:
        return
    charter = charters.in_force(state) if under is None else charters.as_of(state, under)
    holders = roles_with(charter, right)
    if not members.held[number] & members.bits(holders):
        raise refuse(
            NOT_ALLOWED, "member {actor}", "has the role {roles}, which may not {right}", "{way_out}",
            actor=actor, roles=" and ".join(members.at(number).roles), right=right.name,
            way_out=f"ask somebody with the role {' or '.join(holders)}" if holders else "amend the charter to allow it",
        )  # fmt: skip


def holds(state: State, actor: str | None, right: Right) -> bool:
    """Whether somebody holds a right today: what pages ask."""
    try:
        require(state, actor or "newcomer", right)
    except Refusal:
        return False
    return True


def roles_with(charter: Charter, right: Right) -> list[str]:
    """The roles that hold a right under a charter."""
    return [name for name, role in charter[RoleTerms].by_name.items() if right.name in role.may]


def holder_count(state: State, charter: Charter, right: Right, without: int = -1) -> int:
    """How many members hold a right under a charter, one of them (by number) left out."""
    holding = state[Members].holding(roles_with(charter, right))
    return int(holding.sum()) - (bool(holding[without]) if without >= 0 else 0)


def _stranger(state: State, actor: str, what: str) -> Refusal:
    open_to_all = state.seq > 0 and charters.in_force(state)[MemberTerms].admission == "open"
    return refuse(
        NOT_ALLOWED, "actor {actor}", "is no member here, and {what} is for members only", "{way_out}",
        actor=actor, what=what, way_out="join first" if open_to_all else "ask a member who may invite you",
    )  # fmt: skip
