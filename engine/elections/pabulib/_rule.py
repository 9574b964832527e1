"""The rule that a file names, as one of ours with its parameters; or why there is none.

Pabulib's words: `greedy` passes over what is too expensive, `greedy-no-skip` stops there, `greedy-threshold` funds only
projects with `min_project_score_threshold` votes or points (which every rule heeds where it is stated);
`equalshares-comparison` takes the greedy outcome where more voters are better off; `greedy-exclusive` funds one of
projects that exclude each other, and `greedy-custom` follows rules of its own: which, only a comment in words says, so
that nobody can count by them from the file. Source: pabulib.org/format and the rules of its checker, as of April 2026.
"""

from __future__ import annotations

from typing import Any

from engine.elections.kinds import Kind
from engine.elections.outcome import Step
from engine.elections.pabulib._meta import Meta

Rule = tuple[str, dict[str, Any]]
RULES: dict[str, Rule] = {
    "greedy": ("greedy", {"skip": True}),
    "greedy-no-skip": ("greedy", {"skip": False}),
    "equalshares": ("equal_shares", {"utility": "cost"}),
    "equalshares-comparison": ("equal_shares", {"utility": "cost", "compare": "satisfaction"}),
    "equalshares/add1": ("equal_shares", {"utility": "cost", "completion": "add_one"}),
    "equalshares/add1-comparison": (
        "equal_shares",
        {"utility": "cost", "completion": "add_one", "compare": "satisfaction"},
    ),
}
"""The rules that Pabulib files name, as ours; with a threshold, `greedy` is called `greedy-threshold`."""
AT_COST = "by the file's rule, {rule}, as it is counted here, a project is worth its cost to all who give it any points, however many"
"""What has to be said of equal shares where votes give points: no field of a file says what a funded project is worth to a voter."""
THRESHOLD = "min_project_score_threshold"
IN_WORDS = {
    "greedy-exclusive": "the file's rule, {rule}, funds one of projects that exclude each other, and only its comment says which do",
    "greedy-custom": "the file's rule, {rule}, is described only in its comment",
}
"""Rules that no field of a file describes, and what to say of them."""
BY_POINTS: tuple[Kind, ...] = ("cumulative", "score", "ranked")
SPLIT = ("budget_per_category", "budget_per_neighborhood")
"""Fields by which the budget is not one for all projects."""


def rule_of(meta: Meta, kind: Kind) -> tuple[Rule | None, Step | None]:
    """The rule that META states with its parameters, or why it cannot be counted by."""
    stated, threshold = meta["rule"], meta.whole(THRESHOLD)
    if stated in ("", "unknown"):
        return None, Step("the file says that its rule is unknown" if stated else "the file names no rule")
    if stated in IN_WORDS:
        return None, Step(IN_WORDS[stated], rule=stated)
    if split := next((name for name in SPLIT if meta[name]), ""):
        return None, Step("the file's rule, {rule}, goes by {split}, which is not counted here", rule=stated, split=split)
    if stated == "greedy-threshold" and threshold is None:
        return None, Step("the file's rule, {rule}, needs {field}, which the file does not state", rule=stated, field=THRESHOLD)
    ours = RULES.get("greedy" if stated == "greedy-threshold" else stated)
    if ours is None:
        return None, Step("the file's rule, {rule}, is not known here", rule=stated[:60])
    name, parameters = ours
    if threshold is None:
        return ours, None
    if name != "greedy" and kind in BY_POINTS:  # ours counts supporters there, the file points
        return None, Step("the file's rule, {rule}, goes by {field} in points, which is not counted here", rule=stated, field=THRESHOLD)
    return (name, {**parameters, "votes_min": threshold}), None


def remarks_on(meta: Meta, rule: Rule | None, kind: Kind) -> list[Step]:
    """What a reader of a count by the file's rule should know about that rule."""
    return [Step(AT_COST, rule=meta["rule"])] if rule is not None and rule[0] == "equal_shares" and kind in BY_POINTS else []


def word_of(rule: Rule | None) -> tuple[str, int]:
    """What Pabulib calls one of our rules, and the threshold that goes with it; `unknown` where it has no word for it.

    >>> word_of(("greedy", {"votes_min": 5, "skip": True})), word_of(("knapsack", {}))
    (('greedy-threshold', 5), ('unknown', 0))
    """
    if rule is None:
        return "unknown", 0
    name, parameters = rule
    kept = {"skip": True, **parameters} if name == "greedy" else dict(parameters)
    threshold = kept.pop("votes_min", 0)
    word = next((word for word, ours in RULES.items() if ours == (name, kept)), "unknown")
    return ("greedy-threshold" if word == "greedy" and threshold else word), 0 if word == "unknown" else threshold
