"""Cast, or replace, your ballot in an open poll."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine import rules
from engine.elections import choice as choices
from engine.event import ANY_MEMBER, ActKind, Ask, Command, Erased, Event, Record, Vault
from engine.features.keys.state import Keys, key_of
from engine.features.polls.signing import BallotMessage, commitment, sealed_with
from engine.features.polls.state import NOT_ON_ROLL, POLL_CLOSED, Poll, PollId, Polls, Question, poll_of
from engine.features.polls.terms import DecisionTerms
from engine.kernel import charter as charters
from engine.log.fields import Private
from engine.log.signing import Signed, check_signer
from engine.refusals import Code, refuse
from engine.rules.earning import Act
from engine.state import State
from engine.values import Digest, Name, Power, Signature

CAST = ActKind(Name("ballot_cast"), "casting a first ballot in a poll")
SIGNATURE_MISSING = Code("signature_missing", "forbidden")
SIGNATURE_EXPIRED = Code("signature_expired", "conflict")
NONCE_USED = Code("nonce_used", "conflict")


@dataclass(frozen=True)
class BallotSignature:
    """Your key's word for a ballot: `sig` over the EIP-712 message `Ballot`, with a `nonce` above that of your last one in this poll, good
    until `deadline` (seconds since 1970). Where ballots are sealed you sign the commitment, and bring the `salt` it is made with.
    """

    nonce: int
    deadline: int
    sig: Signature
    salt: Digest | None = None


@dataclass(frozen=True)
class CastBallot(Command):
    """`choice` by option numbers: `3`, `1,4`, `2>1=4` or `3:5,9:4`, as the poll's kind of ballot is; empty for a blank ballot. `signed` by your
    key, where you have registered one.
    """

    resource = "/polls/{poll}/ballots"

    poll: PollId
    choice: str
    signed: BallotSignature | None = None

    def signature(self) -> Signature | None:
        return None if self.signed is None else self.signed.sig

    def signed_with(self, state: State, ask: Ask) -> list[Signed]:
        if self.signed is None:
            return []
        poll, key = poll_of(state, self.poll), key_of(state, ask.actor)
        choice = read_choice(poll.asked, self.choice)
        if rules.secrecy(poll.asked.terms.secrecy).sealed:
            choice = commitment(_salt(poll, self.signed), poll.id, key, self.signed.nonce, choice)
        message = BallotMessage.of(state, poll, key, choice, self.signed.nonce, self.signed.deadline)
        return [(message.digest, self.signed.sig)]

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        poll = poll_of(state, self.poll)
        choice, power = read_choice(poll.asked, self.choice), _power(poll, ask.actor)
        sealed, signed = rules.secrecy(poll.asked.terms.secrecy).sealed, self.signed
        if signed is None:
            return [BallotSealed(self.poll, power, Private(choice)) if sealed else BallotCast(self.poll, power, choice)]
        if not sealed:
            return [SignedBallotCast(self.poll, power, choice, signed.nonce, signed.deadline)]
        salt = sealed_with(_salt(poll, signed), self.poll, key_of(state, ask.actor), signed.nonce)
        return [SignedBallotSealed(self.poll, power, Private(choice, salt=salt), signed.nonce, signed.deadline)]


@dataclass(frozen=True)
class Ballot(Event, abstract=True):
    """A ballot cast by the event's actor, with the power she has on the poll's roll. Being on that suffices to vote: no amendment shuts
    anybody out of an open poll."""

    by = ANY_MEMBER
    may = None

    poll: PollId
    power: Power

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.poll,)

    def acts(self, state: State, record: Record[Event]) -> Iterable[Act]:
        """Voting counts once a poll: replacing a ballot is no further act."""
        replaced = state[Polls][self.poll].open_ballots.cast_by(record.actor) >= 0
        return [] if replaced else [Act(CAST.name, record.actor, self.poll)]


@dataclass(frozen=True)
class BallotCast(Ballot):
    """A ballot whose choice stands in the log."""

    choice: str

    def check(self, state: State, record: Record[Event]) -> None:
        poll = _check_may_cast(state, record, self, sealed=False)
        if read_choice(poll.asked, self.choice) != self.choice:
            raise refuse("log_unlawful", "the choice", "is spelled {choice!r}", "spell it the one way there is", choice=self.choice[:40])
        self.check_signed(state, record, poll)

    def check_signed(self, state: State, record: Record[Event], poll: Poll) -> None:
        _check_needs_no_signature(state, record, poll)

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Polls][self.poll].open_ballots.put(record.actor, record.seq, self.choice)


@dataclass(frozen=True)
class BallotSealed(Ballot):
    """A ballot whose choice the log holds as a commitment until the poll closes. What opens it belongs to the poll, so that nobody
    else's forgetting its voter takes it away; what opened the one it replaces ends."""

    choice: Private[str]

    def owner(self, record: Record[Event], field: str) -> str:
        return self.poll

    def erases(self, state: State, record: Record[Event]) -> Iterable[Erased]:
        replaced = state[Polls][self.poll].open_ballots.cast_by(record.actor)
        return [Erased(seq=replaced, field="choice")] if replaced >= 0 else []

    def check(self, state: State, record: Record[Event]) -> None:
        self.check_signed(state, record, _check_may_cast(state, record, self, sealed=True))

    def check_signed(self, state: State, record: Record[Event], poll: Poll) -> None:
        _check_needs_no_signature(state, record, poll)

    def check_opened(self, state: State, opened: Mapping[str, object]) -> None:
        choice = opened.get("choice")
        if choice is not None and read_choice(state[Polls][self.poll].asked, str(choice)) != choice:
            raise refuse("opening_wrong", "the choice", "is not spelled as its field asks", "do not rely on it")

    def apply(self, state: State, record: Record[Event]) -> None:
        state[Polls][self.poll].open_ballots.seal(record.actor, record.seq, self.choice.commitment)


@dataclass(frozen=True)
class SignedBallotCast(BallotCast, kind="BallotCast.2"):
    """A ballot whose choice stands in the log, and its voter's signature over it."""

    signed = True

    nonce: int
    deadline: int

    def signs(self, state: State, record: Record[Event]) -> bytes:
        return _message(state, record, self, self.choice).digest

    def check_signed(self, state: State, record: Record[Event], poll: Poll) -> None:
        _check_signature(state, record, self, self.choice)

    def apply(self, state: State, record: Record[Event]) -> None:
        super().apply(state, record)
        state[Polls][self.poll].open_ballots.sign(record.actor, self.nonce)


@dataclass(frozen=True)
class SignedBallotSealed(BallotSealed, kind="BallotSealed.2"):
    """A sealed ballot, and its voter's signature over the commitment."""

    signed = True

    nonce: int
    deadline: int

    def signs(self, state: State, record: Record[Event]) -> bytes:
        return _message(state, record, self, self.choice.commitment).digest

    def check_signed(self, state: State, record: Record[Event], poll: Poll) -> None:
        _check_signature(state, record, self, self.choice.commitment)

    def apply(self, state: State, record: Record[Event]) -> None:
        super().apply(state, record)
        state[Polls][self.poll].open_ballots.sign(record.actor, self.nonce)


def read_choice(asked: Question, choice: str) -> str:
    """The one spelling of a choice in this poll; refused when it is none."""
    terms = asked.terms
    if "=" in choice and rules.rule_of_version("voting", terms.rule.version).strict:
        raise refuse(
            "choice_wrong", "the ballot", "ranks two options alike", "put one of them first: this rule follows an order without ties"
        )
    spelled = choices.read(choice, terms.ballot, len(asked.options), terms.named_max, terms.points_max)
    if terms.ballot == "knapsack":
        costs = sum(asked.options[int(number) - 1].cost or 0 for number in spelled.split(",") if number)
        if costs > (asked.budget or 0):
            raise refuse("choice_wrong", "the ballot", "names options that cost more than the budget together", "leave one of them out")
    return spelled


def _power(poll: Poll, member: str) -> Power:
    """What a member's ballot weighs; refused when she is not on the roll."""
    roll = poll.open_ballots.roll
    place = roll.place(member)
    if place is None:
        raise refuse(
            NOT_ON_ROLL, "member {member}", "is not on the roll of poll {poll}", "it was fixed when the poll opened",
            member=member, poll=poll.id,
        )  # fmt: skip
    return Power(roll.power(place))


def _check_may_cast(state: State, record: Record[Event], ballot: Ballot, sealed: bool) -> Poll:
    name = ballot.poll
    poll = state[Polls].taking_ballots(name, record.at)
    ballots, terms = poll.open_ballots, poll.asked.terms
    if ballot.power != _power(poll, record.actor):
        raise refuse("log_unlawful", "the ballot", "has another power than the roll says", "give it that", power=ballot.power)
    if not terms.replaceable and ballots.cast_by(record.actor) >= 0:
        raise refuse(POLL_CLOSED, "poll {poll}", "has your ballot, which cannot be replaced", "wait for the result", poll=name)
    if rules.secrecy(terms.secrecy).sealed != sealed:
        raise refuse("log_unlawful", "poll {poll}", "takes {secrecy} ballots", "cast one of that kind", poll=name, secrecy=terms.secrecy)
    return poll


def _salt(poll: Poll, signed: BallotSignature) -> Digest:
    """The salt that a client brings to a sealed ballot; refused where there is none."""
    if signed.salt is None:
        raise refuse(
            SIGNATURE_MISSING, "poll {poll}", "takes sealed ballots, and this one has no salt", "bring the salt of what you signed",
            poll=poll.id,
        )  # fmt: skip
    return signed.salt


def _check_needs_no_signature(state: State, record: Record[Event], poll: Poll) -> None:
    """Refuse to take somebody's word for a ballot where its voter has a key, or the charter asks for one."""
    if state[Keys].of(record.actor) is not None:
        raise refuse(
            SIGNATURE_MISSING, "member {member}", "has a key, and this ballot does not bear its signature", "sign it with your key",
            member=record.actor,
        )  # fmt: skip
    if needs_signatures(state, poll):
        raise refuse(
            SIGNATURE_MISSING, "poll {poll}", "takes only ballots that their voters have signed", "register a key (RegisterKey), and sign",
            poll=poll.id,
        )  # fmt: skip


def needs_signatures(state: State, poll: Poll) -> bool:
    """Whether a poll takes signed ballots only, by the charter it was opened under."""
    return charters.as_of(state, poll.asked.charter)[DecisionTerms].by_name[poll.asked.decision].signed == "required"


def _message(state: State, record: Record[Event], ballot: SignedBallotCast | SignedBallotSealed, choice: str) -> BallotMessage:
    """What the voter of a ballot has to have signed; `choice` as it stands in the log."""
    return BallotMessage.of(state, poll_of(state, ballot.poll), key_of(state, record.actor), choice, ballot.nonce, ballot.deadline)


def _check_signature(state: State, record: Record[Event], ballot: SignedBallotCast | SignedBallotSealed, choice: str) -> None:
    """Refuse a ballot that its voter has not signed as it stands here, once, and in time."""
    last = poll_of(state, ballot.poll).open_ballots.last_nonce(record.actor)
    if ballot.nonce <= last:
        raise refuse(
            NONCE_USED, "the ballot", "has the nonce {nonce}, and one with {last} was taken", "sign it again with a higher one",
            nonce=ballot.nonce, last=last,
        )  # fmt: skip
    if record.at > ballot.deadline * 1_000:
        raise refuse(SIGNATURE_EXPIRED, "the ballot", "was good until a moment that is over", "sign it again with a later deadline")
    message = _message(state, record, ballot, choice)
    check_signer(message.digest, record.sig, message.voter, "sign this very ballot, as its typed data has it")
