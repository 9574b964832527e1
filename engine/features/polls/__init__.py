"""Polls: a question, who may answer it, by which rule it is counted, when it ends, and what follows."""

NEEDS: tuple[str, ...] = ("council", "ideas", "keys", "points", "treasury")
