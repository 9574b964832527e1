"""Random draws from a seed, which anybody who knows the seed can repeat.

>>> order(bytes(32), ["garden", "library", "pool"])
['library', 'garden', 'pool']
>>> below(bytes(32), "a ballot", 10)
3
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def order(seed: bytes, things: Sequence[str], purpose: str = "") -> list[str]:
    """Things in the order of SHA-256(seed ‖ purpose ‖ thing), so that draws for different purposes are independent."""
    return sorted(things, key=lambda thing: sha256(seed + purpose.encode() + thing.encode()).digest())


def below(seed: bytes, purpose: str, bound: int) -> int:
    """A whole number from 0 to bound - 1, all equally likely: the first of SHA-256(seed ‖ purpose ‖ 0, 1, 2 …) below
    the largest multiple of the bound, modulo the bound."""
    whole = 1 << 256
    fair, number = whole - whole % bound, 0
    while True:
        drawn = int.from_bytes(sha256(seed + purpose.encode() + str(number).encode()).digest())
        if drawn < fair:
            return drawn % bound
        number += 1
