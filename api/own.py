"""What is shown to one member only: her own ballots with what opens them, and what she may do here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api import explaining
from engine import rules
from engine.commands.revise_idea import check_may_revise
from engine.commands.support_idea import check_may_support
from engine.community import Community
from engine.elections import choice as choices
from engine.elections.kinds import NUMBERED
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.state import Poll, State
from engine.values import MemberId

Json = Any


def ballot(community: Community, state: State, name: str, member: MemberId) -> Json:
    """A member's own last ballot in a poll, with what opens it: she alone may read it while it is sealed. None for who has no
    place in the poll, and after it for who did not vote."""
    found = state.poll(name)
    if found.ballots is None:
        seq = _last_ballot(community, found, member)
        if seq is None:
            return None
    elif found.ballots.place(member) is None:
        return None
    elif (seq := found.ballots.last(member)) < 0:
        return {"seq": None, "choice": None, "said": "", "salt": None, "marks": {}}
    sealed = community.store.opening(seq, "choice")
    choice = parse_own(sealed[1]) if sealed else parse_own(next(community.store.lines(seq, seq + 1))[1])["body"]["choice"]
    marks = _marks(choice, found)
    said = _said(marks, explaining.option_labels(community, state, found), found.kind)
    return {"seq": seq, "choice": choice, "said": said, "salt": sealed[0].hex() if sealed else None, "marks": marks}


def _last_ballot(community: Community, found: Poll, member: MemberId) -> int | None:
    """The event of a member's last ballot in a poll that is over, where it was not withdrawn and its opening was not lost."""
    sealed = rules.secrecy(found.terms.secrecy).sealed
    cast = community.store.find("actor", member, "BallotSealed" if sealed else "BallotCast")
    seqs = [seq for seq, data in cast if parse_own(data)["body"]["poll"] == found.id]
    return seqs[-1] if seqs and (not sealed or community.store.opening(seqs[-1], "choice")) else None


def opening(community: Community, state: State, line: Json, member: MemberId) -> Json:
    """What opens a sealed ballot while its poll is open, for her who cast it: None for anybody else and anything else."""
    if line["kind"] != "BallotSealed" or line["body"]["voter"] != member:
        return None
    found = community.store.opening(line["seq"], "choice")
    return None if found is None else {"salt": found[0].hex(), "choice": parse_own(found[1])}


def _said(marks: dict[int, int], labels: list[str], kind: str) -> str:
    """A choice in the options' own names."""
    if not marks:
        return "blank"
    if kind == "ranked":
        levels = sorted(set(marks.values()))
        return ", then ".join(" = ".join(labels[number - 1] for number, rank in marks.items() if rank == level) for level in levels)
    return ", ".join(labels[number - 1] + (f" {points}" if kind in NUMBERED else "") for number, points in marks.items())


def _marks(choice: str, found: Poll) -> dict[int, int]:
    """What a choice says of each option by its number: 1 where chosen, its rank from 1, or its points."""
    many = len(found.terms.options)
    cells = choices.row(choice, found.kind, many)
    if found.kind == "ranked":
        levels = sorted({rank for rank in cells if rank < many})
        return {number: levels.index(rank) + 1 for number, rank in enumerate(cells, 1) if rank < many}
    return {number: mark for number, mark in enumerate(cells, 1) if mark}


def voted(state: State, member: MemberId) -> set[str]:
    """The open polls in which a member has a ballot."""
    return {one.id for one in state.polls.values() if one.ballots is not None and one.ballots.last(member) >= 0}


def idea(state: State, name: str, member: MemberId | None) -> Json:
    """What somebody who looks at an idea may do with it, by the very conditions her ask would meet."""
    supports = member is not None and member in state.idea(name).supporters
    return {
        "supports": supports,
        "may_support": _allowed(lambda: check_may_support(state, member or "newcomer", name)),
        "may_revise": _allowed(lambda: check_may_revise(state, member or "newcomer", name)),
    }


def _allowed(check: Callable[[], object]) -> bool:
    try:
        check()
    except Refusal:
        return False
    return True
