"""Whether what is counted here is what the file of the ballots says: votes, points and who is elected, in one line.

>>> from engine.elections.stated import Stated
>>> town = Election.read("costs: garden 600, pool 500\\nbudget: 800\\n5: garden\\n4: pool")
>>> town.stated = Stated("greedy", None, (5, 4), votes=(5, 3), selected=(0,))
>>> str(agreement(town, ("garden",)).line)
"The file's own figures: votes DIFFER for pool; selected agrees (the same 1)."
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.elections.election import Election
from engine.elections.grades import as_points
from engine.elections.outcome import Step

SHOWN_MAX = 12
"""How many options a line names; JSON names them all."""


@dataclass(frozen=True)
class Agreement:
    """Options where the file states another number of `votes` or `scores` than is counted; those elected by both (`both`),
    `only_here`, or only by the file (`only_there`). None where the file does not state it, or nobody was elected here.
    `apart` are elected there in another way than by the rule, and left out. What places are worth was `fitted` to the
    scores: that these come out then shows nothing."""

    votes: tuple[str, ...] | None
    scores: tuple[str, ...] | None
    both: tuple[str, ...] | None
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    apart: tuple[str, ...]
    fitted: bool = False

    @property
    def elected(self) -> bool | None:
        """Whether those elected are the file's; None if there is nothing to compare."""
        return None if self.both is None else not (self.only_here or self.only_there)

    @property
    def line(self) -> Step:
        """What agrees, and what does not."""
        score = Step("points of places found from the score") if self.fitted else _figures("score {agrees}", self.scores)
        parts = [_figures("votes {agree}", self.votes), score, self._selected()]
        said = [part for part in parts if part is not None]
        if not said:
            return Step("The file states no votes, score or selected to compare with.")
        places = "abc"[: len(said)]
        template = "The file's own figures: " + "; ".join(f"{{{place}}}" for place in places) + "."
        return Step(template, **dict(zip(places, said, strict=True)))

    def _selected(self) -> Step | None:
        if self.both is None:
            return None
        aside = Step(", leaving aside {apart}, selected otherwise", apart=_named(self.apart)) if self.apart else ""
        if self.elected:
            return Step("selected agrees (the same {count}){aside}", count=len(self.both), aside=aside)
        here = Step(", only here {names}", names=_named(self.only_here)) if self.only_here else ""
        there = Step(", only there {names}", names=_named(self.only_there)) if self.only_there else ""
        return Step("selected DIFFERS ({count} in both{here}{there}){aside}", count=len(self.both), here=here, there=there, aside=aside)

    def as_json(self) -> dict[str, Any]:
        figures = {
            name: None if differing is None else {"agree": None if fitted else not differing, "differing": list(differing)}
            for name, differing, fitted in (("votes", self.votes, False), ("score", self.scores, self.fitted))
        }
        selected = None if self.both is None else {
            "agree": self.elected, "only_here": list(self.only_here), "only_there": list(self.only_there), "apart": list(self.apart)
        }  # fmt: skip
        return figures | {"selected": selected, "line": str(self.line)}


def agreement(election: Election, winners: Sequence[str] | None) -> Agreement | None:
    """What a count of these ballots has in common with what their file states; None if no file stated anything.

    `winners` are those elected here, None if nobody was.
    """
    stated, options = election.stated, election.options
    if stated is None:
        return None
    votes = _differing(options, stated.votes, stated.listed)
    scores = None if stated.scores is None else _differing(options, stated.scores, as_points(election).sums.tolist())
    apart = {options[place] for place in stated.apart}
    if winners is None or stated.selected is None:
        return Agreement(votes, scores, None, (), (), (), stated.fitted)
    here, there = set(winners) - apart, {options[place] for place in stated.selected}
    both, only_here, only_there, left_out = (
        tuple(name for name in options if name in chosen) for chosen in (here & there, here - there, there - here, apart)
    )
    return Agreement(votes, scores, both, only_here, only_there, left_out, stated.fitted)


def _differing(options: Sequence[str], theirs: Sequence[int] | None, ours: Sequence[int]) -> tuple[str, ...] | None:
    if theirs is None:
        return None
    return tuple(name for name, one, other in zip(options, theirs, ours, strict=True) if one != other)


def _figures(agreeing: str, differing: tuple[str, ...] | None) -> Step | None:
    """Whether the figures of all options agree; the template names what it says of them by the number of its noun."""
    if differing is None:
        return None
    if not differing:
        return Step(agreeing, agree="agree", agrees="agrees")
    return Step(agreeing + " for {names}", agree="DIFFER", agrees="DIFFERS", names=_named(differing))


def _named(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_MAX
    return ", ".join(names[:SHOWN_MAX]) + (f" and {more:,} more" if more > 0 else "")
