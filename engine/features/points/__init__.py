"""Contribution points: earned by acts as the charter says, awarded by hand, spent, expired."""

NEEDS: tuple[str, ...] = ()
