"""Whether a charter holds together: every name in it stands for something, and no decision has a hole (law 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from engine import catalogue, rules
from engine.charter.terms import Charter, Decision
from engine.elections.election import Election
from engine.limits import INTEGER_MAX, MEMBERS_MAX, POINTS_PER_BALLOT_MAX
from engine.refusals import Refusal, refuse
from engine.rules.earning import ACTS

EXPIRE_DAYS_MAX, ACTIVE_DAYS_MAX = 36_500, 3_650
"""A hundred years, and ten."""
UNATTENDED = ("found_community",)
"""Commands that no role can be given."""


def check(charter: Charter) -> None:
    commands = tuple(name for name in catalogue.names("engine.commands") if name not in UNATTENDED)
    for needed in ("founder", "member"):
        if needed not in charter.roles:
            raise _wrong("roles", f"has no role {needed!r}", f"add [roles.{needed}]")
    for name, role in charter.roles.items():
        _known(f"roles.{name}.may", role.may, commands)
    if charter.ideas:
        stages = [stage.name for stage in charter.ideas.stages]
        if not stages or len(set(stages)) != len(stages):
            raise _wrong("ideas.stages", f"is {stages}", "name at least one stage, each once")
    for name, decision in charter.decisions.items():
        _check_decision(f"decisions.{name}", decision, charter)
    if not charter.decisions:
        raise _wrong("decisions", "is empty", "add at least one kind of decision")
    for number, earning in enumerate(charter.points.earning):
        found = rules.rule("earning", earning.rule)
        found.complete(earning.parameters)
        if "act" in earning.parameters:
            _known(f"points.earning.{number}.parameters.act", (str(earning.parameters["act"]),), ACTS)
    for reward in charter.rewards.values():
        rules.rule("reward", reward.rule).complete(reward.parameters)
    if charter.rewards and not charter.money.unit:
        raise _wrong("money.unit", "is empty", "say what rewards are paid in")
    for where, value, highest in (
        ("money.decimals", charter.money.decimals, 4),
        ("money.funds", charter.money.funds, INTEGER_MAX),
        ("points.award_max", charter.points.award_max, INTEGER_MAX // MEMBERS_MAX),
        ("points.expire_days", charter.points.expire_days, EXPIRE_DAYS_MAX),
    ):
        if not 0 <= value <= highest:
            raise _wrong(where, f"is {value}", f"give 0 to {highest}")
    if charter.amendments:
        _known("amendments.decision", (charter.amendments.decision,), tuple(charter.decisions))
        if charter.decisions[charter.amendments.decision].options != "amendment":
            raise _wrong("amendments.decision", "is a decision about something else", 'its options must be "amendment"')


def _check_decision(where: str, decision: Decision, charter: Charter) -> None:
    rule = rules.rule("voting", decision.rule)
    rule.complete(rule.unseeded(decision.parameters))
    _try_out(where, rule, decision)
    rules.rule("power", decision.power).complete(decision.power_parameters)
    _known(f"{where}.secrecy", (decision.secrecy,), rules.names("secrecy"))
    if decision.ballot and decision.ballot not in rule.taken:
        raise _wrong(f"{where}.ballot", f"is {decision.ballot!r}", f"{rule.name} takes {' or '.join(rule.taken)}")
    if not 1 <= decision.minutes_open <= 525_600:
        raise _wrong(f"{where}.minutes_open", f"is {decision.minutes_open}", "give 1 to 525600 minutes (a year)")
    if decision.points_max > POINTS_PER_BALLOT_MAX:
        raise _wrong(f"{where}.points_max", f"is {decision.points_max}", f"give at most {POINTS_PER_BALLOT_MAX}")
    if decision.options == "amendment" and decision.ties != "status_quo":
        raise _wrong(f"{where}.ties", f"is {decision.ties} for an amendment", 'give "status_quo": a tie keeps the charter')
    if decision.quorum.percent_min > 100:
        raise _wrong(f"{where}.quorum.percent_min", f"is {decision.quorum.percent_min}", "give 0 to 100")
    if decision.quorum.basis == "none" and decision.quorum.percent_min:
        raise _wrong(f"{where}.quorum", "asks for a part of nothing", 'name the basis "eligible", "active" or "power"')
    if decision.quorum.basis != "none" and not decision.quorum.percent_min:
        raise _wrong(f"{where}.quorum", "asks for 0 % of somebody", 'give percent_min, or basis = "none"')
    if not 0 <= decision.active_days <= ACTIVE_DAYS_MAX:
        raise _wrong(f"{where}.active_days", f"is {decision.active_days}", f"give 1 to {ACTIVE_DAYS_MAX}")
    if asks_the_active(decision.quorum.basis, decision.parameters):
        if not decision.active_days:
            raise _wrong(
                f"{where}.active_days", "is missing, and the quorum is one of the active", "say how many days count: active_days = 90"
            )
        if decision.options == "amendment":
            raise _wrong(
                f"{where}.quorum", "is one of the active: where nobody is, this charter could not be changed", 'ask for "eligible"'
            )
        if not charter.ideas and all(asks_the_active(each.quorum.basis, each.parameters) for each in charter.decisions.values()):
            raise _wrong(
                f"{where}.quorum", "is one of the active, and without [ideas] nobody is before the first poll", 'ask for "eligible"'
            )
    if rule.elects in ("budget", "several") and decision.ties not in ("oldest", "lot"):
        raise _wrong(f"{where}.ties", f"is {decision.ties} for {rule.name}, which ties inside", 'give "oldest" or "lot"')
    if decision.ties == "previous_round" and not rule.rounds:
        raise _wrong(
            f"{where}.ties", f"is previous_round for {rule.name}, which tells of no rounds", 'give "oldest", "lot" or "most_approved"'
        )
    if rule.takes_seed and (decision.ties != "lot" or "seed" in decision.parameters):
        raise _wrong(f"{where}.ties", f"does not draw the seed {rule.name} needs", 'give ties = "lot", and no seed')
    if rule.roles and (decision.options == "ideas" or decision.ties == "lot"):
        raise _wrong(
            f"{where}.rule", f"asks about {', '.join(rule.roles)}", 'give options = "free" or "amendment", and ties = "status_quo"'
        )
    if rule.silence and decision.quorum.basis != "none":
        raise _wrong(f"{where}.quorum", f"asks for voters, and {rule.name} takes silence for an answer", 'give basis = "none"')
    if "seats" in rule.parameters and "seats" not in decision.parameters:
        raise _wrong(f"{where}.parameters", "does not say how many are elected", "give parameters = { seats = 3 }")
    if rule.elects == "budget" and (not charter.money.unit or decision.options == "amendment"):
        raise _wrong(f"{where}.rule", "shares out a budget", "name money.unit, and use it for ideas or free options")
    if decision.options != "ideas" and (decision.stage or decision.winners_to):
        raise _wrong(where, "names a stage but is not about ideas", 'remove it or set options = "ideas"')
    if decision.options == "ideas":
        if not charter.ideas or decision.stage is None:
            raise _wrong(f"{where}.stage", "is missing", "say which stage ideas are voted on in, and list [ideas] stages")
        for name in (decision.stage, decision.winners_to):
            if name is not None:
                _known(f"{where}.stage", (name,), tuple(stage.name for stage in charter.ideas.stages))


def asks_the_active(basis: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a decision needs a part of the active: by its quorum, or by a rule's parameter."""
    return basis == "active" or (parameters.get("quorum_of") == "active" and Fraction(str(parameters.get("quorum", "0"))) > 0)


def _try_out(where: str, rule: rules.Rule, decision: Decision) -> None:
    """Count a ballot for the first of some options: what a rule refuses of its parameters it refuses here, and not when a poll closes."""
    names = rule.roles or ("a", "b", "c")
    kind, many = decision.ballot or rule.ballots[0], len(rule.roles or names)
    row = list(range(many)) if kind == "ranked" else [int(place == 0) for place in range(many)]
    sample = Election.of(names, kind, [row], None, [1] * many, many)
    sample.eligible = sample.active = 1
    try:
        rules.count(rule, sample, rule.unseeded(decision.parameters))
    except Refusal as refusal:
        if refusal.code == "parameter_wrong":
            raise _wrong(f"{where}.parameters", f"do not fit: {refusal.thing} {refusal.fact}", refusal.way_out) from None


def _known(where: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            raise _wrong(where, f"names {name!r}", catalogue.did_you_mean(name, known))


def _wrong(where: str, fact: str, way_out: str) -> Refusal:
    return refuse("charter_wrong", f"charter.{where}", fact, way_out)
