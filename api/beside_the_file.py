"""A count beside what the file of its ballots says: whether it is by the file's own rule, and what agrees with the file's figures."""

from __future__ import annotations

from typing import Any

from engine import rules
from engine.elections.agreement import Agreement, agreement
from engine.elections.election import Election
from engine.elections.outcome import Step
from engine.rules import Parameters, Rule
from engine.rules.comparing import Comparison


def whose_rule(election: Election, rule: Rule, kept: Parameters) -> Step | None:
    """Whether a rule with all its parameters is the one the file names, as a clause; None if the ballots come from no such file."""
    stated = election.stated
    if stated is None:
        return None
    if election.rule is None:
        return Step("which was chosen here because {why}", why=stated.why_not or "")
    own = rules.counting_rule(election.rule[0])
    if (own.name, rules.terms(own, election, election.rule[1])) != (rule.name, kept):
        return Step("which is NOT the file's rule, {rule}", rule=stated.rule)
    but = Step(" but for {fields}", fields=stated.besides) if stated.besides else ""
    return Step("which is the file's rule, {rule}{but}", rule=stated.rule, but=but)


def places(election: Election, rule: Rule, kept: Parameters) -> Step | None:
    """What the places of rankings are worth, if the ballots came with that and the rule with these parameters counts by it."""
    by_points = rule.elects == "budget" and kept.get("utility", "additive") == "additive"  # others go by the order, or by who is named
    if election.worth is None or not by_points:
        return None
    if election.worth == "named":
        return Step("on each ballot the option named last is worth one point, the one before it two, and so on")
    return Step("places are worth {points} points", points=tuple(map(str, election.worth)))


def lines(election: Election, winners: tuple[str, ...] | None) -> list[str]:
    """What the file says of the outcome beside the count, and what else has to be said of it."""
    common = agreement(election, winners)
    return [] if common is None or election.stated is None else [str(common.line), *(f"({remark})" for remark in election.stated.remarks)]


def as_json(election: Election, rule: Rule, kept: Parameters, winners: tuple[str, ...]) -> dict[str, Any]:
    """The same as JSON, to go with a count; nothing where no file stated anything."""
    clause = whose_rule(election, rule, kept)
    return {} if clause is None else {"file": _stated(election, agreement(election, winners)) | {"counted": str(clause)}}


def of_all(election: Election, compared: Comparison) -> tuple[dict[str, Any], list[str]]:
    """What the file says beside the answers of many rules: held against the file's own, if one of them is by it."""
    stated = election.stated
    if stated is None:
        return {}, []
    own = None if election.rule is None else next((each for each in compared.answers if each.rule == election.rule[0]), None)
    why = stated.why_not or Step("the file's rule, {rule}, counts as {ours}", rule=stated.rule, ours=str(own or "none here"))
    official = None if stated.selected is None else {election.options[place] for place in stated.selected}
    same = [each.rule for each in compared.answers if official is not None and set(each.winners) == official]
    who = [f"The official winners are those of: {', '.join(same) or 'no rule here'}."] if official is not None else []
    said = _stated(election, agreement(election, own.winners if own else None)) | {"selected_by": same if official is not None else None}
    return {"file": said}, [f"{str(why)[:1].upper()}{str(why)[1:]}.", *lines(election, own.winners if own else None), *who]


def _stated(election: Election, common: Agreement | None) -> dict[str, Any]:
    stated = election.stated
    assert stated is not None and common is not None
    worth = list(election.worth) if isinstance(election.worth, tuple) else election.worth
    return {
        "rule": stated.rule,
        "why_not_by_it": None if stated.why_not is None else str(stated.why_not),
        "points_of_places": worth,
        "remarks": [str(remark) for remark in stated.remarks],
        "agreement": common.as_json(),
    }
