"""Close a poll: open what was sealed, count it by its frozen rule, and write down the decision."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, NamedTuple

from engine import rules
from engine.commands import Ahead, Ask, Command, Keep, Vault
from engine.commands.cast_ballot import read_choice
from engine.commands.support_idea import IdeaAdvanced
from engine.elections import draws
from engine.elections.outcome import Outcome, write_number
from engine.elections.ties import break_ties
from engine.ledger import Entry
from engine.limits import PART_BYTES_MAX, TIES_PER_EVENT_MAX
from engine.log.fields import opens
from engine.log.json import canonical, parse_own
from engine.log.record import Event, Record
from engine.refusals import Refusal, refuse
from engine.state import Poll, State
from engine.values import Digest, PollId, Power, Seq


@dataclass(frozen=True)
class ClosePoll(Command):
    """By the clock once its time is over, or by hand before that where the charter allows it."""

    resource = "/polls/{poll}/closing"

    poll: PollId

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Ahead | None:
        """Count before the writer's turn. The count is taken when, by then, the same ballots are there, and where a draw
        orders the options nothing else has happened.
        """
        poll = state.polls.get(self.poll)
        if poll is None or poll.ballots is None:
            return None
        one = rules.rule_of_version("voting", poll.terms.rule).elects == "one"
        if one and poll.ballots.cast * len(poll.terms.options) < COUNT_AHEAD_MIN:
            return None
        _check_may_close(state, poll, ask.actor, max(ask.now, state.at))
        ballots, drawn = poll.ballots.opening_copy(), Draw.none(len(poll.terms.options))
        if poll.terms.lot is not None:
            secret = vault.opening(poll.seq, "lot")
            if secret is None:
                return None  # nothing to count: closing will be refused
            drawn = Draw.of(parse_own(secret[1]), state.tree.root(state.seq), len(drawn.order))
        sealed, counted = ballots.sealed(), poll.ballots.counted

        def work() -> Keep:
            for member, seq in sealed:
                opening = vault.opening(seq, "choice")
                if opening is None:
                    return lambda state: None  # nothing to count: closing will be refused
                ballots.open(member, parse_own(opening[1]))
            ballots.counted = {}
            with suppress(Refusal):  # kept beside the ballots, as an outcome is
                recount(Poll(poll.id, poll.terms, ballots), drawn)
            return lambda state: counted.update(ballots.counted)

        return work

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        poll = state.poll(self.poll)
        if poll.ballots is None:
            raise refuse("poll_closed", f"poll {poll.id}", "is closed already", "look at its result")
        _check_may_close(state, poll, ask.actor, ask.now)
        opened, lost = [], []
        ballots = poll.ballots.opening_copy()
        for member, seq in ballots.sealed():
            opening = vault.opening(seq, "choice")
            if opening is None:
                lost.append(seq)
                continue
            choice = parse_own(opening[1])
            opened.append(BallotOpening(Seq(seq), Digest(opening[0].hex()), choice))
            ballots.open(member, choice)
        if lost:
            raise refuse(
                "openings_lost", f"poll {poll.id}", f"has lost the openings of ballots {lost[:20]}",
                "restore the vault from a copy, or end the poll with VoidPoll",
            )  # fmt: skip
        lot = None
        if poll.terms.lot is not None:
            drawn = vault.opening(poll.seq, "lot")
            if drawn is None:
                raise refuse(
                    "openings_lost", f"poll {poll.id}", "has lost the secret of its draw",
                    "restore the vault from a copy, or end the poll with VoidPoll",
                )  # fmt: skip
            lot = LotOpening(Digest(drawn[0].hex()), parse_own(drawn[1]))
        return [*_parts(poll.id, opened), conclude(state, Poll(poll.id, poll.terms, ballots), lot, state.seq)]


UNDECIDABLE = ("too_many_ties", "too_large", "election_wrong", "parameter_wrong")
"""Refusals of a rule that no waiting mends: the poll ends without a decision instead of never."""
COUNT_AHEAD_MIN = 20_000
"""Ballots times options from which a count is made before the writer's turn; where several are elected it always is."""
OPENING_BYTES = 130
"""What one opening takes besides its choice: seq, salt, names, quotes."""


@dataclass(frozen=True)
class BallotOpening:
    """What opens the ballot in event `seq`."""

    seq: Seq
    salt: Digest
    choice: str


@dataclass(frozen=True)
class LotOpening:
    """What opens the secret a draw is made from."""

    salt: Digest
    secret: Digest


@dataclass(frozen=True)
class BallotsOpened(Event):
    """Sealed ballots opened, each member's last one; the poll closes in the same command."""

    joins = frozenset({"BallotsOpened"})

    poll: PollId
    openings: tuple[BallotOpening, ...]

    def owes(self) -> tuple[str, str]:
        return "PollClosed", self.poll

    def check(self, state: State, record: Record) -> None:
        poll = state.poll(self.poll)
        if poll.ballots is None:
            raise refuse("poll_closed", f"poll {poll.id}", "is closed already", "look at its result")
        _check_may_close(state, poll, record.actor, record.at)
        if not self.openings or len({opening.seq for opening in self.openings}) != len(self.openings):
            raise refuse("log_unlawful", f"poll {poll.id}", "opens no ballot, or one twice", "open each waiting ballot once")
        for opening in self.openings:
            member = poll.ballots.waiting.get(opening.seq)
            if member is None:
                raise refuse("log_unlawful", f"event {opening.seq}", "is no ballot that waits to be opened", "open only those")
            commitment = poll.ballots.commitments[member]
            if not opens(commitment, bytes.fromhex(opening.salt), canonical(opening.choice)):
                raise refuse(
                    "opening_wrong", f"ballot {opening.seq}", "does not open with that salt and choice", "open it as it was sealed"
                )
            if read_choice(poll, opening.choice) != opening.choice:
                raise refuse("log_unlawful", f"ballot {opening.seq}", "is not a choice of this poll", "seal only lawful choices")

    def apply(self, state: State, record: Record) -> None:
        ballots = state.polls[self.poll].ballots
        assert ballots is not None
        for opening in self.openings:
            ballots.open(ballots.waiting[opening.seq], opening.choice)


@dataclass(frozen=True)
class PollClosed(Event):
    """The decision. Options go by their numbers; `scores` in the order of the options; `outcome` is the digest of the full count.

    `status`: decided · tied (and the charter leaves things as they are, or every ballot is blank) · no_quorum ·
    no_ballots · undecidable (the rule cannot count these ballots). `ties` holds the first of them; the digest covers all.
    """

    joins = frozenset({"BallotsOpened"})

    poll: PollId
    status: Literal["decided", "tied", "no_quorum", "no_ballots", "undecidable"]
    winners: tuple[int, ...]
    ties: tuple[tuple[int, ...], ...]
    scores: tuple[str, ...]
    ballots: int
    power_cast: Power
    outcome: Digest | None
    lot: LotOpening | None

    def check(self, state: State, record: Record) -> None:
        poll = state.poll(self.poll)
        if poll.ballots is None:
            raise refuse("poll_closed", f"poll {poll.id}", "is closed already", "look at its result")
        _check_may_close(state, poll, record.actor, record.at)
        if poll.ballots.waiting:
            raise refuse("log_unlawful", f"poll {poll.id}", "has ballots that are not opened", "open them first")
        lot = poll.terms.lot
        if (lot is None) != (self.lot is None) or (
            lot is not None and self.lot is not None and not opens(lot.commitment, bytes.fromhex(self.lot.salt), canonical(self.lot.secret))
        ):
            raise refuse("opening_wrong", f"poll {poll.id}", "is drawn from another secret than it opened with", "use that one")
        expected = conclude(state, poll, self.lot, record.cause)
        if expected != self:
            raise refuse(
                "log_unlawful", f"poll {poll.id}", f"is said to be {self.status} for {list(self.winners)}",
                f"a recount says {expected.status} for {list(expected.winners)}",
            )  # fmt: skip

    def apply(self, state: State, record: Record) -> None:
        poll = state.polls[self.poll]
        poll.ballots, poll.result = None, self
        if poll.terms.budget is not None:
            spent = sum(poll.terms.options[number - 1].cost for number in self.winners)
            state.ledger.post(
                "money",
                Entry(poll.id, -poll.terms.budget),
                Entry("funds", poll.terms.budget - spent),
                *(Entry(f"{poll.id}.{number}", poll.terms.options[number - 1].cost) for number in self.winners),
            )

    def follows(self, state: State, record: Record) -> list[Event]:
        terms = state.polls[self.poll].terms
        if terms.winners_to is None or self.status != "decided":
            return []
        if state.charter.stage(terms.winners_to) is None:
            return []  # an amendment has taken that stage away: what won stays where its terms hold
        ideas = [terms.options[number - 1].idea for number in self.winners]
        moving = [idea for idea in ideas if idea is not None and state.ideas[idea].stage != terms.winners_to]
        return [IdeaAdvanced(idea, terms.winners_to, terms.charter) for idea in moving]


def _parts(poll: PollId, opened: list[BallotOpening]) -> list[Event]:
    """The openings in as many events as their bytes need."""
    parts: list[Event] = []
    part: list[BallotOpening] = []
    size = 0
    for opening in opened:
        size += OPENING_BYTES + len(opening.choice)
        if size > PART_BYTES_MAX:
            parts.append(BallotsOpened(poll, tuple(part)))
            part, size = [], OPENING_BYTES + len(opening.choice)
        part.append(opening)
    return [*parts, BallotsOpened(poll, tuple(part))] if part else parts


def conclude(state: State, poll: Poll, lot: LotOpening | None, cause: int) -> PollClosed:
    """What closing says of opened ballots; a draw takes the log's root before event `cause`."""
    assert poll.ballots is not None
    terms, cast, power = poll.terms, poll.ballots.cast, poll.ballots.cast_power
    rule = rules.rule_of_version("voting", terms.rule)
    if not cast and not rule.silence:
        return PollClosed(poll.id, "no_ballots", (), (), (), 0, Power(0), None, lot)
    many = len(terms.options)
    drawn = Draw.none(many) if lot is None else Draw.of(lot.secret, state.tree.root(cause), many)
    try:
        outcome = recount(poll, drawn)
    except Refusal as refusal:
        if refusal.code not in UNDECIDABLE:
            raise
        return PollClosed(poll.id, "undecidable", (), (), (), cast, Power(power), None, lot)
    winners, status = [int(name) for name in outcome.winners], "decided"
    if rule.elects == "one":
        # That nobody wins though nothing ties is what a rule says where nobody has what it takes.
        winners = [int(name) for name in broken(poll, drawn, outcome).winners]
        status = status if winners else "tied" if outcome.ties else "undecidable"
    if winners and not rule.silence and not poll.ballots.say_anything():
        winners, status = [], "tied"
    part, whole = {
        "eligible": (cast, terms.roll_count),
        "active": (cast, terms.active_count or 0),
        "power": (power, terms.roll_power),
        "none": (1, 1),
    }[terms.quorum_basis]
    if 100 * part < terms.quorum_percent_min * whole:
        winners, status = [], "no_quorum"
    return PollClosed(
        poll.id,
        status,  # type: ignore[arg-type]
        tuple(sorted(winners)),
        tuple(tuple(sorted(map(int, tie))) for tie in outcome.ties[:TIES_PER_EVENT_MAX]),
        tuple(str(write_number(outcome.scores[str(number)])) for number in range(1, many + 1)),
        cast,
        Power(power),
        Digest(outcome.digest()),
        lot,
    )


class Draw(NamedTuple):
    """What a poll's lot says: a seed, and the options' numbers in the order drawn. Without a lot: no seed, and as they are listed."""

    seed: str
    order: tuple[int, ...]

    @classmethod
    def none(cls, many: int) -> Draw:
        return cls(rules.NO_SEED, tuple(range(1, many + 1)))

    @classmethod
    def of(cls, secret: str, root: bytes, many: int) -> Draw:
        """The seed is SHA-256(secret ‖ root), the order that of SHA-256(seed ‖ number)."""
        seed = sha256(bytes.fromhex(secret) + root).digest()
        return cls(seed.hex(), tuple(map(int, draws.order(seed, [str(number) for number in range(1, many + 1)]))))


def broken(poll: Poll, drawn: Draw, outcome: Outcome, labels: list[str] | None = None) -> Outcome:
    """The outcome with a tie for the win broken as the poll's terms say."""
    names = labels or [str(number) for number in range(1, len(poll.terms.options) + 1)]
    election = poll.election(drawn.order, labels) if poll.terms.ties == "most_approved" and len(outcome.winners) > 1 else None
    return break_ties(outcome, poll.terms.ties, election=election, drawn=[names[number - 1] for number in drawn.order])


def recount(poll: Poll, drawn: Draw, labels: list[str] | None = None, decimals: int = 0) -> Outcome:
    """The frozen rule on the poll's ballots, with the options listed as drawn, which is how ties inside a count break.

    Options go by their numbers, or by `labels` (and money with `decimals`) where people read the steps: no rule looks at what options are called.
    """
    rule = rules.rule_of_version("voting", poll.terms.rule)
    if rules.digest_of(rule) != poll.terms.rule_digest:
        raise refuse(
            "cannot_recount", f"voting rule {poll.terms.rule}", "behaves otherwise in this copy", "use the version it was opened with"
        )
    assert poll.ballots is not None
    parameters = poll.terms.parameters | ({"seed": drawn.seed} if rule.takes_seed else {})
    if labels is not None:
        return rules.count(rule, poll.election(drawn.order, labels, decimals), parameters)
    key = poll.ballots.digest(), drawn
    found = poll.ballots.counted.get(key)
    if found is None:
        try:
            found = rules.count(rule, poll.election(drawn.order), parameters)
        except Refusal as refusal:
            found = refusal
        poll.ballots.counted[key] = found
    if isinstance(found, Refusal):
        raise found
    return found


def _check_may_close(state: State, poll: Poll, actor: str, at: int) -> None:
    state.require(actor, "close_poll")
    if at < poll.terms.closes_at and (poll.terms.closes == "clock" or actor == "clock"):
        raise refuse("poll_still_open", f"poll {poll.id}", "takes ballots until its time is over", "wait for its clock")
