"""The last ballot of each member on a roll: which event it is, and what it says once that is known."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from engine.elections.outcome import Outcome
from engine.features.polls.links import FrozenLinks
from engine.features.polls.quorum import Measure, Votes
from engine.features.polls.roll import Roll, RollBook
from engine.refusals import Refusal
from engine.values import MemberId

UNKNOWN = -1
"""Of a ballot whose choice is sealed; and of a place where none was cast."""
SIDES = ("1", "2")
"""What ballots say that are for the first option alone, or the second: the sides of a rule whose options have roles."""


@dataclass
class Ballots:
    """Columns over the places of a roll; `book` and `count` say which roll."""

    book: int
    count: int
    seq: NDArray[np.int64]
    """The event of each member's last ballot, -1 for none."""
    code: NDArray[np.int32]
    """What it says, as a place in `choices`."""
    commitments: NDArray[np.uint8]
    """What the log holds of each sealed one: 32 bytes a row, no rows where ballots are open."""
    choices: list[str] = field(default_factory=list)
    carried: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """The power of others that each ballot carries besides its voter's own; no rows where none carries any."""
    voices: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """How many others that are, likewise."""
    nonces: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """The nonce of the last signed ballot of each, -1 for none; no rows where none is signed."""
    by_key: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    """Whether each one's last ballot is signed, likewise."""
    links: FrozenLinks | None = None
    """Who may speak for whom, where anybody may, until the log says whose ballots carry the power of others: it cannot before the last."""
    roll: Roll = field(init=False, repr=False, compare=False)
    counted: dict[tuple[bytes, str, tuple[int, ...]], Outcome | Refusal] = field(init=False, repr=False, compare=False)
    """Counts already made of these ballots, or why there are none: closing decides by one and is checked by the same."""
    _codes: dict[str, int] = field(init=False, repr=False, compare=False)
    settled: tuple[int, bool, int] = field(init=False, repr=False, compare=False)
    """When so many had voted, whether no ballot still to come could change anything; and if not, before what power is cast that stays so."""
    _order: NDArray[np.int64] | None = field(init=False, repr=False, compare=False)
    """Places by the events of their ballots, once none comes any more."""
    _votes: Votes | None = field(init=False, repr=False, compare=False)
    """Kept up from when somebody first asks: a quorum may be looked for at every ballot."""

    def __post_init__(self) -> None:
        self.counted, self.settled, self._order, self._votes = {}, (-1, False, 0), None, None
        self._codes = {choice: number for number, choice in enumerate(self.choices)}

    @classmethod
    def none_yet(cls, book: int, roll: Roll, sealed: bool) -> Ballots:
        """The ballots of a poll that has just opened."""
        count = roll.count
        ballots = cls(
            book, count, np.full(count, -1, np.int64), np.full(count, UNKNOWN, np.int32), np.zeros((count if sealed else 0, 32), np.uint8)
        )
        ballots.roll = roll
        return ballots

    @classmethod
    def of(cls, powers: dict[MemberId, int]) -> Ballots:
        """Ballots over a roll of its own: for whoever counts a poll again."""
        book = RollBook()
        members = sorted(powers, key=MemberId.seq)
        book.enter(map(MemberId.seq, members), (powers[member] for member in members), [0] * len(members))
        return cls.none_yet(-1, book.roll(), sealed=True)

    def place(self, member: str) -> int | None:
        return self.roll.place(member)

    def cast_by(self, member: str) -> int:
        """The event of a member's last ballot; -1 when she has cast none or is not on the roll."""
        place = self.place(member)
        return -1 if place is None else int(self.seq[place])

    def put(self, member: str, seq: int, choice: str) -> None:
        """An open ballot cast."""
        self._enter(self._place(member), seq, self._code_of(choice))

    def seal(self, member: str, seq: int, commitment: str) -> None:
        """A sealed ballot cast."""
        place = self._place(member)
        self._enter(place, seq, UNKNOWN)
        self.commitments[place] = np.frombuffer(bytes.fromhex(commitment), np.uint8)

    def _enter(self, place: int, seq: int, code: int) -> None:
        """The ballot of whoever stands there, in the place of her last."""
        if self._votes is not None:
            self._count(place, -1)
        self.seq[place], self.code[place] = seq, code
        if self._votes is not None:
            self._count(place, 1)
        if len(self.by_key):
            self.by_key[place] = False

    def open(self, seq: int, choice: str) -> None:
        """The sealed ballot that event `seq` cast says this."""
        place = self.sealed_at(seq)
        assert place is not None
        self._count(place, -1)
        self.code[place] = self._code_of(choice)
        self._count(place, 1)

    def sign(self, member: str, nonce: int) -> None:
        """The ballot a member has just cast bears her signature."""
        if not len(self.nonces):
            self.nonces, self.by_key = np.full(self.count, -1, np.int64), np.zeros(self.count, np.bool_)
        place = self._place(member)
        self.nonces[place], self.by_key[place] = nonce, True

    def last_nonce(self, member: str) -> int:
        """The nonce of a member's last signed ballot, be it replaced or not; -1 where there is none."""
        place = self.place(member)
        return -1 if place is None or not len(self.nonces) else int(self.nonces[place])

    @property
    def carrying(self) -> bool:
        """Whether some ballots may carry the power of others, and the log has still to say which."""
        return self.links is not None

    @property
    def signed(self) -> int:
        """How many of the ballots cast bear their voters' signatures."""
        return int((self.by_key & (self.seq >= 0)).sum()) if len(self.by_key) else 0

    def withdraw(self, member: str) -> None:
        place = self._place(member)
        self._count(place, -1)
        self.seq[place] = -1
        self.code[place] = UNKNOWN

    def _place(self, member: str) -> int:
        place = self.place(member)
        assert place is not None
        self._order = None
        return place

    def _code_of(self, choice: str) -> int:
        code = self._codes.get(choice)
        if code is None:
            code = self._codes[choice] = len(self.choices)
            self.choices.append(choice)
        return code

    @property
    def cast(self) -> int:
        """How many have voted."""
        return int((self.seq >= 0).sum())

    @property
    def powers(self) -> NDArray[np.int64]:
        """What each ballot weighs: its voter's own power, and what it carries of others."""
        return self.roll.powers + self.carried if len(self.carried) else self.roll.powers

    @property
    def cast_power(self) -> int:
        """The power behind the ballots cast."""
        return int(self.powers[self.seq >= 0].sum())

    def carry(self, member: str, voices: int, power: int) -> None:
        """A member's ballot speaks for so many others, whose power together is that."""
        if not len(self.carried):
            self.carried, self.voices = np.zeros(self.count, np.int64), np.zeros(self.count, np.int64)
        place = self._place(member)
        self.carried[place], self.voices[place], self._votes = power, voices, None

    @property
    def votes(self) -> Votes:
        """How many have voted or are spoken for by one who has, and of those whose choice is known how many for the first option alone,
        or the second."""
        if self._votes is None:
            there = self.seq >= 0
            self._votes = Votes(self._of(there), *(self._of(there & (self.code == self._codes.get(side, -2))) for side in SIDES))
        return self._votes

    def _of(self, there: NDArray[np.bool_]) -> Measure:
        others = int(self.voices[there].sum()) if len(self.voices) else 0
        return Measure(int(there.sum()) + others, int(self.powers[there].sum()))

    def _count(self, place: int, by: int) -> None:
        """One ballot comes to what it says, or goes from there."""
        if self._votes is None or self.seq[place] < 0:
            return
        others, carried = (int(self.voices[place]), int(self.carried[place])) if len(self.voices) else (0, 0)
        code, voters, power = int(self.code[place]), by * (1 + others), by * (self.roll.power(place) + carried)
        choice = "" if code == UNKNOWN else self.choices[code]
        with_it = (True, *(choice == side for side in SIDES))
        pairs = zip(self._votes, with_it, strict=True)
        self._votes = Votes(*(Measure(one.voters + voters, one.power + power) if counts else one for one, counts in pairs))

    def sealed(self, most: int | None = None) -> list[int]:
        """The events of ballots that are not open yet, in the order of the roll; of the first `most`."""
        return [int(seq) for seq in self.seq[np.flatnonzero((self.seq >= 0) & (self.code == UNKNOWN))[:most]]]

    @property
    def waits(self) -> bool:
        """Whether some ballot is not open yet."""
        return bool(((self.seq >= 0) & (self.code == UNKNOWN)).any())

    def sealed_at(self, seq: int) -> int | None:
        """The place of the ballot that event `seq` cast, if it is somebody's last and not open yet."""
        if self._order is None:
            self._order = np.argsort(self.seq, kind="stable")
        at = int(np.searchsorted(self.seq, seq, sorter=self._order))
        place = int(self._order[at]) if at < self.count else -1
        return place if place >= 0 and self.seq[place] == seq and self.code[place] == UNKNOWN else None

    def commitment(self, place: int) -> str:
        return bytes(self.commitments[place]).hex()

    def digest(self) -> bytes:
        """What everybody's ballot says and carries, as 32 bytes."""
        return sha256(self.code.tobytes() + self.carried.tobytes() + "\n".join(self.choices).encode()).digest()

    def weights(self) -> tuple[list[str], NDArray[np.int64]]:
        """Each distinct choice and the power behind it."""
        counted = self.code >= 0
        power = np.zeros(len(self.choices), np.int64)
        np.add.at(power, self.code[counted], self.powers[counted])
        used = np.flatnonzero(power)
        return [self.choices[code] for code in used], power[used]

    def say_anything(self) -> bool:
        """Whether any ballot is not blank."""
        blank = self._codes.get("", UNKNOWN)
        return bool(((self.code >= 0) & (self.code != blank)).any())

    def held_still(self) -> Ballots:
        """A copy to count while others vote; what is counted of it is known here, too."""
        twin = copy(self)
        twin._votes = None
        twin.seq, twin.code, twin.choices, twin._codes = self.seq.copy(), self.code.copy(), list(self.choices), dict(self._codes)
        return twin
