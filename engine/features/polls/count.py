"""Counting a poll: its frozen rule on its ballots, the draw, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from engine import rules
from engine.elections import draws
from engine.elections.choice import row
from engine.elections.election import Election
from engine.elections.numbers import Number, write_number
from engine.elections.outcome import Outcome
from engine.elections.ties import break_ties
from engine.elections.work import without_bounds
from engine.features.polls.ballots import Ballots
from engine.features.polls.quorum import Votes
from engine.features.polls.state import Count, DrawOpening, Poll, Question, Status
from engine.features.polls.verdict import verdict
from engine.limits import PART_BYTES_MAX
from engine.refusals import Refusal, refuse
from engine.rules import Rule
from engine.state import State
from engine.values import Digest, Power

UNCOUNTABLE = ("too_many_ties", "too_large", "election_wrong", "parameter_wrong")
"""Refusals of a rule that no waiting mends: the poll ends without a decision instead of never. None is a bound of work, which would be
another in another copy; a size that a rule refuses at (`KEMENY_OPTIONS_MAX`, `SETS_MAX`) belongs to the rule, as its answers do."""
TIES_PER_EVENT_MAX = 32
"""Ties that stand in the closing event, of at most 256 options each."""
SCORE_DIGITS_MAX, SCORE_DECIMALS = 4_300, 6
"""Digits above and below the line of a score that any reader takes, and how many decimals are kept where it has more."""
PREPARE_FROM, PREPARE_FROM_OF_SEVERAL = 20_000, 2_000
"""Ballots times options from which a count is made before the writer's turn, where one is elected and where several are."""


class Draw(NamedTuple):
    """What a poll's draw says: a seed, and the options' numbers in the order drawn. Without a draw: no seed, and as they are listed."""

    seed: str
    order: tuple[int, ...]

    @classmethod
    def none(cls, options: int) -> Draw:
        return cls(rules.NO_SEED, tuple(range(1, options + 1)))

    @classmethod
    def of(cls, secret: str, root: bytes, options: int) -> Draw:
        """The seed is SHA-256(secret ‖ root), the order that of SHA-256(seed ‖ number)."""
        seed = sha256(bytes.fromhex(secret) + root).digest()
        return cls(seed.hex(), tuple(map(int, draws.order(seed, [str(number) for number in range(1, options + 1)]))))


def rule_of(asked: Question) -> Rule:
    """The rule a poll is counted by; `cannot_recount` where it behaves otherwise in this copy."""
    frozen = asked.terms.rule
    rule = rules.rule_of_version("voting", frozen.version)
    if rules.digest_of(rule) != frozen.digest:
        raise refuse(
            "cannot_recount", "voting rule {rule}", "behaves otherwise in this copy", "use the version it was opened with",
            rule=frozen.version,
        )  # fmt: skip
    return rule


def is_quick(asked: Question, ballots: Ballots) -> bool:
    """Whether a count takes a few milliseconds at most."""
    one = rule_of(asked).elects == "one"
    return ballots.cast * len(asked.options) < (PREPARE_FROM if one else PREPARE_FROM_OF_SEVERAL)


def election_of(
    asked: Question, ballots: Ballots, order: Sequence[int], labels: Sequence[str] | None = None, decimals: int = 0
) -> Election:
    """The ballots as an election; `order` lists the option numbers (from 1), `labels` calls them otherwise."""
    choices, power = ballots.weights()
    options, ballot = len(asked.options), asked.terms.ballot
    table = np.array([row(choice, ballot, options) for choice in choices], np.int64).reshape(-1, options)
    columns = [number - 1 for number in order]
    costs = [asked.options[column].cost or 0 for column in columns]
    election = Election.of(
        tuple(labels[column] for column in columns) if labels else tuple(map(str, order)),
        ballot,
        table[:, columns],
        power,
        None if asked.budget is None else costs,
        asked.budget,
        decimals,
    )
    return with_whole(asked, election)


def with_whole(asked: Question, election: Election) -> Election:
    """The same election, which knows what all those may cast who could vote."""
    election.eligible = asked.electorate.power
    election.active = asked.electorate.active.power if asked.electorate.active else None
    return election


def by_its_rule(asked: Question, election: Election, seed: str = rules.NO_SEED) -> Outcome:
    """What the frozen rule makes of ballots, with the parameters the poll froze; however much work that takes."""
    rule = rule_of(asked)
    with without_bounds():
        return rules.count(rule, election, asked.terms.rule.parameters | ({"seed": seed} if rule.takes_seed else {}))


def recount(asked: Question, ballots: Ballots, draw: Draw, labels: Sequence[str] | None = None, decimals: int = 0) -> Outcome:
    """The frozen rule on the poll's ballots, with the options listed as drawn, which is how ties inside a count break.

    Options go by their numbers, or by `labels` (and money with `decimals`) where people read the steps: no rule that a
    poll may be counted by looks at what options are called.
    """
    if labels is not None:
        return by_its_rule(asked, election_of(asked, ballots, draw.order, labels, decimals), draw.seed)
    key = ballots.digest(), *draw
    known = ballots.counted.get(key)
    if known is None:
        try:
            known = by_its_rule(asked, election_of(asked, ballots, draw.order), draw.seed)
        except Refusal as refusal:
            known = refusal.with_traceback(None)  # which holds all that was counted
        ballots.counted[key] = known
    if isinstance(known, Refusal):
        raise known
    return known


def is_counted(asked: Question, ballots: Ballots, draw: Draw) -> bool:
    """Whether these ballots have been counted already."""
    return (ballots.digest(), *draw) in ballots.counted


def with_tie_broken(asked: Question, ballots: Ballots, draw: Draw, outcome: Outcome, labels: Sequence[str] | None = None) -> Outcome:
    """The outcome with a tie for the win broken as the poll's terms say."""
    names = labels or [str(number) for number in range(1, len(asked.options) + 1)]
    named_most = asked.terms.ties == "most_approved" and len(outcome.winners) > 1
    election = election_of(asked, ballots, draw.order, labels) if named_most else None
    return break_ties(outcome, asked.terms.ties, election=election, drawn=[names[number - 1] for number in draw.order])


def conclude(state: State, poll: Poll, ballots: Ballots, opened: DrawOpening | None, cause: int) -> Count:
    """What closing says of a poll's opened ballots; a draw takes the log's root before event `cause`."""
    asked = poll.asked
    rule, cast, power = rule_of(asked), ballots.cast, ballots.cast_power
    if not cast and not rule.silence:
        return Count("no_ballots", (), (), (), 0, Power(0), None, opened)
    options = len(asked.options)
    draw = Draw.none(options) if opened is None else Draw.of(opened.secret, state.tree.root(cause), options)
    try:
        outcome = recount(asked, ballots, draw)
    except Refusal as refusal:
        if refusal.code not in UNCOUNTABLE:
            raise
        return Count("uncountable", (), (), (), cast, Power(power), None, opened)
    winners = numbers_of(outcome)
    if rule.elects == "one":
        winners = numbers_of(with_tie_broken(asked, ballots, draw, outcome))
    status, winners = decided(poll, outcome, winners, ballots.votes, ballots.say_anything())
    return Count(
        status,
        winners,
        tuple(tuple(sorted(map(int, tie))) for tie in outcome.ties[:TIES_PER_EVENT_MAX]),
        written([outcome.scores[str(number)] for number in range(1, options + 1)], outcome.ties[:TIES_PER_EVENT_MAX]),
        cast,
        Power(power),
        Digest(outcome.digest()),
        opened,
    )


def numbers_of(outcome: Outcome) -> tuple[int, ...]:
    """The winners by their numbers, in the poll's own order."""
    return tuple(sorted(map(int, outcome.winners)))


def decided(poll: Poll, outcome: Outcome, winners: tuple[int, ...], votes: Votes, says_anything: bool) -> tuple[Status, tuple[int, ...]]:
    """What a poll comes to by the outcome of its rule and what was voted, and who wins by that; `winners` where ties are broken."""
    asked, rule = poll.asked, rule_of(poll.asked)
    status = verdict(
        bool(winners), bool(outcome.ties), rule.elects == "one", not rule.silence and not says_anything,
        asked.terms.quorum, poll.conditions, asked.electorate, votes,
    )  # fmt: skip
    return status, winners if status == "decided" else ()


def written(scores: Sequence[Number], ties: Sequence[Sequence[str]] = ()) -> tuple[str, ...]:
    """Scores as the closing event holds them: exact, or, where an exact one is too long to be read back or all of them too long for an
    event beside the ties, every one of them rounded to six decimals. The digest of the outcome is over the exact ones.

    >>> written([3, Fraction(7, 2)]), written([3, Fraction(1, 3**10_000)])
    (('3', '7/2'), ('3', '0'))
    """
    exact = tuple(str(write_number(score)) for score in scores)
    room = PART_BYTES_MAX - sum(len(option) + 3 for tie in ties for option in tie)
    if sum(len(text) + 3 for text in exact) <= room and all(len(part) <= SCORE_DIGITS_MAX for text in exact for part in text.split("/")):
        return exact
    return tuple(str(write_number(Fraction(round(score * 10**SCORE_DECIMALS), 10**SCORE_DECIMALS))) for score in scores)
