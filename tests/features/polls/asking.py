"""Polls made by hand, without a community around them: for laws that look at every way a poll can go on."""

from __future__ import annotations

from itertools import product

from engine import rules
from engine.elections import choice as choices
from engine.features.polls.ballots import Ballots
from engine.features.polls.count import conclude
from engine.features.polls.open import conditions_of, frozen
from engine.features.polls.roll import RollBook
from engine.features.polls.state import Active, Count, Electorate, Option, Poll, PollId, Question
from engine.features.polls.terms import Decision
from engine.log.codec import form
from engine.log.fields import Erasable
from engine.refusals import Refusal
from engine.state import State
from engine.values import MemberId, Moment

MATTER = {
    "options": "free",
    "rule": "yes_no",
    "secrecy": "open",
    "quorum": {"basis": "none"},
    "ties": "status_quo",
    "minutes_open": 60,
    "replaceable": False,
    "ends": ["early"],
}


def decision(**lines: object) -> Decision:
    """A decision as a charter would state it: `MATTER`, with other lines."""
    return form(Decision, lenient=True).read(MATTER | lines, "decision")


def poll(terms: Decision, powers: list[int], votes: list[str | None], options: int = 3, active: int = 0) -> Poll:
    """A poll with a roll of these powers, in which members have voted so (None: not yet)."""
    book = RollBook()
    book.enter(range(len(powers)), powers, range(len(powers)))
    electorate = Electorate("0" * 64, len(powers), sum(powers), Active(active, sum(powers[:active])) if active else None)
    asked = Question(
        decision="matter", question=Erasable(commitment="0" * 64), options=(Option(None, None, None, None),) * options, terms=frozen(terms),
        opens_at=Moment(0), closes_at=Moment(1), budget=None, electorate=electorate, charter=0, amendment=None, draw_secret=None,
    )  # fmt: skip
    ballots = Ballots.none_yet(0, book.roll(), sealed=False)
    cast(ballots, votes)
    return Poll(PollId.of(9), asked, Moment(0), ballots, conditions=conditions_of(terms))


def cast(ballots: Ballots, votes: list[str | None]) -> Ballots:
    for seq, choice in enumerate(votes):
        if choice is not None:
            ballots.put(MemberId.of(seq), 100 + seq, choice)
    return ballots


def every_choice(one: Poll) -> list[str]:
    """Every ballot there is in a poll, each in its one spelling; blank ones, too."""
    terms, options = one.asked.terms, len(one.asked.options)
    most = terms.points_max or 1
    spellings = {""}
    for cells in product(range(most + 1), repeat=options):
        typed = ",".join(f"{n}:{cell}" if terms.points_max else str(n) for n, cell in enumerate(cells, 1) if cell)
        try:
            spellings.add(choices.read(typed, terms.ballot, options, terms.named_max, terms.points_max))
        except Refusal:
            continue
    return sorted(spellings)


def every_end(one: Poll, votes: list[str | None]) -> list[Count]:
    """What the poll comes to in every way that whoever has not voted may still vote, or not."""
    left = [place for place, vote in enumerate(votes) if vote is None]
    ends = []
    for more in product([None, *every_choice(one)], repeat=len(left)):
        whole: list[str | None] = [None] * len(votes)
        for place, choice in zip(left, more, strict=True):
            whole[place] = choice
        assert one.ballots is not None
        ends.append(conclude(State(), one, cast(one.ballots.held_still(), whole), None, 0))
    return ends


def settling() -> dict[str, str]:
    """The rules of which it is proved when nothing can change any more, and how."""
    return {name: rule.settles_by for name in rules.names("voting") if (rule := rules.rule("voting", name)).settles_by}
