"""What must be so in a community, in a few dozen lines that know nothing of the engine: who may, what is open, who voted, who holds what."""

from __future__ import annotations

from dataclasses import dataclass, field

FOUNDER_ONLY = frozenset(
    [
        "GiveRole",
        "TakeRole",
        "OpenPoll",
        "ClosePoll",
        "EndObjections",
        "LapseDecision",
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
    reached: bool = False
    """Whether its quorum was reached, at any time."""
    ended: int = 0
    objectors: set[str] = field(default_factory=set)
    seats: dict[str, int] = field(default_factory=dict)
    """The council of a pact, and the generation of each one's key, when it opened."""
    spoken: dict[str, str] = field(default_factory=dict)
    """Who of it has said what."""
    winners: tuple[int, ...] = ()

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

    @property
    def quorum(self) -> bool:
        """Of a matter: whether 30 % of the roll are in favour or abstain."""
        return 100 * (len(self.votes) - self.said("2")) >= 30 * len(self.roll)

    def said(self, choice: str) -> int:
        return sum(vote == choice for vote in self.votes.values())

    @property
    def settled(self) -> bool:
        """Of a matter: whether the votes to come change nothing, if all are for it, against it or neither."""
        yes, no, left = self.said("1"), self.said("2"), len(self.roll) - len(self.votes)
        hopeless = 100 * (len(self.roll) - no) < 30 * len(self.roll)
        return not left or hopeless or (self.quorum and (yes > no + left or yes + left <= no))


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
    delegations: dict[tuple[str, str | None], tuple[str, int, int]] = field(default_factory=dict)
    """To whom a member delegates, in decisions of a kind or in all, since when and until when."""
    contested: dict[str, int] = field(default_factory=dict)
    """Polls whose decision may be objected to, and until when."""
    council_keys: dict[str, int] = field(default_factory=dict)
    """The generation of each member's live council key."""
    unattested: dict[str, int] = field(default_factory=dict)
    """Pacts that wait for their council, and until when."""

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
        one = self.polls[poll]
        again = one.decision != "matter" or actor not in one.votes
        return self.takes_ballots(poll) and actor in one.roll and actor in self.members and again

    def vote(self, actor: str, poll: str, choice: str) -> None:
        one = self.polls[poll]
        one.votes[actor] = choice
        if one.decision == "matter" and one.quorum and not one.reached:
            one.reached, one.closes = True, max(one.closes, self.now + 20)

    def count(self, poll: str) -> None:
        """A poll is over; where a matter has passed, its roll may object for a day."""
        one = self.polls[poll]
        one.over, one.ended = True, self.now
        if one.decision == "matter" and one.quorum and one.said("1") > one.said("2"):
            self.contested[poll] = self.now + 24 * 60

    def may_object(self, actor: str, poll: str) -> bool:
        one, until = self.polls[poll], self.contested.get(poll, 0)
        return self.now < until and actor in one.roll and actor in self.members and actor not in one.objectors

    def seated(self) -> dict[str, int]:
        """The council of a pact that opens now."""
        return {member: number for member, number in self.council_keys.items() if member in self.founders and member in self.members}

    def may_speak(self, actor: str, poll: str) -> bool:
        one = self.polls[poll]
        in_time = self.now < self.unattested.get(poll, 0)
        return in_time and actor in one.seats and actor in self.members and actor not in one.spoken

    def object(self, actor: str, poll: str) -> None:
        one = self.polls[poll]
        one.objectors.add(actor)
        if 100 * len(one.objectors) >= 40 * len(one.roll):
            del self.contested[poll]

    def may_end(self, actor: str, poll: str) -> bool:
        one = self.polls[poll]
        all_voted = one.decision != "charter" and set(one.votes) >= one.roll
        by_hand = one.decision not in ("charter", "matter") and self.now >= one.opened + 10 and actor != "clock"
        early = one.decision == "matter" and one.settled
        only_ends = bool(one.links) and not one.ended_at
        ends = self.now >= one.closes or all_voted or by_hand or early
        return not one.over and (only_ends or not one.lost) and bool(one.ended_at or ends)

    def links(self, decision: str) -> dict[str, str]:
        """Who of those here has which delegate who is here, in a poll that opens now."""
        links = {}
        for member in self.members if decision not in ("charter", "matter", "pact") else []:
            for topic in (decision, None):
                to, _, until = self.delegations.get((member, topic), ("", 0, 0))
                if self.now < until:
                    links[member] = to
                    break
        return links

    def set_back(self, to: int, start: int) -> None:
        """The log's time is `to` again: what was opened or delegated later is void."""
        self.delegations = {who: given for who, given in self.delegations.items() if start + given[1] * 60_000 <= to}
        for poll in self.polls.values():
            if not poll.over and (start + poll.opened * 60_000 > to or poll.ended_at > to):
                poll.over = True
                self.funds += poll.budget
        for name in [name for name in self.contested if start + self.polls[name].ended * 60_000 > to]:
            del self.contested[name]
        for name in [name for name in self.unattested if start + self.polls[name].ended * 60_000 > to]:
            del self.unattested[name]

    def forget(self, member: str, by: str) -> None:
        self.gone.add(member)
        self.founders.discard(member)
        self.council_keys.pop(member, None)
        self.delegations = {who: given for who, given in self.delegations.items() if member not in (who[0], given[0])}
        if by == member:
            for name, poll in self.polls.items():
                if not poll.over and not poll.ended_at and self.now < poll.closes:
                    poll.links.pop(member, None)
                if poll.sealed and self.takes_ballots(name):
                    poll.votes.pop(member, None)
