"""People are drawn by lot, each group getting seats in proportion to its size.

`seats` are divided among the groups (strata) in proportion, by largest remainder, equal remainders going to the group
drawn first; within a group the order is that of SHA-256(seed ‖ "person " ‖ name), and among groups that of SHA-256(seed
‖ "group " ‖ group). So everybody in a group has the same chance, nobody chooses, and anybody who has the list and the
seed can repeat the draw: publish the list before the seed is known. Sources: Fishkin 2009 on deliberative polls;
largest remainder: Hamilton.

>>> people = {"Ana": "north", "Bo": "north", "Cy": "south", "Di": "south", "Ed": "south", "Flo": "south"}
>>> rule("lot", "sortition").function(people, seats=3, seed="00" * 32)
('Ana', 'Cy', 'Ed')
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.elections import draws
from engine.elections.apportion import apportion
from engine.limits import MEMBERS_MAX
from engine.refusals import refuse
from engine.rules import lot_rule
from engine.values import Digest, Positive


@lot_rule
def sortition(people: Mapping[str, str], *, seats: Positive, seed: Digest) -> tuple[str, ...]:
    """Who of `people` is drawn, in the order of the list; `people` says to which group each belongs."""
    if seats > len(people):
        raise refuse(
            "election_wrong", "the list", "has {people_count} people for {seats} seats", "give fewer seats",
            people_count=len(people), seats=seats,
        )  # fmt: skip
    if len(people) > MEMBERS_MAX:
        raise refuse(
            "too_large", "the list", "has {people_count:,} people", "give at most {members_max:,}",
            people_count=len(people), members_max=MEMBERS_MAX,
        )  # fmt: skip
    source = bytes.fromhex(seed)
    groups: dict[str, list[str]] = {group: [] for group in draws.order(source, sorted(set(people.values())), "group ")}
    for name, group in people.items():
        groups[group].append(name)
    shares = apportion(seats, [len(members) for members in groups.values()]).shares
    drawn = {
        name for members, share in zip(groups.values(), shares, strict=True) for name in draws.order(source, members, "person ")[:share]
    }
    return tuple(name for name in people if name in drawn)
