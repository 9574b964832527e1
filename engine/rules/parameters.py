"""What the parameters of rules may be, by their types: a rule's signature is its schema.

>>> fits("2/3", Share), fits(0, Positive), allowed(Positive)
(True, False, 'a whole number from 1')
"""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from engine.limits import AMOUNT_MAX, INTEGER_MAX
from engine.values import Digest, Money, Positive, PositiveMoney, Share, is_digest, is_share


def fits(value: Any, hint: Any) -> bool:
    """Whether a parameter of this type may be this value."""
    if get_origin(hint) is Literal:
        return isinstance(value, str) and value in get_args(hint)
    if hint is Share:
        return is_share(value)
    if hint is Digest:
        return isinstance(value, str) and is_digest(value)
    if hint is bool or hint is str:
        return isinstance(value, hint)
    most = AMOUNT_MAX if hint in (Money, PositiveMoney) else INTEGER_MAX
    return type(value) is int and (1 if hint in (Positive, PositiveMoney) else 0) <= value <= most


def allowed(hint: Any) -> str:
    """What a parameter of this type may be, in words."""
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(get_args(hint))
    if hint in (Positive, PositiveMoney):
        return "a whole number from 1"
    return {
        bool: "true or false",
        str: "a name",
        Share: "a share from 0 to 1, such as 2/3",
        Digest: "a seed of 64 hexadecimal digits",
    }.get(hint, "a whole number from 0")
