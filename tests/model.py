"""What must be so in a community, in a few dozen lines that know nothing of the engine: who may, what is open, who voted, who holds what."""

from __future__ import annotations

from dataclasses import dataclass, field

FOUNDER_ONLY = frozenset(
    [
        "GiveRole",
        "TakeRole",
        "OpenPoll",
        "ClosePoll",
        "VoidPoll",
        "AwardPoints",
        "PayIn",
        "ShareReward",
        "AgreeToRound",
        "AmendCharter",
        "EraseText",
        "DeclareLoss",
    ]
)


@dataclass
class Idea:
    author: str
    supporters: set[str] = field(default_factory=set)
    stage: str = "open"
    comments: int = 0


@dataclass
class Poll:
    decision: str
    roll: set[str]
    opened: int
    closes: int
    sealed: bool
    options: list[str] = field(default_factory=list)
    votes: dict[str, str] = field(default_factory=dict)
    budget: int = 0
    over: bool = False
    lost: bool = False
    links: dict[str, str] = field(default_factory=dict)
    """Who on the roll had which delegate on it when the poll opened."""
    ended_at: int = 0
    """When it was ended and not yet counted, in milliseconds; 0 while it was not."""

    def power_cast(self, depth_max: int) -> int:
        """How many speak by a ballot of their own, or by that of the first along their delegates who has one."""
        power = 0
        for member in self.roll:
            here = member
            for _ in range(depth_max):
                if here not in self.votes and here in self.links:
                    here = self.links[here]
            power += here in self.votes
        return power


@dataclass
class Model:
    """`now` in minutes. Every member has the role `member`; `founders` have the other one, too."""

    now: int = 0
    here: list[str] = field(default_factory=lambda: ["m1"])
    gone: set[str] = field(default_factory=set)
    founders: set[str] = field(default_factory=lambda: {"m1"})
    ideas: dict[str, Idea] = field(default_factory=dict)
    polls: dict[str, Poll] = field(default_factory=dict)
    funds: int = 0
    paid: dict[str, int] = field(default_factory=dict)
    proposals: dict[str, tuple[str, int]] = field(default_factory=dict)
    delegations: dict[tuple[str, str | None], tuple[str, int]] = field(default_factory=dict)
    """To whom a member delegates, in decisions of a kind or in all, and until when."""

    @property
    def members(self) -> list[str]:
        return [member for member in self.here if member not in self.gone]

    def may(self, actor: str, verb: str) -> bool:
        return actor in self.members and (verb not in FOUNDER_ONLY or actor in self.founders)

    def may_go(self, member: str) -> bool:
        return not self.founders <= {member}

    def supports_needed(self) -> int:
        return min(2, max(1, -(-40 * len(self.members) // 100)))

    def takes_ballots(self, poll: str) -> bool:
        return not self.polls[poll].over and not self.polls[poll].ended_at and self.polls[poll].opened <= self.now < self.polls[poll].closes

    def may_vote(self, actor: str, poll: str) -> bool:
        return self.takes_ballots(poll) and actor in self.polls[poll].roll and actor in self.members

    def may_end(self, actor: str, poll: str) -> bool:
        one = self.polls[poll]
        all_voted = one.decision != "charter" and set(one.votes) >= one.roll
        by_hand = one.decision != "charter" and self.now >= one.opened + 10 and actor != "clock"
        only_ends = bool(one.links) and not one.ended_at
        return not one.over and (only_ends or not one.lost) and bool(one.ended_at or self.now >= one.closes or all_voted or by_hand)

    def links(self, decision: str) -> dict[str, str]:
        """Who of those here has which delegate who is here, in a poll that opens now."""
        links = {}
        for member in self.members if decision != "charter" else []:
            for topic in (decision, None):
                to, until = self.delegations.get((member, topic), ("", 0))
                if self.now < until:
                    links[member] = to
                    break
        return links

    def set_back(self, to: int, start: int) -> None:
        """The log's time is `to` again: what was opened later is void."""
        for poll in self.polls.values():
            if not poll.over and (start + poll.opened * 60_000 > to or poll.ended_at > to):
                poll.over = True
                self.funds += poll.budget

    def forget(self, member: str, by: str) -> None:
        self.gone.add(member)
        self.founders.discard(member)
        self.delegations = {who: given for who, given in self.delegations.items() if member not in (who[0], given[0])}
        if by == member:
            for name, poll in self.polls.items():
                if not poll.over and not poll.ended_at and self.now < poll.closes:
                    poll.links.pop(member, None)
                if poll.sealed and self.takes_ballots(name):
                    poll.votes.pop(member, None)
