"""The polls there are: what each froze, its ballots while it is open, its count when it is closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.elections.kinds import Kind
from engine.elections.ties import TieBreak
from engine.features.council.seats import Seating
from engine.features.ideas.state import IdeaId
from engine.features.polls.ballots import Ballots
from engine.features.polls.quorum import Counts, DynamicQuorum, Quorum
from engine.features.polls.roll import RollBook
from engine.features.polls.terms import EarlyEnd, ObjectionTerms
from engine.log.fields import Erasable, Private
from engine.refusals import Code, refuse
from engine.state import Part, State
from engine.values import CharterText, Digest, Id, Moment, Money, Name, Power, QuestionText, Scalar, Seq, TitleText

POLL_UNKNOWN = Code("poll_unknown", "unknown")
DECISION_UNKNOWN = Code("decision_unknown", "unknown")
POLL_NOT_READY = Code("poll_not_ready", "wrong")
POLL_NOT_OPEN = Code("poll_not_open", "conflict")
POLL_CLOSED = Code("poll_closed", "conflict")
POLL_STILL_OPEN = Code("poll_still_open", "conflict")
NOT_ON_ROLL = Code("not_on_roll", "forbidden")
OPENINGS_LOST = Code("openings_lost", "conflict")
POLLS_OPEN_MAX = 1_000
"""What stands open must fit one machine's memory."""
MINUTE_MS = 60_000
"""What charters count the times of polls in."""
ADOPT, KEEP = 1, 2
"""The options of a poll on an amendment."""
Status = Literal["decided", "tied", "no_quorum", "no_ballots", "uncountable", "rejected"]


class PollId(Id, letter="p"):
    """A poll: `p` and the event that opened it."""


@dataclass(frozen=True)
class Option:
    """One option: an idea at one of its versions, or a label of its own."""

    idea: IdeaId | None
    version: Seq | None
    label: Erasable[TitleText] | None
    cost: Money | None


@dataclass(frozen=True)
class RuleInUse:
    """A rule as a poll is held by it: which version, all its parameters, and the digest of its behaviour."""

    version: str
    parameters: dict[str, Scalar]
    digest: Digest


@dataclass(frozen=True)
class FrozenTerms:
    """The terms of a decision as they were when the poll opened, with everything written out."""

    ballot: Kind
    rule: RuleInUse
    power: RuleInUse
    secrecy: Name
    quorum: Quorum
    ties: TieBreak
    ends: tuple[EarlyEnd, ...]
    hand_after_minutes: int
    replaceable: bool
    named_max: int
    points_max: int
    winners_to: Name | None


@dataclass(frozen=True)
class Conditions:
    """What else a poll's terms may ask before anything is decided, and before that is final; stated where a charter names any of it."""

    counts: Counts = "all_valid"
    dynamic: DynamicQuorum | None = None
    late_quorum_minutes: int = 0
    objection: ObjectionTerms | None = None


@dataclass(frozen=True)
class Active:
    """How many of a roll took part of late, and their power."""

    count: int
    power: Power


@dataclass(frozen=True)
class Electorate:
    """Who may vote: the Merkle root over `member power` lines in the order of joining, how many, their power, and who of them is
    active where the charter says what that is."""

    root: Digest
    count: int
    power: Power
    active: Active | None


@dataclass(frozen=True)
class Question:
    """All that a poll freezes. Options are numbered from 1 in the order given; `charter` is the event that brought the charter it is
    held under, `draw_secret` what a draw is made from, shown when the poll closes."""

    decision: Name
    question: Erasable[QuestionText]
    options: tuple[Option, ...]
    terms: FrozenTerms
    opens_at: Moment
    closes_at: Moment
    budget: Money | None
    electorate: Electorate
    charter: Seq
    amendment: CharterText | None
    draw_secret: Private[Digest] | None

    @property
    def versions(self) -> list[Seq]:
        """The versions of ideas it asks about."""
        return [option.version for option in self.options if option.version is not None]


@dataclass(frozen=True)
class DrawOpening:
    """What opens the secret a draw is made from."""

    salt: Digest
    secret: Digest


@dataclass(frozen=True)
class Count:
    """What closing says. Options go by their numbers; `scores` in the order of the options; `outcome` is the digest of the full count.

    `status`: decided · tied (and the charter leaves things as they are, or every ballot is blank) · no_quorum ·
    no_ballots · uncountable (the rule cannot count these ballots) · rejected (by a quorum of those against).
    `ties` holds the first of them; the digest covers all.
    """

    status: Status
    winners: tuple[int, ...]
    ties: tuple[tuple[int, ...], ...]
    scores: tuple[str, ...]
    ballots: int
    power_cast: Power
    outcome: Digest | None
    draw: DrawOpening | None


@dataclass
class Poll:
    """`ballots` is None once the poll is closed or void; `result` what closing said; `final` whether its effects have happened."""

    id: PollId
    asked: Question
    opened_at: Moment
    ballots: Ballots | None
    ended_at: Moment = Moment(0)
    """When it was ended; 0 while it was not."""
    result: Count | None = None
    final: bool = False
    void: bool = False
    conditions: Conditions = Conditions()
    extended_to: Moment = Moment(0)
    """Until when it takes ballots since its quorum was first reached; 0 where nobody looks for that, or it was not."""
    objections: Ballots | None = None
    """Who has objected, while members may: over the roll, with an event for each."""
    objections_until: Moment = Moment(0)
    objected: int = 0
    """How many had objected in the end."""
    overturned: bool = False
    opened: Digest = Digest("")
    """The leaf hash of the event that opened it: what signed ballots say they are about."""
    signed: int = 0
    """Of the ballots that were counted, how many bear their voters' signatures."""
    council: Seating | None = None
    """Whose word its finality waits for, where its terms ask for a council's."""
    unattested: bool = False
    """Whether it is counted and waits for that word."""
    lapsed: bool = False
    """Whether that word did not come in time."""

    @property
    def seq(self) -> Seq:
        """The event that opened it."""
        return Seq(PollId.seq(self.id))

    @property
    def ended(self) -> bool:
        return self.ended_at > 0

    @property
    def pending(self) -> bool:
        """Whether it is counted, and something of its terms has to come before it is final."""
        return self.objections is not None or self.unattested

    @property
    def closes_at(self) -> Moment:
        """When its clock ends it."""
        return max(self.asked.closes_at, self.extended_to)

    @property
    def open_ballots(self) -> Ballots:
        """Its ballots; refused when it is closed or void."""
        if self.ballots is None:
            raise refuse(POLL_CLOSED, "poll {poll}", "is closed already", "look at its result", poll=self.id)
        return self.ballots

    @property
    def status(self) -> str:
        """Where it stands: open, ended (and to be counted), void, overturned by objections, lapsed for want of a council's word, or what its count
        says."""
        if self.void or self.overturned or self.lapsed:
            return "void" if self.void else "overturned" if self.overturned else "lapsed"
        return self.result.status if self.result else "ended" if self.ended else "open"


@dataclass
class Polls(Part):
    polls: dict[PollId, Poll] = field(default_factory=dict)
    books: dict[int, RollBook] = field(default_factory=dict)
    """The books of rolls in use, and of the next one."""
    open: dict[PollId, Poll] = field(init=False, repr=False, compare=False)
    """Those that are not closed yet, oldest first."""
    contested: dict[PollId, Poll] = field(init=False, repr=False, compare=False)
    """Those that are counted and not final, because members may object."""
    unattested: dict[PollId, Poll] = field(init=False, repr=False, compare=False)
    """Those that are counted and not final, because the council has not attested them."""

    def __post_init__(self) -> None:
        self.open = {poll.id: poll for poll in self.polls.values() if poll.ballots is not None}
        self.contested = {poll.id: poll for poll in self.polls.values() if poll.objections is not None}
        self.unattested = {poll.id: poll for poll in self.polls.values() if poll.unattested}
        for one in self._on_rolls():
            one.roll = self.books[one.book].roll(one.count)

    def __getitem__(self, poll: str) -> Poll:
        known: Poll | None = self.polls.get(poll)  # type: ignore[call-overload]
        if known is None:
            raise refuse(POLL_UNKNOWN, "poll {poll}", "does not exist here", "look at the list of polls", poll=poll[:40])
        return known

    def add(self, poll: Poll) -> None:
        self.polls[poll.id] = self.open[poll.id] = poll

    def taking_ballots(self, poll: str, at: int) -> Poll:
        """A poll that takes ballots at `at`: opens_at ≤ at < closes_at and nobody has ended it, however late its close is written."""
        known = self[poll]
        if known.ballots is None or known.ended or at >= known.closes_at:
            raise refuse(POLL_CLOSED, "poll {poll}", "takes no ballots any more", "look at its result", poll=poll)
        if at < known.asked.opens_at:
            raise refuse(POLL_NOT_OPEN, "poll {poll}", "takes no ballots yet", "wait until it opens", poll=poll)
        return known

    def book_of(self, key: str) -> tuple[int, RollBook]:
        """The book of a key, a new one where there is none; books that no open poll uses and nobody can use again are let go."""
        number = next((number for number, book in self.books.items() if book.key == key), None)
        if number is None:
            in_use = {one.book for one in self._on_rolls()}
            self.books = {one: book for one, book in self.books.items() if one in in_use}
            number = max(self.books, default=0) + 1
            self.books[number] = RollBook(key)
        return number, self.books[number]

    def figures(self) -> dict[str, int]:
        """Of the ballots that were counted, those signed by their voters' keys, and those taken by the operator's word, where any is signed."""
        counted = [poll for poll in self.polls.values() if poll.result is not None]
        signed, whole = sum(poll.signed for poll in counted), sum(poll.result.ballots for poll in counted if poll.result)
        return {"counted ballots, signed": signed, "counted ballots, by the operator's word": whole - signed} if signed else {}

    def tidy(self) -> None:
        """Only what is in use stays of the books of rolls, numbered as the open polls come to them."""
        ballots = self._on_rolls()
        numbers = {old: number for number, old in enumerate(dict.fromkeys(one.book for one in ballots), 1)}
        self.books = {number: self.books[old] for old, number in numbers.items()}
        for one in ballots:
            one.book = numbers[one.book]
        for number, book in self.books.items():
            book.trim(max(one.count for one in ballots if one.book == number))

    def close(self, poll: Poll) -> None:
        """Its ballots are not needed any more."""
        assert poll.ballots is not None
        poll.signed = poll.ballots.signed
        number, poll.ballots = poll.ballots.book, None
        del self.open[poll.id]
        self._let_go(number)

    @property
    def unsettled(self) -> int:
        """How many are open, or counted and not final."""
        return len(self.open) + len(self.contested.keys() | self.unattested.keys())

    def contest(self, poll: Poll) -> None:
        """Close a poll against whose decision everybody on its roll may object."""
        ballots = poll.open_ballots
        poll.objections = Ballots.none_yet(ballots.book, ballots.roll, sealed=False)
        self.contested[poll.id] = poll
        self.close(poll)

    def await_council(self, poll: Poll) -> None:
        """What it decides waits for its council."""
        poll.unattested, self.unattested[poll.id] = True, poll

    def stop_awaiting(self, poll: Poll) -> None:
        """It waits for its council no more, whatever that said."""
        poll.unattested = False
        self.unattested.pop(poll.id, None)

    def settle(self, poll: Poll) -> None:
        """Nobody may object to its decision any more."""
        if poll.objections is not None:
            number, poll.objected, poll.objections = poll.objections.book, poll.objections.cast, None
            del self.contested[poll.id]
            self._let_go(number)

    def _on_rolls(self) -> list[Ballots]:
        """What stands over a roll: ballots of open polls, and objections."""
        ballots = [poll.ballots for poll in self.open.values() if poll.ballots]
        return ballots + [poll.objections for poll in self.contested.values() if poll.objections]

    def _let_go(self, number: int) -> None:
        """Rolls of a book that nothing stands over any more."""
        if number in self.books:
            self.books[number].keep({one.count for one in self._on_rolls() if one.book == number})


def poll_of(state: State, poll: str) -> Poll:
    return state[Polls][poll]
