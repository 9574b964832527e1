"""Polls: what they ask, by which terms, and how they came out."""

from __future__ import annotations

from itertools import islice

from api import clock, endings, explaining
from api.ballot_files import formats_for
from api.counted import closed_poll
from api.for_member import own_ballot
from api.texts import text, when
from api.views import Json, Later, Plain, Written, allowed, anchors, beside, bounded, council, listing, one, side
from api.views.amendments import amendment
from api.views.delegation import in_poll
from engine import rules
from engine.community import Community
from engine.elections import grades
from engine.elections.numbers import write_number
from engine.elections.outcome import Outcome
from engine.features.keys.state import Keys
from engine.features.polls.cast import needs_signatures
from engine.features.polls.close import CLOSE, may_end_by_hand
from engine.features.polls.object import check_may_object
from engine.features.polls.state import Poll, PollId, Polls
from engine.features.polls.terms import DecisionTerms
from engine.features.treasury.terms import money_of
from engine.kernel import charter as charters
from engine.kernel.authority import require
from engine.rules import certificates
from engine.state import State

IN_NUMBERS_MAX = 32
"""Up to so many options a poll is shown with its count in numbers; of more there are thousands, and they have an address of their own."""
NOT_PROVED = (
    "Signed: whoever holds the key that the log says is the member's has cast it, so the operator cannot make it up, change it or move it. "
    "That the key is hers is the operator's word, if she never made one. By word: that she cast it at all is the operator's word."
)
"""Of each class of ballots (law 14)."""


@listing
def polls(state: State, start: int, count: int) -> Json:
    """Polls, newest first."""
    first = max(0, start)
    return [_shown(each) for each in islice(reversed(state[Polls].polls.values()), first, first + bounded(count))]


@one(PollId)
def poll(state: State, name: str, start: int, count: int) -> Json:
    """One poll: its terms, and its result with the steps of the count once it is closed."""
    each = state[Polls][name]
    shown = _shown(each) | {"delegation": in_poll(state, each), "council": council.of_poll(state, each)}
    shown |= {"anchored": anchors.of_poll(state, each), "on_chain": anchors.steps_of(state, each.id)}
    if each.asked.amendment is not None:
        shown["amendment"] = amendment(state, each)
    if each.result is not None:
        spent = sum(each.asked.options[number - 1].cost or 0 for number in each.result.winners)
        shown["result"] |= {
            "spent": None if each.asked.budget is None else str(spent),
            "formats": formats_for(each, money_of(state).decimals) if each.result.ballots else [],
            **_explained(each, money_of(state).decimals),
            "objections": endings.objections(each),
            "draw": None if each.result.draw is None else Later(lambda community: explaining.draw(community, each)),
        }
    return shown


@side(PollId, "in-numbers")
def in_numbers(state: State, name: str) -> Json:
    """The count of a closed poll in numbers, for whoever draws it or checks it: facts, rounds, figures."""
    each, decimals = closed_poll(state, name), money_of(state).decimals
    return {
        "poll": each.id,
        "rule": each.asked.terms.rule.version,
        "vouched": certificates.vouched(each.asked.terms.rule.version),
        "in_numbers": Plain(lambda community: explaining.in_numbers(community, each, decimals)),
    }


@beside("polls")
def what_can_be_opened(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    return {"decisions": decisions(state), "charter_text": charters.text_in_force(state), "voted": voted(state, member)}


@beside("poll")
def her_ballot(state: State, shown: Json, member: str | None) -> dict[str, Json]:
    """Her own ballot, whether it takes ballots now, and whether she may end it, or object to what it has decided."""
    each, at = state[Polls][shown["id"]], max(state.at, clock.now())
    may_close = allowed(lambda: require(state, member or "newcomer", CLOSE, each.asked.charter))
    return {
        "waits": at < each.asked.opens_at,
        "key_needed": _key_needed(state, each, member),
        "over": each.ended or at >= each.closes_at,
        "may_end": may_close and each.ballots is not None and may_end_by_hand(each, at),
        "may_object": member is not None and allowed(lambda: check_may_object(each, member, at)),
        "mine": None if member is None else own_ballot(state, each, member),
    }


def _key_needed(state: State, each: Poll, member: str | None) -> str | None:
    """Why a form without a signature would be refused."""
    if member is not None and state[Keys].of(member) is not None:
        return "You have a key, so your ballot needs its signature."
    return "This poll takes only signed ballots: register a key first." if needs_signatures(state, each) else None


def current(state: State, decided: int) -> Json:
    """Every open poll, newest first, and the `decided` newest of the others."""
    still, over = list[Poll](), list[Poll]()
    for each in reversed(state[Polls].polls.values()):
        if each.ballots is not None:
            still.append(each)
        elif len(over) < decided:
            over.append(each)
        if len(over) >= decided and len(still) >= len(state[Polls].open):
            break
    return [_shown(each) for each in (*still, *over)]


def voted(state: State, member: str | None) -> list[str]:
    """The open polls in which a member has a ballot."""
    return [each.id for each in state[Polls].open.values() if member and each.ballots and each.ballots.cast_by(member) >= 0]


def decisions(state: State) -> Json:
    """The kinds of decision a poll may be opened for, and what each needs."""
    terms = charters.in_force(state).get(DecisionTerms)
    return [
        {
            "name": name,
            "about": decision.options,
            "stage": decision.stage,
            "rule": decision.rule,
            "budget": rules.rule("voting", decision.rule).elects == "budget",
            "minutes": decision.minutes_open,
        }
        for name, decision in (terms.by_name.items() if terms else ())
    ]


def _explained(each: Poll, decimals: int) -> dict[str, Json]:
    """The steps and the note of the count, made again when the lock is free."""

    def said(what: str) -> Later:
        def read(community: Community) -> Json:
            outcome: Outcome | None = explaining.explained(community, each, decimals)
            return ([] if what == "steps" else "") if outcome is None else list(outcome.steps) if what == "steps" else outcome.note

        return Later(read)

    few = len(each.asked.options) <= IN_NUMBERS_MAX
    numbers = Plain(lambda community: explaining.in_numbers(community, each, decimals)) if few else None
    return {"steps": said("steps"), "note": said("note"), "in_numbers": numbers}


def _shown(each: Poll) -> dict[str, Json]:
    asked, terms = each.asked, each.asked.terms
    rule = rules.rule_of_version("voting", terms.rule.version)
    cast = each.ballots.cast if each.ballots is not None else each.result.ballots if each.result else 0
    return {
        "id": each.id,
        "question": text(each.seq, "question"),
        "decision": asked.decision,
        "status": each.status,
        "rule": terms.rule.version,
        "strict": rule.strict,
        "scores_are": rule.scores,
        "vouched": certificates.vouched(terms.rule.version),
        "parameters": terms.rule.parameters,
        "ballot": terms.ballot,
        "named_max": terms.named_max,
        "points_max": terms.points_max,
        "grade_words": list(grades.words(terms.points_max)) if rule.name == "majority_judgment" else [],
        "power": terms.power.version,
        "secrecy": terms.secrecy,
        "not_protected": rules.secrecy(terms.secrecy).not_protected,
        "ties": terms.ties,
        "quorum": _quorum(each),
        "waits_for": [*endings.waits_said(each.conditions), *([council.said(each.council)] if each.council is not None else [])],
        "replaceable": terms.replaceable,
        "ends": list(terms.ends),
        "hand_after_minutes": terms.hand_after_minutes,
        "opens": when(asked.opens_at),
        "closes": when(each.closes_at),
        "extended_from": when(asked.closes_at) if each.closes_at > asked.closes_at else None,
        "ended_early": when(each.ended_at) if each.ended and each.ended_at < each.closes_at else None,
        "budget": None if asked.budget is None else str(asked.budget),
        "roll": _roll(each),
        "options": Written(explaining.label_texts(each), lambda texts: _options(explaining.option_labels(texts, each), each)),
        "ballots": cast,
        "signatures": _signatures(each, cast),
        "result": None if each.result is None else _result(each),
    }


def _signatures(each: Poll, cast: int) -> Json:
    """Of the ballots, how many their voters' keys have signed, and how many are taken by the operator's word; what that does not prove."""
    signed = each.ballots.signed if each.ballots is not None else each.signed
    return {"signed": signed, "by_word": cast - signed, "not_proved": NOT_PROVED}


def _quorum(each: Poll) -> Json:
    quorum, dynamic = each.asked.terms.quorum, each.conditions.dynamic
    return {
        "basis": quorum.basis,
        "percent_min": quorum.percent_min,
        "counts": each.conditions.counts,
        "dynamic": None if dynamic is None else vars(dynamic),
        "said": endings.quorum_said(quorum, each.conditions),
    }


def _roll(each: Poll) -> Json:
    electorate = each.asked.electorate
    active = {} if electorate.active is None else {"active": electorate.active.count}
    return {"count": electorate.count, "power": str(electorate.power), "root": electorate.root} | active


def _options(labels: list[str], each: Poll) -> Json:
    return [
        {"number": number, "label": label, "idea": option.idea, "cost": None if option.cost is None else str(option.cost)}
        for number, (label, option) in enumerate(zip(labels, each.asked.options, strict=True), 1)
    ]


def _seats(each: Poll) -> Json:
    """How many seats each winner has, in the order of the winners, where an option may have several."""
    result, rule = each.result, rules.rule_of_version("voting", each.asked.terms.rule.version)
    if result is None or not rule.several_seats:
        return None
    return [int(result.scores[number - 1]) for number in result.winners]


def _result(each: Poll) -> dict[str, Json]:
    result = each.result
    assert result is not None
    turnout = rules.rule("metric", "turnout").function(result.ballots, each.asked.electorate.count)
    return {
        "status": result.status,
        "winners": list(result.winners),
        "seats": _seats(each),
        "ties": [list(tie) for tie in result.ties],
        "scores": list(result.scores),
        "ballots": result.ballots,
        "power": str(result.power_cast),
        "turnout": write_number(turnout),
        "outcome": result.outcome,
        "final": each.final,
        "final_from": when(each.objections_until) if each.objections is not None else None,
        "overturned_by": each.objected if each.overturned else None,
    }
