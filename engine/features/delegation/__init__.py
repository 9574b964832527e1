"""Delegation: a member lets another vote for her, in decisions of one kind or of all, until a stated day.

It is done in the open. Who speaks for whom stands in the log as plain facts, because the weight of a ballot must be recounted by
anybody, and because whoever carries the votes of others answers to them; a charter cannot hide it, and what hides it from the log
could not be recounted until trustees open sums (the secrecy `secret`, which is to come). What a delegate votes is as secret as her ballot.

When a poll opens its roll is fixed, and with it who may speak for whom: nobody can gather votes, or lose them, once the question is
known. What a voter can do until its last moment is cast a ballot of her own; then nobody speaks for her, and she takes along whoever is spoken for
through her. Which delegations have had an effect is known when no ballot comes any more, and is written down before the count.
"""

NEEDS: tuple[str, ...] = ("polls",)
