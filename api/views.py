"""What a door shows of a community: plain JSON values, from the state, the log and the vault.

Every door shows the same: pages, HTTP and command line call these. What is erased is shown as `None`, and nothing
private or still sealed is ever read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from heapq import nlargest, nsmallest
from itertools import islice
from typing import Any, TypeVar

from api import explaining
from api.texts import member_name, surviving, text, when
from engine import commands, rules
from engine.charter.terms import Charter, Stage
from engine.commands.open_poll import ADOPT
from engine.community import Community
from engine.elections.outcome import Outcome, write_number
from engine.log import record as records
from engine.log.fields import Erasable, sealed_in
from engine.log.json import parse_own
from engine.refusals import refuse
from engine.state import Idea, Poll, State
from engine.values import PollId

Json = Any
T = TypeVar("T")


PAGE, PAGE_MAX = 200, 1_000
"""How many things a list shows unless asked otherwise, and at most."""


def page_of(things: Mapping[Any, T], start: int, count: int) -> Iterator[T]:
    """`count` of `things`, from number `start`."""
    first = max(0, min(start, len(things)))
    return islice(things.values(), first, first + max(0, min(count, PAGE_MAX)))


def home(community: Community, state: State) -> Json:
    charter = state.charter
    return {
        "name": charter.name,
        "purpose": charter.purpose,
        "origin": state.origin,
        "key": state.key,
        "events": state.seq,
        "members": len(state.members) - state.forgotten,
        "joined": len(state.members),
        "ideas": len(state.ideas),
        "polls": len(state.polls),
    }


def charter(community: Community, state: State) -> Json:
    return {"seq": state.charter_seq, "text": state.charters[state.charter_seq]}


def members(community: Community, state: State, start: int = 0, count: int = PAGE) -> Json:
    """Members in the order of joining, `count` from number `start`."""
    return [member(community, state, one.id) for one in page_of(state.members, start, count)]


def member(community: Community, state: State, name: str) -> Json:
    found = state.member(name)
    return {
        "id": found.id,
        "name": None if found.forgotten else text(community, int(found.id[1:]), "name"),
        "role": found.role,
        "joined": when(found.joined_at),
        "forgotten": found.forgotten,
        "points": str(state.ledger.points(found.id, state.at)),
        "money": str(state.ledger.money(found.id)),
    }


def ideas(community: Community, state: State, start: int = 0, count: int = PAGE) -> Json:
    """Ideas, oldest first, `count` from number `start`."""
    return [_idea(community, state, found) for found in page_of(state.ideas, start, count)]


def most_supported(community: Community, state: State, count: int) -> Json:
    """The ideas with the most supports, of those that still ask for some."""
    stages = {(terms, stage.name): stage.supportable for terms in state.charters for stage in _stages(state.charter_at(terms))}
    waiting = (one for one in state.ideas.values() if one.supporters and stages[one.terms, one.stage])
    found = nlargest(count, waiting, key=lambda one: (len(one.supporters), -one.versions[0]))
    return [_idea(community, state, one) for one in found]


def _stages(charter: Charter) -> tuple[Stage, ...]:
    return charter.ideas.stages if charter.ideas else ()


def idea(community: Community, state: State, name: str, start: int = 0, count: int = PAGE) -> Json:
    """One idea with its versions, its first supporters, and what was `said` of it: `count` comments from number `start`."""
    found = state.idea(name)
    said = ((seq, parse_own(data)) for seq, data in community.store.find("thing", found.id, "IdeaCommented"))
    first = max(0, min(start, found.comments))
    return {
        **_idea(community, state, found),
        "text": text(community, surviving(community, found), "text"),
        "versions": [_version(community, seq) for seq in found.versions],
        "stages": [_advance(community, parse_own(data)) for _, data in community.store.find("thing", found.id, "IdeaAdvanced")],
        "said": [
            {"seq": seq, "by": person(community, line["actor"]), "at": when(line["at"]), "text": text(community, seq, "text")}
            for seq, line in islice(said, first, first + max(0, min(count, PAGE_MAX)))
        ],
        "supporters": nsmallest(PAGE, found.supporters, key=lambda one: int(one[1:])),
    }


def _event(community: Community, seq: int) -> Json:
    return parse_own(next(community.store.lines(seq, seq + 1))[1])


def _version(community: Community, seq: int) -> Json:
    line = _event(community, seq)
    written = {name: text(community, seq, name) for name in ("title", "text")}
    return {"seq": seq, "by": person(community, line["actor"]), "at": when(line["at"]), **written, "cost": line["body"]["cost"]}


def _advance(community: Community, line: Json) -> Json:
    """A stage an idea came to, and the poll that brought it there, if one did."""
    poll = _event(community, line["cause"])["body"].get("poll")
    return {"stage": line["body"]["stage"], "at": when(line["at"]), "seq": line["seq"], "poll": poll}


def _idea(community: Community, state: State, found: Idea) -> dict[str, Json]:
    return {
        "id": found.id,
        "title": text(community, surviving(community, found), "title"),
        "stage": found.stage,
        "authors": [person(community, author) for author in found.authors],
        "supports": len(found.supporters),
        "comments": found.comments,
        "cost": None if found.cost is None else str(found.cost),
        "extends": found.extends,
    }


def person(community: Community, member: str) -> Json:
    """A member as she is named beside what she did."""
    return {"id": member, "name": member_name(community, member)}


def polls(community: Community, state: State, start: int = 0, count: int = PAGE) -> Json:
    """Polls, newest first, `count` from number `start`."""
    newest = dict(reversed(state.polls.items()))
    return [_poll(community, state, found) for found in page_of(newest, start, count)]


def current(community: Community, state: State, decided: int) -> Json:
    """Every open poll, newest first, and the `decided` newest of the others."""
    still, over = [], []
    for found in reversed(state.polls.values()):
        if found.ballots is not None:
            still.append(found)
        elif len(over) < decided:
            over.append(found)
    return [_poll(community, state, found) for found in (*still, *over)]


def poll(community: Community, state: State, name: str, outcome: Outcome | None) -> Json:
    """One poll: its terms, and its result with the steps of the count once it is closed, as `explaining` counted it again."""
    found = state.poll(name)
    shown = _poll(community, state, found)
    if found.terms.amendment is not None:
        shown["amendment"] = _amendment(community, state, found)
    if found.result is None:
        return shown
    spent = sum(found.terms.options[number - 1].cost or 0 for number in found.result.winners)
    shown["result"] |= {
        "spent": None if found.terms.budget is None else str(spent),
        "steps": [] if outcome is None else list(outcome.steps),
        "note": "" if outcome is None else outcome.note,
        "draw": None if found.result.lot is None else explaining.draw(community, state, found),
    }
    return shown


def _amendment(community: Community, state: State, found: Poll) -> Json:
    """A charter that is asked about: its text, what it changes line by line, and whether it is adopted and not yet in force."""
    text, before = found.terms.amendment or "", state.charters[found.terms.charter]
    lines = islice(unified_diff(before.splitlines(), text.splitlines(), lineterm="", n=2), 2, None)  # without its head
    changes = ["…" if line.startswith("@@") else line for line in lines]
    waits = found.result is not None and found.result.winners == (ADOPT,) and found.terms.charter == state.charter_seq
    brought = (seq for seq in state.charters if seq > found.seq and _event(community, seq)["body"]["poll"] == found.id)
    now_in = next(brought, None)
    return {"text": text, "changes": changes, "waits": waits, "in_force": now_in}


def _poll(community: Community, state: State, found: Poll) -> dict[str, Json]:
    terms, seq = found.terms, found.seq
    options = explaining.option_labels(community, state, found)
    shown: dict[str, Json] = {
        "id": found.id,
        "question": text(community, seq, "question"),
        "decision": terms.decision,
        "status": "void" if found.void else found.result.status if found.result else "open",
        "rule": terms.rule,
        "strict": rules.rule_of_version("voting", terms.rule).strict,
        "scores_are": rules.rule_of_version("voting", terms.rule).scores,
        "parameters": terms.parameters,
        "ballot": terms.ballot,
        "points_max": terms.points_max,
        "power": terms.power_rule,
        "secrecy": terms.secrecy,
        "not_protected": rules.secrecy(terms.secrecy).not_protected,
        "ties": terms.ties,
        "quorum": {"basis": terms.quorum_basis, "percent_min": terms.quorum_percent_min},
        "replaceable": terms.replaceable,
        "closing": terms.closes,
        "opens": when(terms.opens_at),
        "closes": when(terms.closes_at),
        "budget": None if terms.budget is None else str(terms.budget),
        "roll": {"count": terms.roll_count, "power": str(terms.roll_power), "root": terms.roll_root}
        | ({} if terms.active_count is None else {"active": terms.active_count}),
        "options": [
            {"number": number, "label": label, "idea": option.idea, "cost": None if option.cost is None else str(option.cost)}
            for number, (label, option) in enumerate(zip(options, terms.options, strict=True), 1)
        ],
        "ballots": found.ballots.cast if found.ballots is not None else found.result.ballots if found.result else 0,
        "result": None,
    }
    if found.result is not None:
        result = found.result
        shown["result"] = {
            "status": result.status,
            "winners": list(result.winners),
            "ties": [list(tie) for tie in result.ties],
            "scores": list(result.scores),
            "ballots": result.ballots,
            "power": str(result.power_cast),
            "turnout": write_number(rules.rule("metric", "turnout").function(result.ballots, terms.roll_count)),
            "outcome": result.outcome,
        }
    return shown


def decisions(state: State) -> Json:
    """The kinds of decision a poll may be opened for, and what each needs."""
    return [
        {
            "name": name,
            "about": decision.options,
            "stage": decision.stage,
            "rule": decision.rule,
            "budget": rules.rule("voting", decision.rule).elects == "budget",
            "minutes": decision.minutes_open,
        }
        for name, decision in state.charter.decisions.items()
    ]


def ledger(community: Community, state: State) -> Json:
    """Points as members could spend them at the last event, and money: who holds most first, what was funded and shared newest
    first, at most `PAGE` of each, and how many there are."""
    points = {one: held for one in state.ledger.lots if (held := state.ledger.points(one, state.at))}
    accounts = {account: amount for account, amount in state.ledger.accounts["money"].items() if amount}
    paid = {account: amount for account, amount in accounts.items() if account in state.members}
    funded = [account for account in accounts if "." in account]
    gini = rules.rule("metric", "gini").function(list(points.values()))
    return {
        "points": [{**row, "points": row.pop("held")} for row in _richest(community, points)],
        "holders": len(points),
        "gini": write_number(gini),
        "money": {account: str(amount) for account, amount in accounts.items() if account not in paid and "." not in account},
        "funded": _funded(community, state, funded[: -PAGE - 1 : -1]),
        "fundings": len(funded),
        "paid": [{**row, "money": row.pop("held")} for row in _richest(community, paid)],
        "payees": len(paid),
        "rounds": [
            {"id": found.id, "reward": found.reward, "pot": str(found.pot), "members": found.members}
            for found in islice(reversed(state.rounds.values()), PAGE)
        ],
        "shared": len(state.rounds),
    }


def _funded(community: Community, state: State, accounts: list[str]) -> list[dict[str, str]]:
    """What polls have funded: the account of an option is called `p40.2`."""
    found, labels = [], dict[str, list[str]]()
    for account in accounts:
        poll, _, number = account.partition(".")
        if poll not in labels:
            labels[poll] = explaining.option_labels(community, state, state.polls[PollId(poll)])
        amount = str(state.ledger.money(account))
        found.append({"account": account, "poll": poll, "title": labels[poll][int(number) - 1], "money": amount})
    return found


def _richest(community: Community, held: dict[Any, int]) -> list[dict[str, str]]:
    found = nlargest(PAGE, held, key=lambda one: (held[one], -int(one[1:])))
    return [{"member": one, "name": member_name(community, one), "held": str(held[one])} for one in found]


def event(community: Community, state: State, seq: int) -> Json:
    """One event with what of it may be read, and its proof."""
    if not 0 <= seq < state.seq:
        raise refuse("event_unknown", f"event {seq}", f"is not among the {state.seq} events", "ask for an earlier one")
    _, data = next(community.store.lines(seq, seq + 1))
    sealed = sealed_in(records.read_own(data, commands.kind_of).event)
    openings = {
        opening.field: parse_own(opening.value)
        for opening in community.store.openings(seq)
        if isinstance(sealed.get(opening.field), Erasable)
    }
    return {"event": parse_own(data), "open": openings, "proof": community.prove(seq)}


def done(community: Community, state: State, seq: int | None, member: str | None) -> int | None:
    """The event that somebody's form has just recorded: only one of her own is shown as that."""
    if seq is None or seq >= state.seq:
        return None
    actor = _event(community, seq)["actor"]
    return seq if actor == member or (actor == "newcomer" and member == f"m{seq}") else None


def log(community: Community, state: State, start: int = 0, count: int = 50) -> Json:
    """Events `start` to `start + count - 1`, oldest first, with the signed head."""
    start = max(0, min(start, state.seq))
    rows = [parse_own(data) for _, data in community.store.lines(start, start + max(0, min(count, PAGE_MAX)))]
    return {"size": state.seq, "events": rows, "checkpoint": community.checkpoint()}
