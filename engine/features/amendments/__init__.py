"""Amendments: the charter changes as the charter itself allows, by a poll about the very text."""

NEEDS: tuple[str, ...] = ("polls",)
