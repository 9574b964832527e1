"""The kinds of ballot."""

from typing import Literal

Kind = Literal["single", "approval", "ranked", "cumulative"]
KINDS: tuple[Kind, ...] = ("single", "approval", "ranked", "cumulative")
