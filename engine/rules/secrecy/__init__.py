"""Secrecy: how a ballot stands in the log, and what that does not protect."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Secrecy:
    """`sealed`: the log holds a commitment until the close. `not_protected` is shown wherever somebody votes."""

    name: str
    sealed: bool
    not_protected: str
