"""What a count comes to: pure functions of numbers, for a poll that closes, one that could end early, and whoever counts by the million."""

from __future__ import annotations

from engine.features.polls.quorum import Basis, Quorum, Votes, is_reached, is_rejected
from engine.features.polls.state import Conditions, Electorate, Status


def verdict(
    won: bool, tied: bool, elects_one: bool, blank: bool, quorum: Quorum, conditions: Conditions, electorate: Electorate, votes: Votes
) -> Status:
    """Whether a quorum took part, or one of rejection was exceeded, and whether somebody won; `blank`: no ballot says anything.

    That nobody wins though nothing ties is what a rule says where nobody has what it takes: that poll is uncountable.
    """
    whole = whole_of(quorum.basis, electorate)
    if is_rejected(quorum, conditions.counts, votes, whole):
        return "rejected"
    if not is_reached(quorum, conditions.counts, conditions.dynamic, votes, whole):
        return "no_quorum"
    if won:
        return "tied" if blank else "decided"
    return "decided" if not elects_one else "tied" if tied else "uncountable"


def has_quorum(quorum: Quorum, conditions: Conditions, electorate: Electorate, votes: Votes) -> bool:
    """Whether enough took part, of whom the quorum is a share."""
    return is_reached(quorum, conditions.counts, conditions.dynamic, votes, whole_of(quorum.basis, electorate))


def whole_of(basis: Basis, electorate: Electorate) -> int:
    """What a quorum is a part of."""
    active = electorate.active.count if electorate.active else 0
    return {"eligible": electorate.count, "active": active, "power": electorate.power, "none": 0}[basis]
