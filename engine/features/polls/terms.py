"""What a charter says of decisions: which kinds of poll there are, and by which terms each is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from engine import rules
from engine.elections.election import Election
from engine.elections.kinds import NUMBERED, Kind
from engine.elections.ties import TieBreak
from engine.features.council import seats
from engine.features.council.seats import CouncilTerms
from engine.features.ideas.terms import IdeaTerms
from engine.features.polls.quorum import BPS, COEFFICIENT_MAX, QuorumTerms
from engine.features.treasury.terms import MoneyTerms
from engine.kernel.charter import Charter, Terms, unknown, wrong
from engine.limits import POINTS_PER_BALLOT_MAX
from engine.refusals import Refusal
from engine.values import Name, Scalar

MINUTES_MAX = 525_600
"""A year: a poll that takes longer is forgotten."""
ACTIVE_DAYS_MAX = 3_650
"""Ten years."""
OBJECTION_DAYS_MAX = 365
"""A year: money and ideas wait as long."""
EarlyEnd = Literal["all_voted", "hand", "early"]
"""How a poll may end before its clock: when everybody on the roll has voted; by hand, once it has been open for a stated time; when no
ballot still to come can change the outcome."""


@dataclass(frozen=True)
class ObjectionTerms:
    """For `days` after the count, everybody on the roll may object to what was decided; objections from `percent_min` of the roll, by
    members (`eligible`) or by their `power`, overturn it."""

    days: int
    percent_min: int
    basis: Literal["eligible", "power"] = "eligible"


@dataclass(frozen=True)
class Decision:
    """One kind of poll.

    `options`: `ideas` that stand in `stage`, `free` options named at opening, or an `amendment` (adopt or keep).
    `ties`: `status_quo` leaves things as they are, `oldest` prefers the option listed first, `lot` draws; where one is elected
    also `most_approved` (named on most ballots) and, by rules that count in rounds, `previous_round`.
    Its clock of `minutes_open` ends a poll, and before that what `ends` names: `all_voted`, `hand` after `hand_after_minutes`, or
    `early`, once no ballot still to come can change the outcome. A quorum first reached in the last `late_quorum_minutes` moves the end
    to so many minutes after that. Where there is an `objection`, what is decided is final when its days are over; where there is a
    `council`, once so many of it have attested the count.
    `named_max` and `points_max` bound one ballot (0: no bound). Winning ideas move to `winners_to`.
    Who has voted, or written, revised, supported or commented an idea on the day a poll opens or one of the `active_days` before is
    active (0: nobody asks). Where ballots must be `signed`, only who has registered a key votes; where they may, who has one must use it.
    """

    options: Literal["ideas", "free", "amendment"]
    rule: Name
    quorum: QuorumTerms
    ties: TieBreak
    minutes_open: int
    secrecy: Name
    parameters: dict[str, Scalar] = field(default_factory=dict)
    power: Name = Name("equal")
    power_parameters: dict[str, Scalar] = field(default_factory=dict)
    ballot: Kind | None = None
    stage: Name | None = None
    winners_to: Name | None = None
    ends: tuple[EarlyEnd, ...] = ()
    hand_after_minutes: int = 0
    replaceable: bool = True
    named_max: int = 0
    points_max: int = 0
    active_days: int = 0
    late_quorum_minutes: int = 0
    objection: ObjectionTerms | None = None
    signed: Literal["optional", "required"] = "optional"
    council: CouncilTerms | None = None


@dataclass(frozen=True)
class DecisionTerms(Terms):
    """The kinds of poll there are, by name: `[decisions.monthly]`."""

    key = "decisions"
    by_name: dict[str, Decision]

    def problems(self, charter: Charter) -> Iterable[Refusal]:
        if not self.by_name:
            yield wrong("decisions", "is empty", "add at least one kind of decision")
        for name, decision in self.by_name.items():
            where = f"decisions.{name}"
            rule = rules.rule("voting", decision.rule)
            rule.complete(rule.unseeded(decision.parameters))
            rules.rule("power", decision.power).complete(decision.power_parameters)
            yield from _bounds(where, decision)
            yield from _ending(where, decision, rule)
            yield from _quorum(where, decision, rule, charter, self)
            yield from _counts(where, decision, rule)
            yield from _counting(where, decision, rule)
            yield from _finality(where, decision, rule)
            if decision.council is not None:
                yield from seats.problems(where, decision.council, charter)
            yield from _options(where, decision, rule, charter)
            yield from _trial(where, rule, decision)


def _bounds(where: str, decision: Decision) -> Iterable[Refusal]:
    for name, value, least, most in (
        ("minutes_open", decision.minutes_open, 1, MINUTES_MAX),
        ("hand_after_minutes", decision.hand_after_minutes, 0, MINUTES_MAX),
        ("points_max", decision.points_max, 0, POINTS_PER_BALLOT_MAX),
        ("quorum.percent_min", decision.quorum.percent_min, 0, 100),
        ("active_days", decision.active_days, 0, ACTIVE_DAYS_MAX),
        ("late_quorum_minutes", decision.late_quorum_minutes, 0, MINUTES_MAX),
        *_bounds_of_parts(decision),
    ):
        if not least <= value <= most:
            yield wrong(f"{where}.{name}", "is {value}", "give {least} to {most}", value=value, least=least, most=most)


def _bounds_of_parts(decision: Decision) -> Iterable[tuple[str, int, int, int]]:
    dynamic, objection = decision.quorum.dynamic, decision.objection
    if dynamic is not None:
        yield "quorum.dynamic.bps_min", dynamic.bps_min, 0, dynamic.bps_max
        yield "quorum.dynamic.bps_max", dynamic.bps_max, 1, BPS
        yield "quorum.dynamic.coefficient", dynamic.coefficient, 0, COEFFICIENT_MAX
    if objection is not None:
        yield "objection.days", objection.days, 1, OBJECTION_DAYS_MAX
        yield "objection.percent_min", objection.percent_min, 1, 100


def _ending(where: str, decision: Decision, rule: rules.Rule) -> Iterable[Refusal]:
    if decision.ends and (rule.silence or decision.options == "amendment"):
        what = "an amendment" if decision.options == "amendment" else "a rule that takes silence for an answer"
        yield wrong(f"{where}.ends", "ends {what} before its clock: nobody was shown that", "leave it out", what=what)
    if decision.hand_after_minutes and "hand" not in decision.ends:
        yield wrong(f"{where}.hand_after_minutes", "bounds an end by hand that there is none of", 'give ends = ["hand"], or leave it out')
    if decision.hand_after_minutes > decision.minutes_open:
        yield wrong(f"{where}.hand_after_minutes", "is later than the clock", "give at most {most}", most=decision.minutes_open)


def _quorum(where: str, decision: Decision, rule: rules.Rule, charter: Charter, terms: DecisionTerms) -> Iterable[Refusal]:
    basis, percent = decision.quorum.basis, decision.quorum.percent_min
    rejection, dynamic = decision.quorum.counts == "rejection", decision.quorum.dynamic
    if basis == "none" and (percent or dynamic):
        yield wrong(f"{where}.quorum", "asks for a part of nothing", 'name the basis "eligible", "active" or "power"')
    if basis != "none" and not percent and not dynamic:
        yield wrong(f"{where}.quorum", "asks for 0 % of somebody", 'give percent_min, or basis = "none"')
    if rule.silence and basis != "none" and not rejection:
        yield wrong(f"{where}.quorum", "asks for voters, and {rule} takes silence for an answer", 'give basis = "none"', rule=rule.name)
    if not asks_the_active(basis, decision.parameters):
        return
    if not decision.active_days:
        yield wrong(f"{where}.active_days", "is missing, and the quorum is one of the active", "say how many days count: active_days = 90")
    if decision.options == "amendment":
        yield wrong(f"{where}.quorum", "is one of the active: where nobody is, this charter could not be changed", 'ask for "eligible"')
    if charter.get(IdeaTerms) is None and all(asks_the_active(each.quorum.basis, each.parameters) for each in terms.by_name.values()):
        yield wrong(f"{where}.quorum", "is one of the active, and without [ideas] nobody is before the first poll", 'ask for "eligible"')


def _counts(where: str, decision: Decision, rule: rules.Rule) -> Iterable[Refusal]:
    """What of a quorum does not go together: which ballots count towards it, and whether it grows with those against."""
    where, quorum = f"{where}.quorum", decision.quorum
    counts, dynamic = quorum.counts, quorum.dynamic
    if (counts != "all_valid" or dynamic) and not rule.roles:
        yield wrong(where, "asks who is for or against, and {rule} does not", 'name a rule that does, such as "yes_no"', rule=rule.name)
    if counts != "all_valid" and quorum.basis == "none":
        yield wrong(where, "counts {counts} of nobody", 'name the basis "eligible", "active" or "power"', counts=counts)
    if dynamic and quorum.percent_min:
        yield wrong(where, "is a share and one that grows", "give percent_min or dynamic")
    if dynamic and counts in ("all_valid", "rejection"):
        yield wrong(where, "grows with those against, and counts them towards it", 'give counts = "for" or counts = "for_abstain"')


def _counting(where: str, decision: Decision, rule: rules.Rule) -> Iterable[Refusal]:
    yield from unknown(f"{where}.secrecy", (decision.secrecy,), rules.names("secrecy"))
    ballot = decision.ballot or rule.ballots[0]
    if ballot not in rule.taken:
        yield wrong(
            f"{where}.ballot", "is {ballot!r}", "{rule} takes {kinds}", ballot=ballot, rule=rule.name, kinds=" or ".join(rule.taken)
        )
    if ballot in NUMBERED and not decision.points_max:
        yield wrong(
            f"{where}.points_max", "is not given, and one ballot could outweigh all others", "say how high a {ballot} ballot may go",
            ballot=ballot,
        )  # fmt: skip
    if decision.options == "amendment" and decision.ties != "status_quo":
        yield wrong(f"{where}.ties", "is {ties} for an amendment", 'give "status_quo": a tie keeps the charter', ties=decision.ties)
    if rule.elects in ("budget", "several") and decision.ties not in ("oldest", "lot"):
        yield wrong(
            f"{where}.ties", "is {ties} for {rule}, which ties inside", 'give "oldest" or "lot"', ties=decision.ties, rule=rule.name
        )
    if decision.ties == "previous_round" and not rule.rounds:
        yield wrong(
            f"{where}.ties", "is previous_round for {rule}, which has no rounds", 'give "oldest", "lot" or "most_approved"', rule=rule.name
        )
    if rule.takes_seed and (decision.ties != "lot" or "seed" in decision.parameters):
        yield wrong(f"{where}.ties", "does not draw the seed {rule} needs", 'give ties = "lot", and no seed', rule=rule.name)
    if rule.roles and decision.ties == "lot":
        yield wrong(
            f"{where}.ties", "draws, and {rule} asks about {roles}", 'give ties = "status_quo"', rule=rule.name, roles=", ".join(rule.roles)
        )
    for name, values in rule.by_names.items():
        if decision.parameters.get(name) in values:
            yield wrong(
                f"{where}.parameters.{name}", "is {value}: what options are called would decide", "leave it out: the charter breaks ties",
                value=decision.parameters[name],
            )  # fmt: skip
    if "seats" in rule.parameters and "seats" not in decision.parameters:
        yield wrong(f"{where}.parameters", "does not say how many are elected", "give parameters = {{ seats = 3 }}")


def _finality(where: str, decision: Decision, rule: rules.Rule) -> Iterable[Refusal]:
    """Why a poll cannot end early, or wait for those who would answer a late quorum."""
    sealed, quorum, late = rules.secrecy(decision.secrecy).sealed, decision.quorum, decision.late_quorum_minutes
    if "early" in decision.ends:
        if sealed:
            yield wrong(f"{where}.ends", "ends early by what sealed ballots say", 'give secrecy = "open", or leave "early" out')
        if decision.replaceable:
            yield wrong(f"{where}.ends", "ends early, and every ballot could still be replaced", "give replaceable = false")
        if not rule.settles_by:
            yield wrong(
                f"{where}.ends", "ends early by {rule}, of which it is not proved when nothing can change any more", 'leave "early" out',
                rule=rule.name,
            )  # fmt: skip
    if not late:
        return
    if quorum.basis == "none" or quorum.counts == "rejection":
        yield wrong(f"{where}.late_quorum_minutes", "waits for a quorum that nobody has to reach", "leave it out")
    if sealed and quorum.counts != "all_valid":
        yield wrong(f"{where}.late_quorum_minutes", "waits for a quorum that sealed ballots do not show", 'count all: counts = "all_valid"')
    if late > decision.minutes_open:
        yield wrong(f"{where}.late_quorum_minutes", "is longer than the poll", "give at most {most}", most=decision.minutes_open)


def _options(where: str, decision: Decision, rule: rules.Rule, charter: Charter) -> Iterable[Refusal]:
    if rule.roles and decision.options == "ideas":
        yield wrong(f"{where}.rule", "asks about {roles}", 'give options = "free" or "amendment"', roles=", ".join(rule.roles))
    if rule.elects == "budget" and (not charter[MoneyTerms].unit or decision.options == "amendment"):
        yield wrong(f"{where}.rule", "shares out a budget", "name money.unit, and use it for ideas or free options")
    if decision.options != "ideas":
        if decision.stage or decision.winners_to:
            yield wrong(where, "names a stage but is not about ideas", 'remove it or set options = "ideas"')
        return
    ideas = charter.get(IdeaTerms)
    if ideas is None or decision.stage is None:
        yield wrong(f"{where}.stage", "is missing", "say which stage ideas are voted on in, and list [ideas] stages")
        return
    for name in (decision.stage, decision.winners_to):
        if name is not None:
            yield from unknown(f"{where}.stage", (name,), tuple(stage.name for stage in ideas.stages))


def asks_the_active(basis: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a decision needs a part of the active: by its quorum, or by a rule's parameter."""
    return basis == "active" or (parameters.get("quorum_of") == "active" and Fraction(str(parameters.get("quorum", "0"))) > 0)


def _trial(where: str, rule: rules.Rule, decision: Decision) -> Iterable[Refusal]:
    """Count a ballot for the first of some options: what a rule refuses of its parameters it refuses here, and not when a poll closes."""
    names = rule.roles or ("a", "b", "c")
    ballot, count = decision.ballot or rule.ballots[0], len(names)
    row = list(range(count)) if ballot == "ranked" else [int(place == 0) for place in range(count)]
    sample = Election.of(names, ballot, [row], None, [1] * count, count)
    sample.eligible = sample.active = 1
    try:
        rules.count(rule, sample, rule.unseeded(decision.parameters))
    except Refusal as refusal:
        if refusal.code == "parameter_wrong":
            yield wrong(
                f"{where}.parameters", "do not fit: {thing} {problem}", "{way_out}",
                thing=refusal.thing, problem=refusal.fact, way_out=refusal.way_out,
            )  # fmt: skip
