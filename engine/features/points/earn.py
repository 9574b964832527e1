"""Points that acts earn, as the charter's earning rules say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from engine import rules
from engine.event import NOBODY, Event, Record
from engine.features.points.state import PointLedger, Tally, period_of
from engine.features.points.terms import Earning, PointTerms
from engine.kernel import charter as charters
from engine.kernel.hooks import react
from engine.kernel.members import Members
from engine.log.json import canonical
from engine.rules import Parameters, Rule
from engine.rules.earning import Act, Period, Standing
from engine.state import State
from engine.values import DAY_MS, MemberId, Moment, Name, Points, Seq


@dataclass(frozen=True)
class PointsEarned(Event):
    """A lot of points for an act of the command it shares its cause with. `entry` is the line of the charter it comes from, from 0,
    among those that event `charter` brought; `rule` the version of the rule that line names."""

    by = NOBODY
    may = None

    member: MemberId
    points: Points
    charter: Seq
    entry: int
    rule: str
    act: Name
    thing: str
    vests_at: Moment
    expires_at: Moment

    def about(self, record: Record[Event]) -> tuple[str, ...]:
        return (self.member,)

    def apply(self, state: State, record: Record[Event]) -> None:
        ledger = state[PointLedger]
        ledger.lots.earn(state[Members][self.member].number, self.points, self.vests_at, self.expires_at)
        line = lines_of(state, self.charter)[self.entry]
        for source in line.sources:
            ledger.had.setdefault((source, line.per), Tally()).note(self.member, period_of(line.per, record.at), self.points)


class Line(NamedTuple):
    """A line of the charter's earning rules, made ready: `sources` are what it counts under, itself and its category."""

    rule: Rule
    parameters: Parameters
    per: Period
    sources: tuple[str, ...]


@react
def earn(state: State, act: Act) -> list[PointsEarned]:
    """What the charter's earning rules pay for an act, in the order of their lines."""
    seq, ledger, members = charters.seq_in_force(state), state[PointLedger], state[Members]
    earned = []
    for entry, line in enumerate(lines_of(state, seq)):
        had: dict[MemberId, Standing] = {}
        for member in dict.fromkeys((MemberId(act.actor), *act.authors)):
            tallies = [ledger.had.get((source, line.per)) for source in line.sources]
            counts = [tally.had(member, period_of(line.per, state.at)) if tally else (0, 0) for tally in tallies]
            had[member] = Standing(*counts[0], counts[1][1] if len(counts) > 1 else 0)
        for grant in line.rule.function(act, had, **line.parameters):
            holder = members.get(grant.member)
            if grant.points > 0 and holder is not None and not holder.forgotten:
                vests_at = day_after(state.at, grant.vest_days)
                expires_at = expiry(state, state.at, grant.expire_days)
                points = Points(grant.points)
                earned.append(
                    PointsEarned(grant.member, points, seq, entry, line.rule.version, Name(act.kind), act.thing, vests_at, expires_at)
                )
    return earned


def expiry(state: State, at: int, days: int = 0) -> Moment:
    """When points earned at `at` expire: `days` after it, or as the charter says; 0 for never."""
    return day_after(at, days or charters.in_force(state)[PointTerms].expire_days)


def day_after(at: int, days: int) -> Moment:
    """The end of the UTC day `days` after `at`: points of one day vest and expire together, in one lot. 0 for no days.

    >>> day_after(1_700_000_000_000, 0), day_after(1_700_000_000_000, 1) // DAY_MS - 1_700_000_000_000 // DAY_MS
    (0, 2)
    """
    return Moment((at // DAY_MS + days + 1) * DAY_MS if days else 0)


def lines_of(state: State, seq: Seq) -> tuple[Line, ...]:
    """The earning rules of the charter that event `seq` brought."""
    return _lines(state[charters.Charters].texts[seq])


@lru_cache(maxsize=64)
def _lines(text: str) -> tuple[Line, ...]:
    return tuple(_ready(charters.read(text)[PointTerms].earning))


def _ready(earnings: Iterable[Earning]) -> Iterable[Line]:
    for earning in earnings:
        rule = rules.rule("earning", earning.rule)
        parameters = rule.complete(earning.parameters)
        itself = f"{rule.version} {canonical(rule.written(earning.parameters)).decode()}"
        sources = (itself, f"category {earning.category}") if earning.category else (itself,)
        yield Line(rule, parameters, parameters.get("per", "ever"), sources)
