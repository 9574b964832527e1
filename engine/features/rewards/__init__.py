"""Rewards: rounds in which a pot of money is shared over members by their points."""

NEEDS: tuple[str, ...] = ("points", "treasury")
