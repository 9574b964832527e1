"""Breaking a tie for the win, in one of the ways that a charter can name.

`status_quo` leaves things as they are; `oldest` takes the option listed first, and `lot` the one drawn first;
`previous_round`, for rules that count in rounds, takes the option that was ahead in the last round in which the tied
options differed (before any tie forked the count); `most_approved` takes the one that the most ballots name at all. If
that does not decide, things stay as they are too. How the tie was broken is a step of the count.

>>> from engine.rules import tally
>>> votes = Election.read("2: garden > library > pool\\n2: library > garden\\n1: pool > library")
>>> tied = tally("plurality", votes.as_kind(["ranked", "single"]))
>>> tied.winners
('garden', 'library')
>>> broken = break_ties(tied, "most_approved", election=votes)
>>> broken.winners, broken.steps[-1]
(('library',), 'garden and library are tied; library is named more often, by 5')
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.refusals import refuse

TieBreak = Literal["status_quo", "oldest", "lot", "previous_round", "most_approved"]


def break_ties(outcome: Outcome, how: TieBreak, *, election: Election | None = None, drawn: Sequence[str] = ()) -> Outcome:
    """The outcome of a rule that elects one, with at most one winner; `drawn` is the options in the order of the draw,
    `election` what was counted, for `most_approved`."""
    tied = outcome.winners
    if how not in get_args(TieBreak):
        raise refuse(
            "parameter_wrong", "the tie-break {how!r}", "is not known", "use one of {known}", how=how, known=", ".join(get_args(TieBreak))
        )
    if len(tied) < 2:
        return outcome
    if how == "most_approved":
        if election is None:
            raise refuse(
                "election_wrong", "the tie", "is broken by who is named most often, and no ballots came with it", "give the election"
            )
        winner, why = _most_approved(tied, election)
    elif how == "previous_round":
        winner, why = _previous_round(tied, outcome)
    elif how == "status_quo":
        winner, why = "", Step("things stay as they are")
    else:
        if how == "lot" and not set(tied) <= set(drawn):
            raise refuse(
                "election_wrong", "the tie", "is broken by lot, and the order drawn does not name all who are tied", "give it as drawn"
            )
        winner = min(tied, key=drawn.index) if how == "lot" else tied[0]
        why = Step("{winner} was drawn first", winner=winner) if how == "lot" else Step("{winner} is listed first", winner=winner)
    step = Step("{tied} are tied; {why}", tied=tied, why=why)
    return replace(outcome, winners=(winner,) if winner else (), explain=lambda: [*outcome.sentences, step])


def _most_approved(tied: Sequence[str], election: Election) -> tuple[str, Step]:
    named = election.table < len(election.options) if election.kind == "ranked" else election.table > 0
    counts = {name: int(election.weights[named[:, election.options.index(name)]].sum()) for name in tied}
    most = max(counts.values())
    ahead = [name for name in tied if counts[name] == most]
    if len(ahead) > 1:
        text = "{names} are named equally often, by {ballots}: things stay as they are"
        return "", Step(text, names=ahead, ballots=most)
    return ahead[0], Step("{winner} is named more often, by {ballots}", winner=ahead[0], ballots=most)


def _previous_round(tied: Sequence[str], outcome: Outcome) -> tuple[str, Step]:
    left = list(tied)
    for number, scores in reversed(list(enumerate(outcome.rounds(), 1))):
        if not set(left) <= scores.keys():
            continue
        most = max(scores[name] for name in left)
        left = [name for name in left if scores[name] == most]
        if len(left) == 1:
            return left[0], Step("{winner} has more in round {number}, {score}", winner=left[0], number=number, score=most)
    return "", Step("no earlier round tells {names} apart: things stay as they are", names=left)
