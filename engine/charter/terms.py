"""What a charter says, as data. The dataclasses are the schema of the TOML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from engine.elections.kinds import Kind
from engine.elections.outcome import write_money
from engine.elections.ties import TieBreak
from engine.limits import NAME_TEXT_MAX, REASON_TEXT_MAX, TITLE_TEXT_MAX
from engine.values import Money, Name, Points, Scalar, TextOf


@dataclass(frozen=True)
class Role:
    """What members of a role may do: names of commands."""

    may: tuple[Name, ...]


@dataclass(frozen=True)
class Admission:
    """`open`: anybody joins, with the role `member`. `invited`: somebody whose role may `join_community` enters them."""

    admission: Literal["open", "invited"]


@dataclass(frozen=True)
class Stage:
    """A stage of an idea. `supports_min`: reaching so many supports brings an idea here from the stage before."""

    name: Name
    supports_min: int = 0
    revisable: bool = True
    supportable: bool = True


@dataclass(frozen=True)
class Ideas:
    """Stages in order; a new idea stands in the first. `revised_by`: who may improve an idea."""

    stages: tuple[Stage, ...]
    revised_by: Literal["authors", "members"] = "authors"
    cost: Literal["none", "optional", "required"] = "none"


@dataclass(frozen=True)
class Quorum:
    """How much of what must have taken part: `eligible` counts members of the roll, `active` those of them who have done anything
    of late, `power` their votes, `none` nothing."""

    basis: Literal["eligible", "active", "power", "none"]
    percent_min: int = 0


@dataclass(frozen=True)
class Decision:
    """One kind of poll.

    `options`: `ideas` that stand in `stage`, `free` options named at opening, or an `amendment` (adopt or keep).
    `ties`: `status_quo` leaves things as they are, `oldest` prefers the option listed first, `lot` draws; where one is elected
    also `most_approved` (named on most ballots) and, by rules that count in rounds, `previous_round`.
    `named_max` and `points_max` bound one ballot (0: no bound). Winning ideas move to `winners_to`.
    Who has voted, or written, revised, supported or commented an idea on the day a poll opens or one of the `active_days` before is
    active (0: nobody asks).
    """

    options: Literal["ideas", "free", "amendment"]
    rule: Name
    quorum: Quorum
    ties: TieBreak
    minutes_open: int
    secrecy: Name
    parameters: dict[str, Scalar] = field(default_factory=dict)
    power: Name = Name("equal")
    power_parameters: dict[str, Scalar] = field(default_factory=dict)
    ballot: Kind | None = None
    stage: Name | None = None
    winners_to: Name | None = None
    closes: Literal["clock", "hand_or_clock"] = "clock"
    replaceable: bool = True
    named_max: int = 0
    points_max: int = 0
    active_days: int = 0


@dataclass(frozen=True)
class Earning:
    """An earning rule at work, with its parameters."""

    rule: Name
    parameters: dict[str, Scalar]


@dataclass(frozen=True)
class PointTerms:
    """`name` is what points are called here. Lots expire after `expire_days` (0: never)."""

    name: Annotated[str, TextOf(NAME_TEXT_MAX)] = "points"
    expire_days: int = 0
    award_max: Points = Points(0)
    earning: tuple[Earning, ...] = ()


@dataclass(frozen=True)
class MoneyTerms:
    """`unit` has `decimals` places: amounts are whole numbers of the smallest. `funds` is what the community starts with."""

    unit: Annotated[str, TextOf(NAME_TEXT_MAX)] = ""
    decimals: int = 0
    funds: Money = Money(0)

    def shown(self, amount: int) -> str:
        """An amount of the smallest unit as people read it: `5,000.50 EUR`."""
        return f"{'-' if amount < 0 else ''}{write_money(abs(amount), self.decimals)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Reward:
    """A reward programme: how a pot is shared over members by their points, and whether that spends the points."""

    rule: Name
    parameters: dict[str, Scalar] = field(default_factory=dict)
    spends_points: bool = True


@dataclass(frozen=True)
class Amendments:
    """The kind of decision that may change this charter; its options must be `amendment`."""

    decision: Name


@dataclass(frozen=True)
class Charter:
    format: Literal["folkmoot-charter/1"]
    name: Annotated[str, TextOf(TITLE_TEXT_MAX)]
    purpose: Annotated[str, TextOf(REASON_TEXT_MAX)]
    members: Admission
    roles: dict[str, Role]
    decisions: dict[str, Decision]
    ideas: Ideas | None = None
    points: PointTerms = PointTerms()
    money: MoneyTerms = MoneyTerms()
    rewards: dict[str, Reward] = field(default_factory=dict)
    amendments: Amendments | None = None

    def stage(self, name: str) -> Stage | None:
        return next((stage for stage in self.ideas.stages if stage.name == name), None) if self.ideas else None
