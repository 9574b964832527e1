"""What is shown to one member only: her own ballots with what opens them."""

from __future__ import annotations

from api import explaining
from api.views import Json, Later, Texts
from engine import rules
from engine.community import Community
from engine.elections import choice as choices
from engine.elections.kinds import NUMBERED
from engine.features.polls.state import Poll
from engine.log.json import parse_own
from engine.state import State

OPEN, SEALED = ("BallotCast", "BallotCast.2"), ("BallotSealed", "BallotSealed.2")
"""The kinds of event that are ballots: the second of each bears its voter's signature."""


def own_ballot(state: State, poll: Poll, member: str) -> Json:
    """A member's own last ballot in a poll, with what opens it: she alone may read it while it is sealed. None for who has no
    place in the poll, and after it for who did not vote."""
    if poll.ballots is None:
        return Later(lambda community: _shown(community, poll, _last_ballot(community, poll, member)))
    if poll.ballots.place(member) is None:
        return None
    seq = poll.ballots.cast_by(member)
    if seq < 0:
        return {"seq": None, "choice": None, "said": "", "salt": None, "marks": {}}
    return Later(lambda community: _shown(community, poll, seq))


def opening(community: Community, line: Json, member: str) -> Json:
    """What opens a sealed ballot, for her who cast it: None for anybody else and anything else."""
    if line["kind"] not in SEALED or line["actor"] != member:
        return None
    opened = community.store.opening(line["seq"], "choice")
    return None if opened is None else {"salt": opened[0].hex(), "choice": parse_own(opened[1])}


def _shown(community: Community, poll: Poll, seq: int | None) -> Json:
    if seq is None:
        return None
    sealed = community.store.opening(seq, "choice")
    choice = parse_own(sealed[1]) if sealed else parse_own(next(community.store.lines(seq, seq + 1))[1])["body"]["choice"]
    marks = _marks(choice, poll)
    said = _said(marks, explaining.option_labels(Texts(community), poll), poll.asked.terms.ballot)
    return {"seq": seq, "choice": choice, "said": said, "salt": sealed[0].hex() if sealed else None, "marks": marks}


def _last_ballot(community: Community, poll: Poll, member: str) -> int | None:
    """The event of a member's last ballot in a poll that is over, where it was not withdrawn and its opening was not lost."""
    sealed = rules.secrecy(poll.asked.terms.secrecy).sealed
    cast = [line for kind in (SEALED if sealed else OPEN) for line in community.store.find("actor", member, kind)]
    seqs = sorted(seq for seq, data in cast if parse_own(data)["body"]["poll"] == poll.id)
    return seqs[-1] if seqs and (not sealed or community.store.opening(seqs[-1], "choice")) else None


def _said(marks: dict[int, int], labels: list[str], kind: str) -> str:
    """A choice in the options' own names."""
    if not marks:
        return "blank"
    if kind == "ranked":
        levels = sorted(set(marks.values()))
        return ", then ".join(" = ".join(labels[number - 1] for number, rank in marks.items() if rank == level) for level in levels)
    return ", ".join(labels[number - 1] + (f" {points}" if kind in NUMBERED else "") for number, points in marks.items())


def _marks(choice: str, poll: Poll) -> dict[int, int]:
    """What a choice says of each option by its number: 1 where chosen, its rank from 1, or its points."""
    options, kind = len(poll.asked.options), poll.asked.terms.ballot
    cells = choices.row(choice, kind, options)
    if kind == "ranked":
        levels = sorted({rank for rank in cells if rank < options})
        return {number: levels.index(rank) + 1 for number, rank in enumerate(cells, 1) if rank < options}
    return {number: mark for number, mark in enumerate(cells, 1) if mark}
