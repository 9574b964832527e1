"""Copeland's rule as Snapshot scores it: the voting power of all, shared out by pairwise wins and, for a small part, by average support.

Only ballots that rank every option, no two equal, are counted. Every two options are compared: who is preferred by more
power gets two points, and each gets one where they are level. To these comes half of the option's average support: the
part of all power that prefers it to another option, on average over the others. That is less than a point, and so decides only
between options with as many wins. Scores are the power of all counted ballots in proportion to the points. Winners are those of
`copeland` by average support, where every ballot is complete; the scores are other ones. Snapshot adds floats, and may see
a tie otherwise where balances have many digits. Source: snapshot.js (commit efa5de15), `voting/copeland.ts`, since pull
requests 1210 and 1214.

>>> town = Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library\\n1: garden")
>>> outcome = tally("snapshot_copeland", town)
>>> outcome.winners, [round(float(score), 4) for score in outcome.scores.values()]
(('garden', 'library'), [3.037, 3.037, 2.9259])
>>> print("\\n".join(outcome.steps))
1 ballot does not rank every option, and is not counted
pairwise wins, a draw counting half: garden 1, library 1, pool 1
average support, in parts of all: garden 5/9, library 5/9, pool 7/18
shares of 9: garden 82/27, library 82/27, pool 79/27
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, Votes, best, listing
from engine.rules import voting_rule

WIN, DRAW, SUPPORT = 2, 1, Fraction(1, 2)
"""Points for each comparison, and for a support by everybody in all of them."""


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="shares of all power",
    work=work.compared,
    promises={"anonymity", "neutrality", "majority_loser", "condorcet_loser", "reversal_symmetry"},
)
def snapshot_copeland(election: Election) -> Outcome:
    options, option_count = election.options, len(election.options)
    full = (np.sort(election.table, axis=1) == np.arange(option_count)).all(axis=1)
    counted = election.changed(table=election.table[full], weights=election.weights[full])
    whole = counted.total
    pairs = counted.pairwise if whole else np.zeros((option_count, option_count), np.int64)
    won, drawn = (pairs > pairs.T).sum(axis=1).tolist(), ((pairs == pairs.T).sum(axis=1) - 1).tolist()
    comparisons = max(1, whole * (option_count - 1))
    support = [Fraction(int(row), comparisons) for row in pairs.sum(axis=1)]
    points = [WIN * win + DRAW * draw + SUPPORT * each for win, draw, each in zip(won, drawn, support, strict=True)]
    total = sum(points)
    scores = [whole * each / total for each in points] if total else [Fraction(whole, option_count)] * option_count

    def explain() -> list[Step]:
        text = "{count} {count:ballot does|ballots do} not rank every option, and {count:is|are} not counted"
        left_out = election.total - whole
        return [
            *([Step(text, count=left_out)] if left_out else []),
            Step(
                "pairwise wins, a draw counting half: {wins}",
                wins=listing(options, [Fraction(2 * win + draw, 2) for win, draw in zip(won, drawn, strict=True)]),
            ),
            Step("average support, in parts of all: {support}", support=listing(options, support)),
            Step("shares of {whole}: {shares}", whole=whole, shares=listing(options, scores, [Votes(score) for score in scores])),
        ]

    return Outcome.of(options, best(scores), scores, explain, lambda: [pairs.tolist()], figures=lambda: pairwise.duels(options, pairs))
