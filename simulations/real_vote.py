"""A real participatory budget held again: a Pabulib file becomes a community, its ballots are cast and counted.

Projects become ideas with costs, voters members without names, votes ballots, and the file's rule the charter's.
Nothing else of a voter is taken over. Rankings are cast as the points that their places are worth, for these decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.community import Community
from engine.elections.agreement import Agreement, agreement
from engine.elections.election import Election
from engine.elections.grades import as_points
from engine.elections.kinds import NUMBERED, spent
from engine.elections.pabulib import Budget
from engine.event import Command
from engine.features.ideas.submit import SubmitIdea
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import PollId, Polls
from engine.features.treasury.pay_in import PayIn
from engine.kernel.join import JoinCommunity
from engine.limits import IDEA_TEXT_MAX, REASON_TEXT_MAX, TITLE_TEXT_MAX
from engine.values import Money, Name
from simulations.asking import Progress, Script, quiet

Rule = tuple[str, dict[str, Any]]
OUR_RULE: Rule = "equal_shares", {"utility": "cost", "completion": "add_one", "compare": "none"}
"""What a file whose rule is unknown is counted by."""
OUR_GREEDY: Rule = "greedy", {"skip": True}
"""What a file is counted by whose rule is some kind of greedy that its fields do not describe."""


def rule_for(budget: Budget) -> Rule:
    """The file's rule, or the one that takes its place."""
    stated = budget.election.stated
    return budget.rule or (OUR_GREEDY if stated is not None and stated.rule.startswith("greedy") else OUR_RULE)


@dataclass(frozen=True)
class Held:
    """A real vote, held: its poll, the funded projects' ids in the file, and whether the rule was ours to choose."""

    poll: PollId
    winners: tuple[str, ...]
    spent: int
    rule: str
    rule_is_ours: bool
    agreement: Agreement | None
    """What agrees with the figures the file states."""


def charter_of(budget: Budget) -> str:
    """The charter under which the file's vote can be held as it was."""
    rule, parameters = rule_for(budget)
    election, meta = as_points(budget.election), budget.meta
    named = int((election.table > 0).sum(axis=1).max(initial=0))
    stated = meta.get("max_length", "")
    points = max((spent(row, election.kind) for row in election.table.tolist()), default=0) if election.kind in NUMBERED else 0
    place = ", ".join(filter(None, (meta.get("unit"), meta.get("subunit") or meta.get("instance")))) or "a town"
    described = (meta.get("description") or f"The budget of {place}")[:REASON_TEXT_MAX]
    inline = ", ".join(f"{name} = {json.dumps(value)}" for name, value in parameters.items())
    return f"""\
# Made by folkmoot from a Pabulib file.
format = "folkmoot-charter/1"
name = {_toml(described[:TITLE_TEXT_MAX])}
purpose = {_toml(f"The participatory budget of {place}, held again from its published votes."[:REASON_TEXT_MAX])}

[members]
admission = "open"

[roles.member]
may = ["cast_ballot", "comment_idea", "support_idea", "leave"]

[roles.founder]
may = ["submit_idea", "open_poll", "close_poll", "void_poll", "join_community", "give_role", "pay_in", "erase", "declare_loss"]

[ideas]
cost = "required"
stages = [{{ name = "proposed" }}, {{ name = "funded", revisable = false, supportable = false }}]

[decisions.budget]
options = "ideas"
stage = "proposed"
winners_to = "funded"
rule = "{rule}"
parameters = {{ {inline} }}
ballot = "{election.kind}"
secrecy = "open"
quorum = {{ basis = "none" }}
ties = "oldest"
minutes_open = 20160
ends = ["hand"]
named_max = {int(stated) if stated.isdecimal() and int(stated) >= named else 0}
points_max = {points}

[money]
unit = {_toml(meta.get("currency") or "units")}
decimals = {budget.decimals}
"""


def hold(community: Community, budget: Budget, seed: bytes, now: int, progress: Progress = quiet) -> Held:
    """Hold the vote in a community founded with `charter_of(budget)`: join, submit, open, vote, close."""
    script, election = Script(community, seed, now), as_points(budget.election)
    voters = len(election.table)
    script.do_all(_ideas(budget), "putting projects forward", len(election.options), progress)
    joined = script.do_all((("newcomer", JoinCommunity()) for _ in range(voters)), "joining", voters, progress)
    assert election.budget is not None
    script.do("m1", PayIn(Money(election.budget), "The budget of the published vote"))
    opened = script.do("m1", OpenPoll(Name("budget"), "Which projects shall be funded?", budget=Money(election.budget)))
    poll = PollId(f"p{opened.seq}")
    members = (f"m{receipt.seq}" for receipt in joined)
    script.do_all(zip(members, _ballots(election, poll), strict=True), "voting", voters, progress)
    script.do("m1", ClosePoll(poll))
    with community.reading() as state:
        held = state[Polls][poll]
        places = [number - 1 for number in held.result.winners] if held.result else []
    winners = tuple(election.options[place] for place in places)
    return Held(
        poll,
        winners,
        sum(election.costs[place] for place in places) if election.costs else 0,
        held.asked.terms.rule.version,
        budget.rule is None,
        agreement(budget.election, winners),
    )


def _ideas(budget: Budget) -> Iterator[tuple[str, Command]]:
    costs = budget.election.costs
    assert costs is not None
    for name, label, cost in zip(budget.election.options, budget.names, costs, strict=True):
        clean = " ".join("".join(letter if letter.isprintable() else " " for letter in label).split())
        title = clean if len(clean) <= TITLE_TEXT_MAX else clean[: TITLE_TEXT_MAX - 1] + "…"
        yield "m1", SubmitIdea(title or f"Project {name}", f"Project {name}: {clean}"[:IDEA_TEXT_MAX], Money(cost))


def _ballots(election: Election, poll: PollId) -> Iterator[Command]:
    by_points = election.kind in NUMBERED
    for row in election.table:
        places = np.flatnonzero(row)
        yield CastBallot(poll, ",".join(f"{place + 1}:{row[place]}" if by_points else str(place + 1) for place in places))


def _toml(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, but for the one control character JSON leaves alone."""
    return json.dumps("".join(letter if letter.isprintable() else " " for letter in text), ensure_ascii=False)
