"""How a closed poll was counted, told again from the log: the steps in the options' own names, and the draw."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from typing import Any
from weakref import WeakKeyDictionary

from api.texts import text
from engine import commands, fold, rules
from engine.commands.close_poll import Draw, broken, recount
from engine.community import Community
from engine.elections.outcome import Outcome
from engine.log import record as records
from engine.log.json import parse_own
from engine.roll import RollBook
from engine.state import Ballots, Poll, State

Json = Any
EXPLAINED_MAX = 64
_COUNTING = threading.Lock()
_EXPLAINED: WeakKeyDictionary[Community, OrderedDict[str, tuple[list[str], Outcome]]] = WeakKeyDictionary()
"""Counts of closed polls already explained, with the labels they had: a closed poll never changes, a label may be erased."""


def option_labels(community: Community, state: State, found: Poll) -> list[str]:
    """What the options of a poll are called, at the version it froze."""
    labels = []
    for number, option in enumerate(found.terms.options):
        if found.terms.subject is not None:
            labels.append(("Adopt the new charter", "Keep the charter as it is")[number])
            continue
        if option.idea:
            # Never another version's: nobody was asked about that one.
            label = text(community, option.version, "title") or f"(erased: {option.idea})"
        else:
            label = text(community, found.seq, f"options.{number}.label") or "(erased)"
        labels.append(label)
    often = Counter(labels)
    return [
        f"{label} ({option.idea})" if option.idea and often[label] > 1 else label
        for label, option in zip(labels, found.terms.options, strict=True)
    ]


def explained(community: Community, name: str) -> Outcome | None:
    """The count of a closed poll again, with its steps in the options' own names; None where there was none.

    Counting may take long, so nobody else is held up by it: only one poll is counted at a time, from the log alone.
    """
    with community.reading() as state:
        found = state.poll(name)
        if found.result is None or found.result.outcome is None:
            return None
        labels = option_labels(community, state, found)
        terms = state.charter.money
    labels = _apart(labels)
    known = _EXPLAINED.setdefault(community, OrderedDict())
    with _COUNTING:
        if name not in known or known[name][0] != labels:
            known[name] = labels, _explain(community, found, labels, terms.decimals)
            if len(known) > EXPLAINED_MAX:
                known.popitem(last=False)
        known.move_to_end(name)
        return known[name][1]


def _apart(labels: list[str]) -> list[str]:
    """The same labels, those that come again with their numbers, so that no two are alike whatever people called them."""
    found: list[str] = []
    taken = set(labels)
    for number, label in enumerate(labels, 1):
        mark = f" ({number})"
        while label in found or (labels.count(label) > 1 and label in taken):
            label += mark
        found.append(label)
    return found


def _explain(community: Community, found: Poll, labels: list[str], decimals: int) -> Outcome:
    lines = [parse_own(data) for _, data in community.store.find("thing", found.id)]
    ballots = _ballots(lines) if found.terms.power_rule == "equal@1" else _ballots_by_folding(community, found)
    drawn = Draw.none(len(found.terms.options))
    if found.result.lot is not None:
        with community.reading() as state:
            drawn = Draw.of(found.result.lot.secret, state.tree.root(_cause(lines)), len(drawn.order))
    poll = Poll(found.id, found.terms, ballots)
    outcome = recount(poll, drawn, labels, decimals)
    one = rules.rule_of_version("voting", found.terms.rule).elects == "one"
    return broken(poll, drawn, outcome, labels) if one else outcome


def _cause(lines: list[Json]) -> int:
    """The event that began the closing of the poll these lines are about."""
    found: int = next(line["cause"] for line in lines if line["kind"] == "PollClosed")
    return found


def _ballots(lines: list[Json]) -> Ballots:
    """The ballots of a closed poll where every ballot weighs the same: what its own events say is enough."""
    voters = dict.fromkeys(line["body"]["voter"] for line in lines if line["kind"] in ("BallotCast", "BallotSealed"))
    ballots, sealed = Ballots(RollBook.of(list(voters), [1] * len(voters)).roll()), {}
    for line in lines:
        body = line["body"]
        if line["kind"] == "BallotCast":
            ballots.put(body["voter"], line["seq"], body["choice"])
        elif line["kind"] == "BallotSealed":
            ballots.put(body["voter"], line["seq"], None)
            sealed[line["seq"]] = body["voter"]
        elif line["kind"] == "BallotWithdrawn":
            ballots.withdraw(body["member"])
        elif line["kind"] == "BallotsOpened":
            for opening in body["openings"]:
                ballots.open(sealed[opening["seq"]], opening["choice"])
    return ballots


def _ballots_by_folding(community: Community, found: Poll) -> Ballots:
    """The ballots with the powers they had: folding the log up to the close again, because powers stand in no event."""
    earlier = State()
    for _, data in community.store.lines(0):
        record = records.read_own(data, commands.kind_of)
        if record.kind == "PollClosed" and record.event.poll == found.id:
            break
        fold.apply(earlier, record)
    ballots = earlier.polls[found.id].ballots
    assert ballots is not None
    return ballots


def draw(community: Community, state: State, found: Poll) -> Json:
    """How the order was drawn in which ties break: anybody can draw it again from these."""
    assert found.result is not None and found.result.lot is not None
    cause, secret = _cause([parse_own(data) for _, data in community.store.find("thing", found.id)]), found.result.lot.secret
    root = state.tree.root(cause)
    drawn = Draw.of(secret, root, len(found.terms.options))
    return {"secret": secret, "root": root.hex(), "events": cause, "seed": drawn.seed, "order": list(drawn.order)}
