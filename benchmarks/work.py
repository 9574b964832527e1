"""How long counts take that come near the limit of work: seconds of one core, and the units a second that follow.

    make bench-work                # every voting rule, about 20 and about 100 options
    python -m benchmarks.work stv  # one of them

A count of as many different ballots as are always counted within the limit (`ballots_max`), or as many as fit here in memory and patience,
is made once for each of two kinds of ballots: ones without a pattern, and ones that agree by and large. `WORK_MAX` is right
where no line of this says much more than ten seconds.
"""

from __future__ import annotations

import sys
from time import process_time

import numpy as np

from engine import rules
from engine.elections.election import Election
from engine.elections.work import ballots_max
from engine.refusals import Refusal

CELLS_MAX = 4_000_000
SEATS = 5


def drawn(kind: str, options: int, ballots: int, agreeing: bool) -> Election:
    draw = np.random.default_rng(7)
    if kind == "ranked":
        table = (draw.random((ballots, options)) + np.arange(options) * 0.02 * agreeing).argsort(axis=1).argsort(axis=1)
    elif kind == "single":
        table = np.eye(options, dtype=np.int8)[draw.integers(0, options, ballots)]
    else:
        table = draw.integers(0, {"approval": 2}.get(kind, 6), (ballots, options))
        table[:, : options // 3] |= 1 if agreeing else 0
    costs = draw.integers(1, 100, options)
    names = [f"o{number}" for number in range(options)]
    weights = draw.integers(1, 1_000, ballots)
    election = Election.of(names, kind, table, weights, costs.tolist(), max(int(costs.sum()) // 3, 100))  # type: ignore[arg-type]
    election.eligible = election.active = election.total
    return election


def main(chosen: list[str]) -> None:
    for name in chosen or rules.names("voting"):
        rule = rules.rule("voting", name)
        terms = ({"seats": SEATS} if "seats" in rule.parameters else {}) | ({"seed": "0" * 64} if rule.takes_seed else {})
        for options in (len(rule.roles),) if rule.roles else (20, 100):
            ballots = min(ballots_max(rule.work, options, SEATS), CELLS_MAX // options)
            for agreeing in (False, True):
                election = drawn(rule.ballots[0], options, ballots, agreeing)
                bound = rule.work(rules.shape_of(ballots, election.options, rule.complete(terms), election.points_max))
                start, end = process_time(), ""
                try:
                    rules.count(rule, election, terms).digest()
                except Refusal as refusal:
                    end = f"  {refusal.code}"
                seconds = process_time() - start
                print(
                    f"{name:24} {options:4} options {ballots:9,} ballots {seconds:8.2f} s of at most {bound / 1e9:6.2f} billion units{end}"
                )


if __name__ == "__main__":
    main(sys.argv[1:])
