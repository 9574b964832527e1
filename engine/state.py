"""What a community knows: the fold of its events, as far as it is still open.

Ballots of an open poll lie in arrays over its roll; a closed poll keeps only its outcome. No erasable or private value
is held here, so that no snapshot can leak one. `require`, `member`, `idea`, `open_poll` refuse what is not so.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from engine import charter as charters
from engine.charter.terms import Charter, Decision
from engine.elections.choice import row
from engine.elections.election import Election
from engine.elections.kinds import Kind
from engine.elections.outcome import Outcome
from engine.ledger import Ledger
from engine.log.merkle import Tree
from engine.refusals import Refusal, refuse
from engine.roll import Roll, RollBook, total
from engine.rules import rule
from engine.values import DAY_MS, Actor, IdeaId, MemberId, Moment, Money, Name, PollId, RoundId, Seq

NEVER = Moment(0)
ROLL_AHEAD_MIN = 2_000
"""From so many members on a roll is drawn up before the writer's turn: below, it takes a few milliseconds."""


@dataclass(slots=True)
class Member:
    id: MemberId
    role: Name
    joined_at: Moment
    number: int
    """How many members joined before her."""
    forgotten: bool = False


@dataclass(slots=True)
class Idea:
    """`versions` are the events that hold its texts, the newest last; `terms` the charter its stage was entered under."""

    id: IdeaId
    authors: tuple[MemberId, ...]
    versions: tuple[Seq, ...]
    stage: Name
    terms: Seq
    cost: Money | None
    extends: IdeaId | None
    supporters: set[MemberId] = field(default_factory=set)
    comments: int = 0


class Ballots:
    """The last ballot of each member on a roll: which event it is, and what it says once that is known."""

    UNKNOWN = -1

    def __init__(self, roll: Roll) -> None:
        self.roll, self.powers = roll.members, roll.powers
        self.place = roll.place
        self.seq = np.full(len(self.roll), -1, np.int64)
        self.code = np.full(len(self.roll), self.UNKNOWN, np.int32)
        self.choices: list[str] = []
        self._codes: dict[str, int] = {}
        self.commitments: dict[MemberId, str] = {}
        self.waiting: dict[int, MemberId] = {}
        """Whose ballot each event is that is still sealed."""
        self.counted: dict[tuple[bytes, Any], Outcome | Refusal] = {}
        """Counts already made of these ballots, or why there are none: closing decides by one and is checked by the same."""

    def put(self, member: MemberId, seq: int, choice: str | None) -> None:
        """A ballot cast: `choice` None while it is sealed."""
        place = self.place(member)
        assert place is not None
        self.waiting.pop(int(self.seq[place]), None)
        self.seq[place] = seq
        if choice is None:
            self.waiting[seq] = member
            self.code[place] = self.UNKNOWN
        else:
            self.code[place] = self.code_of(choice)

    def open(self, member: MemberId, choice: str) -> None:
        place = self.place(member)
        assert place is not None
        self.waiting.pop(int(self.seq[place]), None)
        self.code[place] = self.code_of(choice)

    def withdraw(self, member: MemberId) -> None:
        place = self.place(member)
        assert place is not None
        self.waiting.pop(int(self.seq[place]), None)
        self.seq[place] = -1
        self.code[place] = self.UNKNOWN

    def last(self, member: str) -> int:
        """The event of a member's last ballot; -1 when she has cast none or is not on the roll."""
        place = self.place(member)
        return -1 if place is None else int(self.seq[place])

    def code_of(self, choice: str) -> int:
        code = self._codes.get(choice)
        if code is None:
            code = self._codes[choice] = len(self.choices)
            self.choices.append(choice)
        return code

    @property
    def cast(self) -> int:
        return int((self.seq >= 0).sum())

    @property
    def cast_power(self) -> int:
        return int(self.powers[self.seq >= 0].sum())

    def sealed(self) -> list[tuple[MemberId, int]]:
        """Who has a ballot that is not open yet, and its event, in the order of the roll."""
        waiting = np.flatnonzero((self.seq >= 0) & (self.code == self.UNKNOWN))
        return [(self.roll[place], int(self.seq[place])) for place in waiting]

    def digest(self) -> bytes:
        """What everybody's ballot says, as 32 bytes."""
        return sha256(self.code.tobytes() + "\n".join(self.choices).encode()).digest()

    def weigh(self) -> tuple[list[str], np.ndarray[Any, Any]]:
        """Each distinct choice and the power behind it."""
        counted = self.code >= 0
        power = np.zeros(len(self.choices), np.int64)
        np.add.at(power, self.code[counted], self.powers[counted])
        used = np.flatnonzero(power)
        return [self.choices[code] for code in used], power[used]

    def say_anything(self) -> bool:
        """Whether any ballot is not blank."""
        blank = self._codes.get("", self.UNKNOWN)
        return bool(((self.code >= 0) & (self.code != blank)).any())

    def opening_copy(self) -> Ballots:
        """A copy to open ballots in, that leaves this one as it is."""
        found = copy(self)
        found.code, found.choices, found.waiting = self.code.copy(), list(self.choices), dict(self.waiting)
        found._codes = dict(self._codes)
        return found

    def restore(self, seq: np.ndarray[Any, Any], code: np.ndarray[Any, Any], choices: list[str]) -> None:
        self.seq, self.code, self.choices = seq, code, choices
        self._codes = {choice: number for number, choice in enumerate(choices)}
        self.waiting = {seq: member for member, seq in self.sealed()}


@dataclass(slots=True)
class Poll:
    """`terms` is the `PollOpened` that froze the question; `ballots` is None once closed, `result` the closing event."""

    id: PollId
    terms: Any
    ballots: Ballots | None
    result: Any = None
    void: bool = False

    @property
    def seq(self) -> int:
        """The event that opened it."""
        return int(self.id[1:])

    @property
    def kind(self) -> Kind:
        kind: Kind = self.terms.ballot
        return kind

    def election(self, order: tuple[int, ...], labels: list[str] | None = None, decimals: int = 0) -> Election:
        """The ballots as an election; `order` lists the option numbers (from 1), `labels` calls them otherwise."""
        assert self.ballots is not None
        choices, power = self.ballots.weigh()
        many = len(self.terms.options)
        table = np.array([row(choice, self.kind, many) for choice in choices], np.int64).reshape(-1, many)
        columns = [number - 1 for number in order]
        costs = [self.terms.options[column].cost or 0 for column in columns]
        budget = self.terms.budget
        found = Election.of(
            tuple(labels[column] for column in columns) if labels else tuple(map(str, order)),
            self.kind,
            table[:, columns],
            power,
            None if budget is None else costs,
            budget,
            decimals,
        )
        found.eligible, found.active = self.terms.roll_power, self.terms.active_power
        return found


@dataclass(slots=True)
class Round:
    """A reward round that was shared."""

    id: RoundId
    reward: Name
    pot: Money
    members: int


class _RollKey(NamedTuple):
    """What a roll depends on besides who has joined; a rule that reads points depends on this very moment."""

    forgotten: int
    voting: frozenset[str]
    power: str
    parameters: str
    moment: tuple[int, int] | None


@dataclass
class State:
    """`seq` is the number of events folded, `at` the time of the last. `tree` is the log's tree, for draws by lot."""

    seq: int = 0
    at: Moment = NEVER
    origin: str = ""
    key: str = ""
    charters: dict[Seq, str] = field(default_factory=dict)
    """The text of every charter there was, by the event that brought it; the last one is in force."""
    members: dict[MemberId, Member] = field(default_factory=dict)
    ideas: dict[IdeaId, Idea] = field(default_factory=dict)
    polls: dict[PollId, Poll] = field(default_factory=dict)
    rounds: dict[RoundId, Round] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    losses: set[tuple[int, str]] = field(default_factory=set)
    """Size and root of every signed head whose events were declared lost."""
    acts: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """Who has done which kind of act how often: (day, times)."""
    acted: array[int] = field(default_factory=lambda: array("q"))
    """By their numbers, the last day on which members took part in what others decide or write; -1 for never. See `active`."""
    tree: Tree = field(default_factory=Tree)
    forgotten: int = 0
    """How many members were forgotten: until one more is, rolls only grow."""
    _books: dict[_RollKey, RollBook] = field(default_factory=dict, repr=False, compare=False)
    """What the rolls drawn up last have in common with the next ones."""

    @property
    def charter(self) -> Charter:
        """The charter in force."""
        if not self.charters:
            raise refuse("not_founded", "the community", "is not founded yet", "found it with a charter first")
        return charters.read(self.charters[self.charter_seq])

    @property
    def charter_seq(self) -> Seq:
        return next(reversed(self.charters))

    def charter_at(self, seq: Seq) -> Charter:
        """The charter that event `seq` brought: what is open keeps the terms it began under."""
        return charters.read(self.charters[seq])

    def require(self, actor: str, command: str) -> None:
        """Refuse unless the charter lets `actor` do `command`."""
        charter = self.charter
        if actor == "clock" and command in ("close_poll", "settle"):
            return
        if actor == "newcomer" and command == "join_community" and charter.members.admission == "open":
            return
        member = self.members.get(MemberId(Actor(actor)))
        if member is None or member.forgotten:
            raise refuse(
                "not_allowed", f"actor {actor}", f"is no member who may {command}",
                "join first" if charter.members.admission == "open" else "ask a member who may invite you",
            )  # fmt: skip
        if command not in charter.roles[member.role].may:
            holders = [name for name, role in charter.roles.items() if command in role.may]
            raise refuse(
                "not_allowed", f"member {actor}", f"has the role {member.role}, which may not {command}",
                "ask somebody with the role " + " or ".join(holders) if holders else "amend the charter to allow it",
            )  # fmt: skip

    def member(self, member: str) -> Member:
        found = self.members.get(MemberId(Actor(member)))
        if found is None:
            raise refuse("member_unknown", f"member {member}", "does not exist here", "look at the list of members")
        return found

    def idea(self, idea: str) -> Idea:
        found = self.ideas.get(IdeaId(idea))
        if found is None:
            raise refuse("idea_unknown", f"idea {idea}", "does not exist here", "look at the list of ideas")
        return found

    def poll(self, poll: str) -> Poll:
        found = self.polls.get(PollId(poll))
        if found is None:
            raise refuse("poll_unknown", f"poll {poll}", "does not exist here", "look at the list of polls")
        return found

    def open_poll(self, poll: str, at: int) -> Poll:
        """A poll that takes ballots at `at`: opens_at ≤ at < closes_at, however late its close is written."""
        found = self.poll(poll)
        if found.ballots is None or at >= found.terms.closes_at:
            raise refuse("poll_closed", f"poll {poll}", "takes no ballots any more", "look at its result")
        if at < found.terms.opens_at:
            raise refuse("poll_not_open", f"poll {poll}", "takes no ballots yet", "wait until it opens")
        return found

    def decision(self, name: str) -> Decision:
        decisions = self.charter.decisions
        if name not in decisions:
            raise refuse("decision_unknown", f"decision {name!r}", "is not in the charter", "known: " + ", ".join(decisions))
        return decisions[name]

    def roll(self, decision: Decision, at: int) -> Roll:
        """Who may vote in a poll opened now, in the order of joining, and how much each ballot weighs."""
        key = self._roll_key(decision, at)
        book = self._books.get(key)
        if book is None:
            book = RollBook()
            self._put_book(key, book)
        if book.seen < len(self.members):
            self._enrol(book, list(islice(self.members.values(), book.seen, None)), key.voting, decision, at)
        return book.roll()

    def roll_ahead(self, decision: Decision) -> Callable[[], Callable[[State], None]] | None:
        """The work of drawing up a roll, to be done by whoever is about to open a poll while others write: it works on a
        copy, and what has changed meanwhile is seen to by `roll`. None where there is too little of it to do.
        """
        key = self._roll_key(decision, 0)
        book = self._books.get(key)
        waiting = len(self.members) - (book.seen if book else 0)
        if waiting < ROLL_AHEAD_MIN or rule("power", decision.power).reads_points:
            return None
        members = list(self.members.values())

        def work() -> Callable[[State], None]:
            fresh = RollBook()
            self._enrol(fresh, members, key.voting, decision, 0)
            fresh.root(len(fresh.members))
            return lambda state: state.keep_book(key, fresh)

        return work

    def keep_book(self, key: _RollKey, book: RollBook) -> None:
        """Take over what was drawn up ahead, unless somebody was forgotten meanwhile or another went further."""
        known = self._books.get(key)
        if key.forgotten == self.forgotten and (known is None or known.seen < book.seen):
            self._put_book(key, book)

    def _put_book(self, key: _RollKey, book: RollBook) -> None:
        """Keep a book, and let those go that nobody can use again."""
        self._books = {one: kept for one, kept in self._books.items() if one.forgotten == self.forgotten and one.moment is None}
        self._books[key] = book

    def _roll_key(self, decision: Decision, at: int) -> _RollKey:
        moment = (self.seq, at) if rule("power", decision.power).reads_points else None
        voting = frozenset(name for name, role in self.charter.roles.items() if "cast_ballot" in role.may)
        return _RollKey(self.forgotten, voting, decision.power, str(decision.power_parameters), moment)

    def _enrol(self, book: RollBook, members: list[Member], voting: frozenset[str], decision: Decision, at: int) -> None:
        """Enter those of `members` who may vote, the next ones in the order of joining, into a book."""
        found = [member for member in members if member.role in voting and not member.forgotten]
        power = rule("power", decision.power)
        lots = self.ledger.lots if power.reads_points else {}
        points = [self.ledger.points(member.id, at) if member.id in lots else 0 for member in found]
        powers = power.function(points, **power.complete(decision.power_parameters))
        if powers and min(powers) <= 0:
            found = [member for member, held in zip(found, powers, strict=True) if held > 0]
            powers = [held for held in powers if held > 0]
        book.join([member.id for member in found], powers, [member.number for member in found])
        book.seen += len(members)

    def active(self, roll: Roll, days: int, at: int) -> tuple[int, int]:
        """How many on a roll have acted on the day of `at` (UTC) or the `days` before it, and their power together.

        To move an idea on or to close a poll is no such act: whoever may do that could make herself one of few.
        """
        acted = np.full(len(self.members), -1, np.int64)
        acted[: len(self.acted)] = self.acted
        here = acted[roll.numbers] >= at // DAY_MS - days
        return int(here.sum()), total(roll.powers[here])

    def note_act(self, actor: str, kind: str, at: int) -> int:
        """Count one more act, and say how many that makes on the day of `at` (UTC)."""
        day, times = self.acts.get((actor, kind), (0, 0))
        self.keep_act(actor, kind, at // DAY_MS, times + 1 if day == at // DAY_MS else 1)
        return self.acts[actor, kind][1]

    def keep_act(self, actor: str, kind: str, day: int, times: int) -> None:
        self.acts[actor, kind] = (day, times)
        member = self.members.get(MemberId(Actor(actor)))
        if member is not None and kind != "idea_advanced":
            self.acted.extend([-1] * (member.number + 1 - len(self.acted)))
            self.acted[member.number] = max(self.acted[member.number], day)


__all__ = ["Ballots", "Idea", "Member", "Poll", "Round", "State"]
