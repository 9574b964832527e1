"""What other rules would have made of a closed poll, counted once and kept: a closed poll never changes.

Counting by some forty rules, and looking for the fewest ballots that would turn each, takes long; so it is done from the log alone,
without the community's lock, for one poll at a time, and within a bound. What does not fit in is left out by name.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from weakref import WeakKeyDictionary

from api.counted import counted
from api.long_work import LongWork
from api.views import Json
from engine import rules
from engine.community import Community
from engine.elections.outcome import Step
from engine.features.polls.state import Poll
from engine.limits import WORK_MAX
from engine.refusals import refuse
from engine.rules.comparing import Answer, Comparison, Unit, compare
from engine.rules.grid import Grid, Row

COMPARING_WORK_MAX = WORK_MAX
"""Units of work that comparing the rules of one poll may take: as many as one count, some ten seconds."""
COMPARED_MAX = 1_000
"""Polls whose comparison is kept in memory, some kilobytes each: the next one asked for takes the place of the one asked for longest ago."""
WAITING_MAX = 4
"""Requests that may wait for a comparison that is being made, each of which holds a thread of the server."""
_WORK = LongWork("the comparison of rules", WAITING_MAX)
_KEPT: WeakKeyDictionary[Community, OrderedDict[str, Comparison]] = WeakKeyDictionary()
_KEEPING = threading.Lock()
"""Held for a moment only."""


def other_rules(community: Community, poll: Poll) -> Comparison:
    """The answers of all rules that take this poll's ballots, its own with its own parameters; options go by their numbers."""
    known = _kept(community, poll.id)
    if known is not None:
        return known
    with _WORK.taken():
        known = _kept(community, poll.id)  # whoever was at work may have made it
        if known is None:
            known = _compared(community, poll)
            with _KEEPING:
                kept = _KEPT.setdefault(community, OrderedDict())
                kept[poll.id] = known
                if len(kept) > COMPARED_MAX:
                    kept.popitem(last=False)
    return known


def _kept(community: Community, poll: str) -> Comparison | None:
    with _KEEPING:
        kept = _KEPT.get(community)
        if kept is None or poll not in kept:
            return None
        kept.move_to_end(poll)
        return kept[poll]


def _compared(community: Community, poll: Poll) -> Comparison:
    assert poll.result is not None
    if not poll.result.ballots:
        raise refuse("election_wrong", "poll {poll}", "was closed without a ballot", "there is nothing to compare", poll=poll.id)
    # Where a budget is shared out, who would be the one elected is another question.
    elects = ("one", "several") if poll.asked.budget is None else ("budget",)
    source = counted(community, poll)
    weights: Unit = "ballots" if source.is_one_each else "power"
    return compare(source.election(), swings=True, work_max=COMPARING_WORK_MAX, elects=elects, weights=weights)


def as_json(comparison: Comparison, poll: Poll) -> Json:
    """The comparison with options by their numbers, as everywhere in a poll, and why the other rules do not count."""
    shown = comparison.as_json()
    shown["left_out"] = [{"why": why, "rules": names} for why, names in comparison.reasons().items()]
    grid = shown["grid"]
    grid["options"] = [int(name) for name in grid["options"]]
    for row in grid["rows"]:
        row["winners"] = _numbers(row["winners"])
    for answer in shown["answers"]:
        answer["winners"] = _numbers(answer["winners"])
        answer["rival"] = None if answer["rival"] is None else int(answer["rival"])
        answer["own"] = answer["rule"] == own_rule(poll)
    return shown


def _numbers(names: list[str]) -> list[int]:
    return sorted(map(int, names))


def own_rule(poll: Poll) -> str:
    """The name of the rule a poll was held by."""
    return rules.rule_of_version("voting", poll.asked.terms.rule.version).name


def lines(shown: Json) -> list[str]:
    """What `folkmoot compare DIR POLL` prints: the comparison with the options' own names, and whom the poll itself chose."""
    called = {option["number"]: option["label"] for option in shown["options"]}

    def names(numbers: list[int]) -> tuple[str, ...]:
        return tuple(called[number] for number in numbers)

    answers = tuple(
        Answer(
            one["rule"], one["parameters"], names(one["winners"]), one["tied"], one["ties"], one["sought"], one["swing"],
            None if one["rival"] is None else called[one["rival"]], one["swing_in"],
        )
        for one in shown["compared"]["answers"]
    )  # fmt: skip
    rows = tuple(Row(tuple(row["rules"]), names(row["winners"]), row["tied"]) for row in shown["compared"]["grid"]["rows"])
    decided = Step(
        "The poll was held by {rule}: {winners}",
        rule=shown["rule"],
        winners=names(shown["winners"]) or Step(shown["status"].replace("_", " ")),
    )
    compared = Comparison(answers, {}).lines()
    left_out = [f"not counted by {', '.join(reason['rules'])}: {reason['why']}" for reason in shown["compared"]["left_out"]]
    return [str(decided), *Grid(names(shown["compared"]["grid"]["options"]), rows).lines(), *compared, *left_out]
