"""`make bench-voting`: how fast ballots are counted, beside bare kernels and the peers that are installed here.

Everything in one run, the best of a few, as ratios: the machine is noisy, and so only what is measured side by side
says anything. Peers and numba are optional (the group `peers`, which make installs); what takes longer than its limit is said so.
`--small` runs the same on a hundredth of the ballots, to see that it runs.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from engine import rules
from engine.elections import files, pabulib
from engine.elections.election import Array, Election

PABULIB = Path(__file__).parent.parent.parent / "shared/elections/pabulib"
SECONDS_MAX = 60
"""A peer that takes longer is cut off, and said to be."""
PAIRWISE = ("copeland", "minimax", "schulze", "ranked_pairs", "split_cycle", "river", "uncovered_set", "smith_set", "schwartz_set")


class _TooLong(Exception):
    pass


@contextmanager
def limit(seconds: int) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise _TooLong

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def best_of(work: Callable[[], object], times: int = 3) -> float:
    """Milliseconds of the fastest of a few runs; infinite when it is cut off."""
    found = float("inf")
    try:
        with limit(SECONDS_MAX):
            for _ in range(times):
                began = time.perf_counter()
                work()
                found = min(found, time.perf_counter() - began)
    except _TooLong:
        return float("inf") if found == float("inf") else found * 1000
    return found * 1000


def say(what: str, ours: float, beside: dict[str, float]) -> None:
    """A line: our milliseconds, and for each other its own and how many times ours that is."""
    others = "  ".join(
        f"{name} {f'over {SECONDS_MAX} s' if value == float('inf') else f'{value:,.1f} ms ({value / ours:,.2g}x)'}"
        for name, value in beside.items()
    )
    print(f"{what:44} {ours:>10,.2f} ms   {others}", flush=True)


def impartial(count: int, options: int, seed: int = 1) -> Array:
    """Every order equally likely."""
    chance = np.random.default_rng(seed)
    return np.argsort(chance.random((count, options), np.float32), axis=1).astype(np.int8)


def mallows(count: int, options: int, phi: float = 0.8, seed: int = 1) -> Array:
    """Orders around a common one, the likelier the nearer (Mallows' model, by repeated insertion)."""
    chance, orders = np.random.default_rng(seed), np.zeros((count, 1), np.int8)
    for option in range(1, options):
        odds = np.cumsum(phi ** np.arange(option, -1, -1.0))
        place = np.searchsorted(odds / odds[-1], chance.random(count)).clip(0, option)[:, None]
        columns = np.arange(option + 1)[None, :]
        orders = np.take_along_axis(orders, np.where(columns < place, columns, columns - 1).clip(0, option - 1), axis=1)
        np.put_along_axis(orders, place, np.int8(option), axis=1)
    return orders


def pairwise_kernel() -> Callable[[Array], Array] | None:
    """The machine's limit: ranks turned to columns and every duel counted, compiled and fused."""
    if not find_spec("numba"):
        return None
    from numba import njit

    @njit(cache=False)  # type: ignore[untyped-decorator]
    def kernel(orders: Any) -> Any:  # pragma: no cover - compiled
        count, many = orders.shape
        found = np.zeros((many, many), np.int64)
        block = 4096
        ranks = np.empty((many, block), np.int8)
        for start in range(0, count, block):
            width = min(block, count - start)
            for row in range(width):
                for place in range(many):
                    ranks[orders[start + row, place], row] = place
            for one in range(many):
                for other in range(one + 1, many):
                    above = 0
                    for row in range(width):
                        above += ranks[one, row] < ranks[other, row]
                    found[one, other] += above
        for one in range(many):
            for other in range(one):
                found[one, other] = count - found[other, one]
        return found

    return kernel  # type: ignore[no-any-return]


def ranked(name: str, orders: Array) -> None:
    count, options = orders.shape
    print(f"\n{name}: {count:,} complete ballots of {options} options, from an integer array to a winner")
    kernel = pairwise_kernel()
    beside: dict[str, float] = {}
    if kernel is not None:
        kernel(orders[:100])
        beside["numba kernel"] = best_of(lambda: kernel(orders))
    peers = _elsim(orders)
    for rule in ("schulze", "copeland", "minimax"):
        say(rule, best_of(lambda rule=rule: rules.tally(rule, Election.of_orders(options, orders))), beside)
    weights = np.random.default_rng(2).integers(1, 1000, count)
    say("schulze, weighted", best_of(lambda: rules.tally("schulze", Election.of_orders(options, orders, weights))), beside)
    counted = Election.of_orders(options, orders)
    counted.pairwise  # noqa: B018 - counted once, for all that follow
    say(f"{len(PAIRWISE)} rules after the matrix", best_of(lambda: [rules.tally(rule, counted) for rule in PAIRWISE]), {})
    for rule in ("plurality", "borda", "instant_runoff"):
        trusted = best_of(lambda rule=rule: rules.tally(rule, Election.of_orders(options, orders, checked=False)))
        say(f"{rule}, ballots taken as they are", trusted, {"elsim": peers[rule]} if rule in peers else {})
        say(f"{rule}, every ballot checked", best_of(lambda rule=rule: rules.tally(rule, Election.of_orders(options, orders))), {})
    say("stv, exact, 5 seats", best_of(lambda: rules.tally("stv", Election.of_orders(options, orders), seats=5), 2), _pyrankvote(orders))


def _elsim(orders: Array) -> dict[str, float]:
    if not find_spec("elsim"):
        return {}
    from elsim import methods

    found = {}
    for rule, method in (("plurality", methods.fptp), ("borda", methods.borda), ("instant_runoff", methods.irv)):
        method(orders[:100], tiebreaker="order")
        found[rule] = best_of(lambda method=method: method(orders, tiebreaker="order"))
    return found


def _pyrankvote(orders: Array) -> dict[str, float]:
    if not find_spec("pyrankvote"):
        return {}
    import pyrankvote

    def whole() -> object:
        candidates = [pyrankvote.Candidate(str(option)) for option in range(orders.shape[1])]
        ballots = [pyrankvote.Ballot(ranked_candidates=[candidates[option] for option in order]) for order in orders]
        return pyrankvote.single_transferable_vote(candidates, ballots, number_of_seats=5)

    return {"pyrankvote": best_of(whole, 1)}


def small() -> None:
    print("\n25 ballots of 5 options, from an integer array to a winner")
    orders = impartial(25, 5)
    repeats = 500
    for rule in ("plurality", "borda", "minimax", "copeland", "schulze", "ranked_pairs"):
        work = best_of(lambda rule=rule: [rules.tally(rule, Election.of_orders(5, orders)) for _ in range(repeats)])
        print(f"{rule:44} {work / repeats * 1000:>10,.1f} µs")


def committees(count: int) -> None:
    print(f"\n{count:,} approval ballots of 50 options, 10 seats")
    chance = np.random.default_rng(4)
    table = (chance.random((count, 50)) < 0.1).astype(np.int8)
    election = Election.of([str(option) for option in range(50)], "approval", table)
    peers: dict[str, str] = {"seq_pav": "seqpav", "seq_phragmen": "seqphragmen"}
    profile: Any = None
    if find_spec("abcvoting"):
        from abcvoting import abcrules
        from abcvoting.preferences import Profile

        profile = Profile(50)
        profile.add_voters([set(np.flatnonzero(row).tolist()) for row in table])
    for rule, theirs in peers.items():
        algorithm = "standard" if theirs == "seqpav" else "standard-fractions"
        beside = {} if profile is None else {
            "abcvoting": best_of(lambda theirs=theirs, algorithm=algorithm: abcrules.compute(theirs, profile, 10, algorithm=algorithm, resolute=True), 1)
        }  # fmt: skip
        say(f"{rule}, exact", best_of(lambda rule=rule: rules.tally(rule, election, seats=10)), beside)


def budgets() -> None:
    if not PABULIB.is_dir():
        print("\nbudgets: the shared data is not here")
        return
    print("\nequal shares on real budgets, counted exactly")
    for path in sorted(PABULIB.glob("*.pb")):
        if "Zurich" in path.name or "Mechanical" in path.name:
            continue
        budget = pabulib.read(files.read_text(path))
        election = budget.election.merged()
        terms: dict[str, Any] = {"utility": "cost"}
        say(f"{path.stem[:32]}, plain", best_of(lambda e=election, t=terms: rules.tally("equal_shares", e, **t)), _pabutools(path))
        more = terms | {"completion": "add_one", "increment": 10**budget.decimals}
        say(f"{path.stem[:32]}, add-one", best_of(lambda e=election, t=more: rules.tally("equal_shares", e, **t), 1), {})


def _pabutools(path: Path) -> dict[str, float]:
    if not find_spec("pabutools") or not path.name.startswith("Poland_W"):
        return {}
    from pabutools.election import Cost_Sat, parse_pabulib
    from pabutools.rules import method_of_equal_shares

    instance, profile = parse_pabulib(str(path))
    return {"pabutools": best_of(lambda: method_of_equal_shares(instance, profile, sat_class=Cost_Sat), 1)}


def main() -> None:
    count = 10_000 if "--small" in sys.argv else 1_000_000
    ranked("Mallows, phi 0.8", mallows(count, 20))
    ranked("impartial culture", impartial(count, 20))
    small()
    committees(count // 10)
    budgets()


if __name__ == "__main__":
    main()
