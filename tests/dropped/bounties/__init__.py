"""Bounties: money promised on an idea, paid to its authors when a decision for it is final."""

NEEDS: tuple[str, ...] = ("ideas", "polls", "treasury")
