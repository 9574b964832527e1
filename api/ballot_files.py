"""The ballots of a closed poll as a file, in every format we write: for whoever wants to count them with other software.

Formats hold anonymous lines, each with how often that ballot was cast, or with the power behind it. A `.pb` file has a line for each
voter: there voters stand under the ids of members that the log itself shows beside their ballots; where ballots have different power,
which such a file has no place for, a ballot stands there as often as it counts, under numbers. Options are listed in the order they
were drawn in, if there was a draw: ties inside a count break by it.
"""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import NamedTuple

from api import explaining
from api.counted import Counted, closed_poll, counted
from api.long_work import LongWork
from api.views import Texts
from engine import rules
from engine.community import Community
from engine.elections import converting, preflib
from engine.elections.election import Election
from engine.features.polls.state import Poll, PollId
from engine.features.treasury.terms import money_of
from engine.refusals import Refusal, refuse
from engine.values import typed

FORMATS = ("pb", "preflib", *preflib.TYPES, "blt", "csv", "txt")
"""What a poll's ballots can be asked for as; `preflib` is whichever of its types fits."""
ORDERS = tuple(each for each in preflib.TYPES if each != "cat")
PLAIN, TABLE = "text/plain", "text/csv"
MEDIA_TYPES = (PLAIN, TABLE)
WAITING_MAX = 2
"""Requests that may wait for a file of ballots to be written, each of which holds a thread of the server."""
_WORK = LongWork("a file of ballots", WAITING_MAX)


class BallotFile(NamedTuple):
    """A file of ballots, and by which command it counts as the poll was counted; `left_out` is what it has no place for."""

    name: str
    text: str
    media_type: str
    ballots: int
    left_out: list[str]
    command: str

    def lines(self) -> list[str]:
        """What to tell whoever asked for it."""
        said = [f"Left out, for such a file has no place for it: {'; '.join(self.left_out)}."] if self.left_out else []
        return [f"Wrote {self.ballots:,} ballots to {self.name}.", *said, f"Count them again: {self.command}"]


def formats_for(poll: Poll, decimals: int) -> list[str]:
    """The formats that have a place for ballots of a poll's kind, and for its budget; where a format has none for equal ranks, or for
    some option's name, that shows when it is written."""
    kind = poll.asked.terms.ballot
    if poll.asked.budget is not None:
        return [*(["pb"] if kind != "quadratic" else []), *(["txt"] if not decimals else [])]
    return [
        *(["preflib"] if kind in ("single", "approval", "ranked") else []),
        *(["blt"] if kind in ("single", "ranked") else []),
        "csv",
        "txt",
    ]


def file_of(community: Community, name: str, file_format: str, numbers: bool = False) -> BallotFile:
    """The ballots of the poll called `name`; refused while it is open, and where the format cannot carry ballots of its kind, or an
    option's name: with `numbers` options are called by theirs."""
    if file_format not in FORMATS:
        raise refuse(
            "field_wrong", "the format", "is {value!r}", "give one of {formats}", value=file_format[:20], formats=", ".join(FORMATS)
        )
    with community.reading() as state:
        if not PollId.fits(name):
            raise refuse("thing_unknown", "poll {poll}", "does not exist here", "look at the list of polls", poll=name[:40])
        poll, decimals = closed_poll(state, name), money_of(state).decimals
    labels = None if numbers else explaining.called_apart(explaining.option_labels(Texts(community), poll))
    with _WORK.taken():
        source = counted(community, poll)
        if not source.ballots.cast:
            raise refuse("election_wrong", "poll {poll}", "was closed without a ballot", "there is nothing to download", poll=name)
        election = source.election(labels, decimals)
        if election.kind == "single" and file_format in (*ORDERS, "preflib", "blt"):
            election = election.as_kind(("ranked",))  # an order of one, which counts as one choice
        return _written(source, election, preflib.type_of(election) if file_format == "preflib" else file_format, numbers)


def _written(source: Counted, election: Election, ending: str, numbers: bool) -> BallotFile:
    path = Path(f"{source.poll.id}.{ending}")
    voters = _voters(source) if ending == "pb" and source.is_one_each else None
    if voters is not None:
        election = _one_row_each(source, election)
    try:
        written = converting.write(election, path, voters)
    except Refusal as refusal:
        if numbers or not refusal.thing.startswith(("the option", "an option")):
            raise
        raise refuse(
            "file_foreign", "poll {poll}", "has a name of an option that a .{ending} file cannot hold: {refusal}",
            "ask for its options by their numbers", poll=source.poll.id, ending=ending, refusal=f"{refusal.thing} {refusal.fact}",
        ) from None  # fmt: skip
    if any(line.startswith("ballots: ") for line in written.left_out):
        raise refuse(
            "ballot_kind_wrong", "poll {poll}", "takes {kind} ballots, and a .{ending} file would make others of them",
            "ask for csv or txt", poll=source.poll.id, kind=election.kind, ending=ending,
        )  # fmt: skip
    left_out = [line for line in written.left_out if not line.startswith("rule: ")]
    media_type = TABLE if ending == "csv" else PLAIN
    return BallotFile(path.name, written.text, media_type, source.ballots.cast, left_out, _command(path.name, election))


def _command(name: str, election: Election) -> str:
    """By which command the file is counted as the poll was; what a rule takes unless told otherwise is not told."""
    assert election.rule is not None
    rule, given = election.rule
    parameters = rules.rule("voting", rule).parameters
    chosen = {one: value for one, value in given.items() if value != parameters[one][1]}
    return " ".join(["folkmoot tally", name, "--rule", rule, *(f"--set {quote(f'{one}={typed(value)}')}" for one, value in chosen.items())])


def _voters(source: Counted) -> list[str]:
    """The members whose ballots were counted, in the order of joining."""
    roll = source.ballots.roll
    return [roll.member(place) for place in (source.ballots.code >= 0).nonzero()[0].tolist()]


def _one_row_each(source: Counted, election: Election) -> Election:
    """The same election with a row for each voter, in the order of `_voters`, so that her id can stand beside it."""
    choices, _ = source.ballots.weights()
    row_of = {choice: row for row, choice in enumerate(choices)}
    rows = [row_of[source.ballots.choices[code]] for code in source.ballots.code[source.ballots.code >= 0].tolist()]
    return election.changed(table=election.table[rows], weights=None)
