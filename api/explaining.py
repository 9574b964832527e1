"""How a closed poll was counted, worked out again from its own events: the steps in the options' own names, and the draw."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import replace
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from api.counted import counted, drawn_in
from api.long_work import LongWork
from api.views import Texts
from engine import rules
from engine.community import Community
from engine.elections.outcome import Outcome
from engine.features.polls.count import recount, with_tie_broken
from engine.features.polls.state import Poll

Json = Any
EXPLAINED_MAX = 64
WAITING_MAX = 8
"""Requests that may wait for a count that is made for the first time since the start."""
_COUNTING = LongWork("the count of a poll", WAITING_MAX)
_EXPLAINED: WeakKeyDictionary[Community, OrderedDict[str, tuple[list[str], Outcome]]] = WeakKeyDictionary()
"""Counts of closed polls already explained, with the labels they had: a closed poll never changes, a label may be erased."""


def label_texts(poll: Poll) -> list[tuple[int, str]]:
    """The texts that name the options of a poll, each an event and a field."""
    numbered = () if poll.asked.amendment is not None else enumerate(poll.asked.options)
    return [(option.version or 0, "title") if option.idea else (poll.seq, f"options.{number}.label") for number, option in numbered]


def option_labels(texts: Texts, poll: Poll) -> list[str]:
    """What the options of a poll are called, at the version it froze."""
    labels = []
    for number, option in enumerate(poll.asked.options):
        if poll.asked.amendment is not None:
            labels.append(("Adopt the new charter", "Keep the charter as it is")[number])
        elif option.idea:
            # Never another version's: nobody was asked about that one.
            labels.append(texts(option.version or 0, "title") or f"(erased: {option.idea})")
        else:
            labels.append(texts(poll.seq, f"options.{number}.label") or "(erased)")
    often = Counter(labels)
    return [
        f"{label} ({option.idea})" if option.idea and often[label] > 1 else label
        for label, option in zip(labels, poll.asked.options, strict=True)
    ]


def explained(community: Community, poll: Poll, decimals: int) -> Outcome | None:
    """The count of a closed poll again, with its steps in the options' own names; None where there was none.

    Counting may take long, so nobody else is held up by it: only one poll is counted at a time, from the log alone.
    """
    return None if poll.result is None or poll.result.outcome is None else _counted_again(community, poll, decimals)[1]


def in_numbers(community: Community, poll: Poll, decimals: int) -> Json:
    """The same in numbers: its facts, rounds and figures, options by their numbers. Facts go by places, from 0, in the `order` in which
    the options were listed for the count."""
    if poll.result is None or poll.result.outcome is None:
        return None
    labels, outcome = _counted_again(community, poll, decimals)
    if not outcome.figures.cache_info().currsize:
        with _COUNTING.taken():  # figures may take as long as a count, and are kept with it
            outcome.figures()
    number_of = {label: number for number, label in enumerate(labels, 1)}
    return {"order": [number_of[label] for label in outcome.scores], **outcome.counted_as(number_of.__getitem__)}


def _counted_again(community: Community, poll: Poll, decimals: int) -> tuple[list[str], Outcome]:
    """What the options are called, and the count in these names."""
    labels = called_apart(option_labels(Texts(community), poll))
    known = _EXPLAINED.setdefault(community, OrderedDict())
    if (there := known.get(poll.id)) is not None and there[0] == labels:
        return there
    with _COUNTING.taken():
        if poll.id not in known or known[poll.id][0] != labels:
            known[poll.id] = labels, _explain(community, poll, labels, decimals)
            if len(known) > EXPLAINED_MAX:
                known.popitem(last=False)
        return known[poll.id]


def draw(community: Community, poll: Poll) -> Json:
    """How the order was drawn in which ties break: anybody can draw it again from these."""
    assert poll.result is not None and poll.result.draw is not None
    drawn = drawn_in(community, poll)
    return {
        "secret": poll.result.draw.secret,
        "root": drawn.root.hex(),
        "events": drawn.events,
        "seed": drawn.draw.seed,
        "order": list(drawn.draw.order),
    }


def called_apart(labels: list[str]) -> list[str]:
    """The same labels, those that come again with their numbers, so that no two are alike whatever people called them."""
    apart: list[str] = []
    taken = set(labels)
    for number, label in enumerate(labels, 1):
        mark = f" ({number})"
        while label in apart or (labels.count(label) > 1 and label in taken):
            label += mark
        apart.append(label)
    return apart


def _explain(community: Community, poll: Poll, labels: list[str], decimals: int) -> Outcome:
    _, ballots, drawn = counted(community, poll)
    outcome = recount(poll.asked, ballots, drawn, labels, decimals)
    outcome = replace(outcome, figures=cache(outcome.figures))
    one = rules.rule_of_version("voting", poll.asked.terms.rule.version).elects == "one"
    return with_tie_broken(poll.asked, ballots, drawn, outcome, labels) if one else outcome
