"""Open a poll: the whole question is frozen, with its rule, its roll and its clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from engine import charter as charters
from engine import rules
from engine.charter.sound import asks_the_active
from engine.charter.terms import Charter, Decision
from engine.commands import Ahead, Ask, Command, Vault
from engine.elections.kinds import Kind
from engine.elections.ties import TieBreak
from engine.ledger import Entry
from engine.limits import INTEGER_MAX, MOMENT_MAX, OPTIONS_PER_POLL_MAX, POLLS_OPEN_MAX, POWER_TOTAL_MAX
from engine.log.codec import form
from engine.log.fields import Erasable, Private, draw
from engine.log.json import canonical
from engine.log.record import Event, Record
from engine.refusals import Refusal, refuse
from engine.state import Ballots, Poll, State
from engine.values import (
    Actor,
    CharterText,
    Digest,
    IdeaId,
    Moment,
    Money,
    Name,
    PollId,
    Power,
    QuestionText,
    Scalar,
    Seq,
    TitleText,
    make_id,
    seen_as,
)

ADOPT, KEEP = 1, 2
"""The options of a poll on an amendment."""
MINUTE_MS = 60_000


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
    makes = "p"

    decision: Name
    question: QuestionText
    ideas: tuple[IdeaId, ...] = ()
    options: tuple[FreeOption, ...] = ()
    amendment: CharterText | None = None
    budget: Money | None = None
    opens_at: Moment | None = None

    def prepare(self, state: State, ask: Ask, vault: Vault) -> Ahead | None:
        state.require(ask.actor, "open_poll")
        return state.roll_ahead(state.charter.decisions[self.decision]) if self.decision in state.charter.decisions else None

    def decide(self, state: State, ask: Ask, vault: Vault) -> list[Event]:
        state.require(ask.actor, "open_poll")
        decision = state.decision(self.decision)
        if max(len(self.ideas), len(self.options)) > OPTIONS_PER_POLL_MAX:
            raise refuse(
                "too_large", "the poll", f"has {max(len(self.ideas), len(self.options))} options", f"name at most {OPTIONS_PER_POLL_MAX}"
            )
        if (self.options and decision.options != "free") or (self.ideas and decision.options != "ideas"):
            raise refuse(
                "poll_not_ready", f"decision {self.decision}", f"is about {decision.options}, and was given others", "leave them out"
            )
        labels = [seen_as(free.label) for free in self.options]
        if len(set(labels)) != len(labels):
            twice = next(label for label in labels if labels.count(label) > 1)
            raise refuse("poll_not_ready", "the poll", f"has two options called {twice!r}", "name each option once")
        if decision.options == "ideas":
            chosen = self.ideas or tuple(idea.id for idea in state.ideas.values() if idea.stage == decision.stage)
            ideas = [state.idea(name) for name in sorted(set(chosen), key=lambda name: int(name[1:]))]
            options = tuple(Option(idea.id, idea.versions[-1], None, idea.cost) for idea in ideas)
        elif decision.options == "free":
            options = tuple(Option(None, None, Erasable(free.label), free.cost) for free in self.options)
        else:
            options = (Option(None, None, None, None),) * KEEP
        question: Erasable[QuestionText] = Erasable(self.question)
        lot: Private[Digest] | None = None
        if decision.ties == "lot":
            lot = Private(Digest(draw(ask.chance, "lot").hex()))
        opens_at = max(ask.now, self.opens_at or ask.now)
        found = freeze(state, self.decision, options, self.budget, Moment(opens_at), ask.now)
        subject = None if self.amendment is None else Digest(charters.digest(self.amendment))
        return [replace(found, question=question, amendment=self.amendment, lot=lot, subject=subject)]


@dataclass(frozen=True)
class Option:
    """One option: an idea at one of its versions, or a label of its own."""

    idea: IdeaId | None
    version: Seq | None
    label: Erasable[TitleText] | None
    cost: Money | None


@dataclass(frozen=True)
class PollOpened(Event):
    """The poll's id is `p` and this event's seq. Options are numbered from 1 in the order given.

    `roll_root` is the Merkle root over `member power` lines in the order of joining; `active_…` is about those of the roll who were active,
    where the charter says what that is; `charter` the event that brought the charter it is held under; `lot` the secret of a draw, shown when the poll closes.
    """

    decision: Name
    question: Erasable[QuestionText]
    options: tuple[Option, ...]
    ballot: Kind
    rule: str
    parameters: dict[str, Scalar]
    rule_digest: Digest
    power_rule: str
    power_parameters: dict[str, Scalar]
    power_digest: Digest
    secrecy: Name
    quorum_basis: Literal["eligible", "active", "power", "none"]
    quorum_percent_min: int
    ties: TieBreak
    closes: Literal["clock", "hand_or_clock"]
    replaceable: bool
    named_max: int
    points_max: int
    winners_to: Name | None
    opens_at: Moment
    closes_at: Moment
    budget: Money | None
    roll_root: Digest
    roll_count: int
    roll_power: Power
    active_count: int | None
    active_power: Power | None
    charter: Seq
    subject: Digest | None
    amendment: CharterText | None
    lot: Private[Digest] | None

    def owner(self, record: Record, field: str) -> Actor:
        """The opener's, but for the secret of the draw: no member's forgetting may keep a poll from closing."""
        return Actor("clock") if field == "lot" else record.actor

    def check(self, state: State, record: Record) -> None:
        state.require(record.actor, "open_poll")
        rules.check_digest("voting", self.rule, self.rule_digest)
        rules.check_digest("power", self.power_rule, self.power_digest)
        expected = freeze(state, self.decision, self.options, self.budget, self.opens_at, record.at)
        own = {"question": self.question, "amendment": self.amendment, "lot": self.lot, "subject": self.subject}
        same = form(PollOpened).write
        if canonical(same(replace(expected, **own))) != canonical(same(self)):  # type: ignore[arg-type]
            raise refuse("log_unlawful", f"decision {self.decision}", "is frozen otherwise than the charter says", "freeze it as it is")
        problems = holes(state, self, state.decision(self.decision), record.at)
        if problems:
            raise refuse(
                "poll_not_ready", f"a poll for {self.decision}", "cannot open with " + "; ".join(fact for fact, _ in problems),
                "; ".join(way_out for _, way_out in problems),
            )  # fmt: skip

    def apply(self, state: State, record: Record) -> None:
        poll = PollId(make_id("p", record.seq))
        roll = state.roll(state.decision(self.decision), record.at)
        state.polls[poll] = Poll(poll, self, Ballots(roll))
        if self.budget is not None:
            state.ledger.post("money", Entry("funds", -self.budget), Entry(poll, self.budget))


def freeze(state: State, name: Name, options: tuple[Option, ...], budget: Money | None, opens_at: Moment, at: Moment) -> PollOpened:
    """The question as the charter has it now; what only the opener knows is left empty."""
    decision = state.decision(name)
    rule = rules.rule("voting", decision.rule)
    power = rules.rule("power", decision.power)
    roll = state.roll(decision, at)
    active = state.active(roll, decision.active_days, at) if decision.active_days else None
    nothing: Erasable[QuestionText] = Erasable(commitment="-")
    return PollOpened(
        decision=name,
        question=nothing,
        options=options,
        ballot=decision.ballot or rule.ballots[0],
        rule=rule.version,
        parameters=rule.written(rule.unseeded(decision.parameters)),
        rule_digest=Digest(rules.digest_of(rule)),
        power_rule=power.version,
        power_parameters=power.written(decision.power_parameters),
        power_digest=Digest(rules.digest_of(power)),
        secrecy=decision.secrecy,
        quorum_basis=decision.quorum.basis,
        quorum_percent_min=decision.quorum.percent_min,
        ties=decision.ties,
        closes=decision.closes,
        replaceable=decision.replaceable,
        named_max=decision.named_max,
        points_max=decision.points_max,
        winners_to=decision.winners_to,
        opens_at=opens_at,
        closes_at=Moment(opens_at + decision.minutes_open * MINUTE_MS),
        budget=budget,
        roll_root=roll.root,
        roll_count=len(roll.members),
        roll_power=Power(roll.total),
        active_count=active and active[0],
        active_power=active and Power(active[1]),
        charter=state.charter_seq,
        subject=None,
        amendment=None,
        lot=None,
    )


def holes(state: State, poll: PollOpened, decision: Decision, at: int) -> list[tuple[str, str]]:
    """What keeps a poll from opening: each fact, and what closes it (law 10)."""
    found: list[tuple[str, str]] = []
    rule = rules.rule_of_version("voting", poll.rule)
    budgeted = rule.elects == "budget"
    if not poll.roll_count:
        found.append(("nobody on its roll", "let members join (JoinCommunity) or earn points first"))
    if poll.roll_power > POWER_TOTAL_MAX:
        found.append((f"a power of {poll.roll_power}", "cap it in the charter: power_parameters.at_most"))
    needed = 1 if budgeted else 2
    roles = rule.roles
    if roles and not len(roles) - 1 <= len(poll.options) <= len(roles):
        found.append((f"{len(poll.options)} options where its rule asks about {', '.join(roles)}", "name them in that order"))
    if len(poll.options) < needed:
        more = {
            "ideas": f"bring more ideas to the stage {decision.stage} (supports do that, where the charter says how many)",
            "free": "give more options",
            "amendment": "give the new charter",
        }[decision.options]
        found.append((f"{len(poll.options)} of the {needed} options it needs", more))
    if asks_the_active(poll.quorum_basis, poll.parameters) and not poll.active_count:
        found.append(
            ("a quorum of the active, of whom there is nobody", "let members take part in something first, or ask for a part of all")
        )
    if len(poll.options) > OPTIONS_PER_POLL_MAX:
        found.append((f"{len(poll.options)} options", f"name at most {OPTIONS_PER_POLL_MAX}"))
    if budgeted:
        found += _money_holes(state, poll)
    elif poll.budget is not None:
        found.append(("a budget its rule does not use", "leave the budget out"))
    if (decision.ties == "lot") != (poll.lot is not None):
        found.append(("no secret to draw by", "open it again"))
    found += _amendment_holes(state, poll, decision)
    if [option.idea for option in poll.options] != sorted(
        {option.idea for option in poll.options}, key=lambda idea: int((idea or "i0")[1:])
    ):
        found += [("its ideas twice or not oldest first", "name each idea once")] if decision.options == "ideas" else []
    if decision.options == "amendment" and len(poll.options) != KEEP:
        found.append(("options of its own", "an amendment is adopted or not"))
    for option in poll.options:
        found += _option_holes(state, option, decision)
    if poll.closes_at > MOMENT_MAX:
        found.append(("an end beyond the year 9999", "let it open earlier"))
    if poll.opens_at < at:
        found.append(("an opening in the past", "leave opens_at out to open it now"))
    if sum(1 for other in state.polls.values() if other.ballots is not None) >= POLLS_OPEN_MAX:
        found.append((f"{POLLS_OPEN_MAX} other polls open beside it", "close some (ClosePoll)"))
    return found


def _amendment_holes(state: State, poll: PollOpened, decision: Decision) -> list[tuple[str, str]]:
    if (decision.options == "amendment") != (poll.amendment is not None):
        return [("no text to decide on, or one it does not decide on", "give the whole new charter as amendment")]
    if poll.amendment is None:
        return [] if poll.subject is None else [("a subject without a text", "open it again")]
    if poll.subject != charters.digest(poll.amendment):
        return [("a subject that is not the digest of its text", "open it again")]
    if poll.amendment == state.charters[state.charter_seq]:
        return [("the charter as it is for its new one", "change something in it")]
    try:
        problem = unfit(state, charters.lawful(poll.amendment))
    except Refusal as refusal:
        problem = str(refusal)
    return [(f"a charter that cannot be put in force: {problem}", "mend its text")] if problem else []


def unfit(state: State, charter: Charter) -> str:
    """Why a sound charter cannot follow the one in force; empty when it can."""
    roles = {member.role for member in state.members.values() if not member.forgotten}
    if missing := sorted(roles - set(charter.roles)):
        return f"it has no role {missing[0]}, which members have"
    stages = {stage.name for stage in charter.ideas.stages} if charter.ideas else set()
    if gone := sorted({idea.stage for idea in state.ideas.values()} - stages):
        return f"it has no stage {gone[0]}, which ideas are in"
    if (charter.money.unit, charter.money.decimals) != (state.charter.money.unit, state.charter.money.decimals):
        return "it counts money in another unit, and the books stand in this one"
    return ""


def _money_holes(state: State, poll: PollOpened) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    funds = state.ledger.money("funds")
    if poll.budget is None or poll.budget <= 0:
        found.append(("no budget", "give budget in OpenPoll"))
    elif poll.budget > funds:
        money = state.charter.money
        found.append((f"a budget of {money.shown(poll.budget)} above the funds of {money.shown(funds)}", "give a smaller budget"))
    budgets = [other for other in state.polls.values() if other.ballots is not None and other.terms.budget is not None]
    taken = {option.idea for other in budgets for option in other.terms.options}
    for number, option in enumerate(poll.options, 1):
        if option.idea is not None and option.idea in taken:
            found.append((f"idea {option.idea}, which another open budget asks about", "wait for that poll"))
        if option.cost is None or not 0 <= option.cost <= INTEGER_MAX:
            named = f"idea {option.idea}" if option.idea else f"option {number}"
            found.append((f"no cost for {named}", "improve the idea (ReviseIdea), or give the option a cost"))
        elif option.cost > (poll.budget or 0) > 0:
            money, named = state.charter.money, f"idea {option.idea}" if option.idea else f"option {number}"
            found.append(
                (f"a cost of {money.shown(option.cost)} for {named}, more than the budget", "ask without it, or give a larger budget")
            )
    return found


def _option_holes(state: State, option: Option, decision: Decision) -> list[tuple[str, str]]:
    if decision.options != "ideas":
        named = option.label is not None
        if option.idea is not None or named != (decision.options == "free"):
            return [("an option of the wrong sort", f"this decision is about {decision.options}")]
        if option.version is not None or (option.cost is not None and decision.options != "free"):
            return [("an option of another sort", f"this decision is about {decision.options}")]
        return [] if option.cost is None or 0 <= option.cost <= INTEGER_MAX else [("a cost out of bounds", f"give 0 to {INTEGER_MAX}")]
    idea = state.idea(option.idea or "")
    if idea.stage != decision.stage:
        return [(f"idea {idea.id}, which is {idea.stage}", f"choose ideas that are {decision.stage}")]
    if option.version != idea.versions[-1] or option.cost != idea.cost or option.label is not None:
        return [(f"idea {idea.id} in another version than its last", "open it again")]
    return []
