"""Open a poll: the whole question is frozen, with its rule, its roll and its clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine import rules
from engine.event import ANY_MEMBER, COMMUNITY, Ask, Command, Event, Precompute, Record, Right, Vault
from engine.features.council.seats import Seating, seating_of
from engine.features.ideas.state import IdeaId, Ideas
from engine.features.polls.ballots import Ballots
from engine.features.polls.electorate import drawn_up_ahead, electorate_of, roll_of
from engine.features.polls.quorum import Quorum
from engine.features.polls.readiness import readiness_problems, work_problems
from engine.features.polls.state import (
    DECISION_UNKNOWN,
    KEEP,
    MINUTE_MS,
    POLL_NOT_READY,
    POLL_STILL_OPEN,
    Conditions,
    FrozenTerms,
    Option,
    Poll,
    PollId,
    Polls,
    Question,
    RuleInUse,
)
from engine.features.polls.terms import Decision, DecisionTerms
from engine.features.treasury.state import FUNDS, Treasury
from engine.kernel import charter as charters
from engine.kernel.authority import require
from engine.limits import OPTIONS_PER_POLL_MAX
from engine.log.codec import written_alike
from engine.log.fields import Erasable, Private, draw
from engine.log.text import seen_as
from engine.refusals import Refusal, refuse
from engine.state import State
from engine.values import DAY_MS, CharterText, Digest, Moment, Money, Name, QuestionText, Seq, TitleText

OPEN = Right(Name("open_poll"), "open polls")
OPENS_AHEAD_MS_MAX = 366 * DAY_MS
"""A poll that opens in a year: its budget waits with it."""


@dataclass(frozen=True)
class FreeOption:
    """An option that is no idea."""

    label: TitleText
    cost: Money | None = None


@dataclass(frozen=True)
class OpenPoll(Command):
    """`decision` is a kind of poll in the charter. It asks about `ideas` (all that stand in its stage when none are
    named), free `options`, or the new charter's text in `amendment`. A poll that shares out money names its `budget`.
    """

    resource = "/polls"
    makes = PollId

    decision: Name
    question: QuestionText
    ideas: tuple[IdeaId, ...] = ()
    options: tuple[FreeOption, ...] = ()
    amendment: CharterText | None = None
    budget: Money | None = None
    opens_at: Moment | None = None

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Precompute | None:
        require(state, ask.actor, OPEN)
        return drawn_up_ahead(state, decision_of(state, self.decision))

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        require(state, ask.actor, OPEN)
        decision = decision_of(state, self.decision)
        self._check_options(state, decision)
        opens_at = Moment(max(ask.now, self.opens_at or ask.now))
        asked = Question(
            decision=self.decision,
            question=Erasable(self.question),
            options=self._options(state, decision),
            terms=frozen(decision),
            opens_at=opens_at,
            closes_at=closing(opens_at, decision),
            budget=self.budget,
            electorate=electorate_of(state, decision, ask.now),
            charter=charters.seq_in_force(state),
            amendment=self.amendment,
            draw_secret=Private(Digest(draw(ask.chance, "draw secret").hex())) if decision.ties == "lot" else None,
        )
        _check_ready(self.decision, work_problems(asked) if asked.options else ())
        if not asks_more(decision):
            return [PollOpened(**vars(asked))]
        conditions, council = conditions_of(decision), council_of(state, decision)
        if council is None:
            return [PollOpened2(**vars(asked), conditions=conditions)]
        return [PollOpened3(**vars(asked), conditions=conditions, council=council)]

    def _check_options(self, state: State, decision: Decision) -> None:
        count = max(len(self.ideas), len(self.options), self._standing(state, decision))
        if count > OPTIONS_PER_POLL_MAX:
            raise refuse("too_large", "the poll", "has {count} options", "name at most {most}", count=count, most=OPTIONS_PER_POLL_MAX)
        if (self.options and decision.options != "free") or (self.ideas and decision.options != "ideas"):
            raise refuse(
                POLL_NOT_READY, "decision {decision}", "is about {about}, and was given others", "leave them out",
                decision=self.decision, about=decision.options,
            )  # fmt: skip
        if twice := _twice([option.label for option in self.options]):
            raise refuse(POLL_NOT_READY, "the poll", "has two options called {label!r}", "name each option once", label=twice)

    def _standing(self, state: State, decision: Decision) -> int:
        """How many ideas it asks about without naming them."""
        if decision.options != "ideas" or self.ideas:
            return 0
        return sum(idea.stage == decision.stage for idea in state[Ideas].ideas.values())

    def _options(self, state: State, decision: Decision) -> tuple[Option, ...]:
        if decision.options == "free":
            return tuple(Option(None, None, Erasable(option.label), option.cost) for option in self.options)
        if decision.options == "amendment":
            return (Option(None, None, None, None),) * KEEP
        ideas = state[Ideas]
        chosen = self.ideas or tuple(idea.id for idea in ideas.ideas.values() if idea.stage == decision.stage)
        named = [ideas[name] for name in sorted(set(chosen), key=IdeaId.seq)]
        return tuple(Option(idea.id, idea.versions[-1], None, idea.cost) for idea in named)


@dataclass(frozen=True)
class PollOpened(Question, Event):
    """A question is put to a vote; the poll's id is `p` and this event's seq."""

    by = ANY_MEMBER
    may = OPEN

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (PollId.of(record.seq), *(option.idea for option in self.options if option.idea))

    def owner(self, record: Record[Event], field: str) -> str:
        """Nobody's own: no member's forgetting may take away what others were asked, or keep a poll from closing."""
        return PollId.of(record.seq) if field == "draw_secret" else COMMUNITY

    def keeps(self, state: State, seq: Seq, field: str) -> Refusal | None:
        poll = state[Polls][PollId.of(seq)]
        if poll.ballots is None and not poll.pending:
            return None
        return refuse(POLL_STILL_OPEN, "poll {poll}", "asks about that and is open", "wait until it is closed", poll=poll.id)

    def check_opened(self, state: State, opened: Mapping[str, object]) -> None:
        if twice := _twice([str(label) for name, label in opened.items() if name.endswith(".label")]):
            raise refuse("log_unlawful", "the poll", "has two options of one name, {label!r}", "do not rely on it", label=twice)

    def check(self, state: State, record: Record[Event]) -> None:
        decision = decision_of(state, self.decision)
        rules.check_digest("voting", self.terms.rule.version, self.terms.rule.digest)
        rules.check_digest("power", self.terms.power.version, self.terms.power.digest)
        if (
            not written_alike(self.terms, frozen(decision))
            or self.closes_at != closing(self.opens_at, decision)
            or self.charter != charters.seq_in_force(state)
            or self.electorate != electorate_of(state, decision, record.at)
            or self.stated != (conditions_of(decision) if asks_more(decision) else None)
            or self.seating != council_of(state, decision)
        ):
            raise refuse(
                "log_unlawful", "decision {decision}", "is frozen otherwise than the charter says", "freeze it as it is",
                decision=self.decision,
            )  # fmt: skip
        if self.opens_at > record.at + OPENS_AHEAD_MS_MAX:
            raise refuse(
                POLL_NOT_READY, "a poll", "would open in more than {days} days", "open it later, by itself",
                days=OPENS_AHEAD_MS_MAX // DAY_MS,
            )  # fmt: skip
        _check_ready(self.decision, readiness_problems(state, self, decision, record.at, self.seating))

    @property
    def stated(self) -> Conditions | None:
        """The conditions it states; None where its charter names none."""
        return None

    @property
    def seating(self) -> Seating | None:
        """The council whose word its finality waits for; None where its charter asks for none."""
        return None

    @property
    def asked(self) -> Question:
        """The question without them."""
        return self

    def apply(self, state: State, record: Record[Event]) -> None:
        poll = PollId.of(record.seq)
        number, roll = roll_of(state, decision_of(state, self.decision), record.at)
        ballots = Ballots.none_yet(number, roll, rules.secrecy(self.terms.secrecy).sealed)
        state[Polls].add(
            Poll(
                poll,
                self.asked,
                record.at,
                ballots,
                conditions=self.stated or Conditions(),
                opened=Digest(record.leaf.hex()),
                council=self.seating,
            )
        )
        state[Ideas].hold(self.versions, 1)
        if self.budget is not None:
            state[Treasury].move(FUNDS, poll, self.budget)


@dataclass(frozen=True)
class PollOpened2(PollOpened, kind="PollOpened.2"):
    """A question is put to a vote whose end, quorum or finality depends on more than `PollOpened` can state."""

    conditions: Conditions

    @property
    def stated(self) -> Conditions | None:
        return self.conditions

    @property
    def asked(self) -> Question:
        return Question(**{field.name: getattr(self, field.name) for field in fields(Question)})


@dataclass(frozen=True)
class PollOpened3(PollOpened2, kind="PollOpened.3"):
    """The same, and what is decided is final only once a council has attested the count: who sits on it now, and with which keys."""

    council: Seating

    @property
    def seating(self) -> Seating | None:
        return self.council


def decision_of(state: State, name: str) -> Decision:
    """A kind of poll in the charter in force."""
    terms = charters.in_force(state).get(DecisionTerms)
    decisions = terms.by_name if terms else {}
    if name not in decisions:
        raise refuse(
            DECISION_UNKNOWN, "decision {name!r}", "is not in the charter", "known: {known}",
            name=name, known=", ".join(decisions) or "none",
        )  # fmt: skip
    return decisions[name]


def frozen(decision: Decision) -> FrozenTerms:
    """The terms of a decision with everything written out."""
    rule = rules.rule("voting", decision.rule)
    return FrozenTerms(
        ballot=decision.ballot or rule.ballots[0],
        rule=_in_use(rule, rule.unseeded(decision.parameters)),
        power=_in_use(rules.rule("power", decision.power), decision.power_parameters),
        secrecy=decision.secrecy,
        quorum=Quorum(decision.quorum.basis, decision.quorum.percent_min),
        ties=decision.ties,
        ends=decision.ends,
        hand_after_minutes=decision.hand_after_minutes,
        replaceable=decision.replaceable,
        named_max=decision.named_max,
        points_max=decision.points_max,
        winners_to=decision.winners_to,
    )


def conditions_of(decision: Decision) -> Conditions:
    """What else its terms ask, beside those of `frozen`."""
    return Conditions(decision.quorum.counts, decision.quorum.dynamic, decision.late_quorum_minutes, decision.objection)


def council_of(state: State, decision: Decision) -> Seating | None:
    """The council of a poll that opens now, where its decision asks for one."""
    return None if decision.council is None else seating_of(state, decision.council)


def asks_more(decision: Decision) -> bool:
    """Whether a decision asks what only `PollOpened.2` and later ones can state: what names none of it is logged as it ever was."""
    return "early" in decision.ends or conditions_of(decision) != Conditions() or decision.council is not None


def _check_ready(decision: Name, holes: Iterable[Refusal]) -> None:
    """Refuse a poll with a hole in it, naming all of them."""
    if problems := list(holes):
        raise refuse(
            POLL_NOT_READY, "a poll for {decision}", "cannot open with {problems}", "{ways_out}",
            decision=decision, problems="; ".join(problem.fact for problem in problems),
            ways_out="; ".join(problem.way_out for problem in problems),
        )  # fmt: skip


def closing(opens_at: Moment, decision: Decision) -> Moment:
    """When the clock ends a poll."""
    return Moment(opens_at + decision.minutes_open * MINUTE_MS)


def _in_use(rule: rules.Rule, parameters: Mapping[str, Any]) -> RuleInUse:
    return RuleInUse(rule.version, rule.written(parameters), Digest(rules.digest_of(rule)))


def _twice(labels: list[str]) -> str | None:
    """A label that two options share, as people see them."""
    seen = [seen_as(label) for label in labels]
    return next((label for number, label in enumerate(seen) if label in seen[:number]), None)
