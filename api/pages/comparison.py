"""What other rules would have made of a poll, arranged for a page: groups of rules that agree, and who elects whom."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.elections.outcome import Step

NAMES_SHOWN = 4
"""How many rules of a group are named before the others are counted."""


class Group(NamedTuple):
    """Rules that agree in their winners and in how many ballots, or how much power, turn them; `part` is the length of their line, in hundredths of the
    longest."""

    names: list[str]
    more: int
    own: bool
    swing: int | None
    rivals: list[str]
    said: str
    part: int


class Verdict(NamedTuple):
    """All that elect the same, in how many rules, those the most ballots have to turn first."""

    said: str
    rules: int
    chosen: bool
    groups: list[Group]


def verdicts(shown: dict[str, Any]) -> list[Verdict]:
    """What each group of rules that agree says, the largest first; `shown` is what `/polls/{poll}/other-rules` shows.

    >>> options = [{"number": 1, "label": "garden"}, {"number": 2, "label": "library"}]
    >>> answer = {"winners": [2], "tied": False, "own": False, "sought": True, "swing": 3, "swing_in": "ballots", "rival": 1}
    >>> answers = [{"rule": "borda", **answer}, {"rule": "black", **answer}]
    >>> (verdict,) = verdicts({"options": options, "winners": [2], "compared": {"answers": answers}})
    >>> verdict.said, verdict.rules, verdict.groups[0].names, verdict.groups[0].said
    ('library wins', 2, ['black', 'borda'], '3 ballots, for garden')
    """
    answers = shown["compared"]["answers"]
    called = {option["number"]: option["label"] for option in shown["options"]}
    most = max([answer["swing"] or 0 for answer in answers], default=0) or 1
    by_winners: dict[tuple[tuple[int, ...], bool], list[dict[str, Any]]] = {}
    for answer in answers:
        by_winners.setdefault((tuple(answer["winners"]), answer["tied"]), []).append(answer)
    return [
        Verdict(
            _said([called[number] for number in winners], tied),
            len(those),
            list(winners) == shown["winners"] and not tied,
            _groups(those, called, most),
        )
        for (winners, tied), those in sorted(by_winners.items(), key=lambda item: -len(item[1]))
    ]


def _said(names: list[str], tied: bool) -> str:
    if not names:
        return "nobody is elected"
    listed = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    return f"{listed} {'tie' if tied else 'win' if len(names) > 1 else 'wins'}"


def _groups(answers: list[dict[str, Any]], called: dict[int, str], most: int) -> list[Group]:
    alike: dict[tuple[int | None, bool], list[dict[str, Any]]] = {}
    for answer in answers:
        alike.setdefault((answer["swing"], answer["sought"]), []).append(answer)
    groups = []
    for (swing, sought), those in sorted(alike.items(), key=lambda item: (-(item[0][0] or 0), not item[0][1])):
        names = sorted((answer["rule"].replace("_", " ") for answer in those), key=lambda name: name)
        own = next((answer["rule"].replace("_", " ") for answer in those if answer["own"]), None)
        names = [own, *(name for name in names if name != own)] if own else names
        rivals = list(dict.fromkeys(called[answer["rival"]] for answer in those if answer["rival"] is not None))
        said = "none found" if sought else "not looked for"
        if swing is not None:
            much = "{swing} {swing:ballot|ballots}" if those[0]["swing_in"] == "ballots" else "a power of {swing}"
            said = str(Step(much + ", for {rivals}", swing=swing, rivals=" or ".join(rivals)))
        shown = names if len(names) <= NAMES_SHOWN + 1 else names[:NAMES_SHOWN]
        groups.append(Group(shown, len(names) - len(shown), own is not None, swing, rivals, said, 100 * (swing or 0) // most))
    return groups


def spoken(groups: list[Verdict]) -> str:
    """The picture in words, for whoever does not see it."""
    return " ".join(
        f"{verdict.said} under {verdict.rules} rule{'' if verdict.rules == 1 else 's'}: "
        + "; ".join(f"{', '.join(group.names)}{f' and {group.more} more' if group.more else ''}: {group.said}" for group in verdict.groups)
        + "."
        for verdict in groups
    )
