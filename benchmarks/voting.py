"""`make bench-voting`: how fast ballots are counted, beside bare kernels and the peers that are installed here.

Everything in one run, the best of a few, as ratios: the machine is noisy, and so only what is measured side by side
says anything. Peers and numba are optional (the group `peers`, which make installs); what takes longer than its limit is said so.
`--small` runs the same on a hundredth of the ballots, to see that it runs.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import numpy as np

from benchmarks.kernels import kernels
from benchmarks.pref_voting import GRADED, SAME, STV
from benchmarks.reading import written
from engine import rules
from engine.elections import counting, files, pabulib
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


@contextmanager
def in_numpy() -> Iterator[None]:
    """Count without compiled loops, even where they are installed."""
    before, counting.COMPILED_MIN = counting.COMPILED_MIN, 1 << 62
    try:
        yield
    finally:
        counting.COMPILED_MIN = before


def best_of(work: Callable[[], object], times: int = 3, seconds: int = SECONDS_MAX) -> float:
    """Milliseconds of the fastest of a few runs; infinite when it is cut off."""
    best = float("inf")
    try:
        with limit(seconds):
            for _ in range(times):
                began = time.perf_counter()
                work()
                best = min(best, time.perf_counter() - began)
    except _TooLong:
        pass
    return best * 1000


def say(what: str, ours: float, beside: dict[str, float], seconds: int = SECONDS_MAX) -> None:
    """A line: our milliseconds, and for each other its own and how many times ours that is."""
    others = "  ".join(
        f"{name} {f'over {seconds} s (over {seconds * 1000 / ours:,.0f}x)' if value == float('inf') else f'{value:,.1f} ms ({value / ours:,.3g}x)'}"
        for name, value in beside.items()
    )
    print(f"{what:54} {ours:>10,.2f} ms   {others}", flush=True)


def both(what: str, work: Callable[[], object], beside: dict[str, float]) -> None:
    """The same in NumPy, and with the extra where it is installed."""
    with in_numpy():
        say(what, best_of(work), beside)
    if find_spec("numba"):
        say(f"{what}, with the extra", best_of(work, 4), beside)


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


def ranked(name: str, orders: Array) -> None:
    count, options = orders.shape
    print(f"\n{name}: {count:,} complete ballots of {options} options, from an integer array to a winner")
    bare, pairwise, runoff = kernels(), dict[str, float](), dict[str, float]()
    if bare is not None:
        bare.pairwise(orders[:100])
        bare.runoff(orders[:100])
        pairwise = {"bare kernel": best_of(lambda: bare.pairwise(orders))}
        runoff = {"bare kernel": best_of(lambda: bare.runoff(orders))}
    peers = _elsim(orders)
    if "condorcet" in peers:
        pairwise["elsim (a Condorcet winner, if there is one)"] = peers["condorcet"]
    for rule in ("schulze", "copeland", "minimax"):
        both(rule, lambda rule=rule: rules.tally(rule, Election.of_orders(options, orders)), pairwise)
    weights = np.random.default_rng(2).integers(1, 1000, count)
    say("schulze, weighted", best_of(lambda: rules.tally("schulze", Election.of_orders(options, orders, weights))), pairwise)
    counted = Election.of_orders(options, orders)
    counted.pairwise  # noqa: B018 - counted once, for all that follow
    say(f"{len(PAIRWISE)} rules after the matrix", best_of(lambda: [rules.tally(rule, counted) for rule in PAIRWISE]), {})
    for rule in ("plurality", "borda", "instant_runoff"):
        beside = ({"elsim": peers[rule]} if rule in peers else {}) | (runoff if rule == "instant_runoff" else {})
        both(
            f"{rule}, ballots taken as they are",
            lambda rule=rule: rules.tally(rule, Election.of_orders(options, orders, checked=False)),
            beside,
        )
        both(f"{rule}, every ballot checked", lambda rule=rule: rules.tally(rule, Election.of_orders(options, orders)), {})
    say("stv, exact, 5 seats", best_of(lambda: rules.tally("stv", Election.of_orders(options, orders), seats=5), 2), _pyrankvote(orders))


def _elsim(orders: Array) -> dict[str, float]:
    if not find_spec("elsim"):
        return {}
    from elsim import methods

    times = {}
    for rule, method in (("plurality", methods.fptp), ("borda", methods.borda), ("instant_runoff", methods.irv)):
        method(orders[:100], tiebreaker="order")
        times[rule] = best_of(lambda method=method: method(orders, tiebreaker="order"))
    methods.condorcet(orders[:100])
    times["condorcet"] = best_of(lambda: methods.condorcet(orders), 1)
    return times


def _pyrankvote(orders: Array) -> dict[str, float]:
    if not find_spec("pyrankvote"):
        return {}
    import pyrankvote

    def whole() -> object:
        candidates = [pyrankvote.Candidate(str(option)) for option in range(orders.shape[1])]
        ballots = [pyrankvote.Ballot(ranked_candidates=[candidates[option] for option in order]) for order in orders]
        return pyrankvote.single_transferable_vote(candidates, ballots, number_of_seats=5)

    return {"pyrankvote": best_of(whole, 1)}


def every_rule(orders: Array, seconds: int = 15) -> None:
    if not find_spec("pref_voting"):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pref_voting import proportional_methods, voting_methods
        from pref_voting.profiles import Profile
        from pref_voting.profiles_with_ties import ProfileWithTies
        from pref_voting.rankings import Ranking

    count, options = orders.shape
    print(f"\nEvery rule that pref_voting has, too: {count:,} ballots of {options} options, from an integer array to a winner")
    whole = best_of(lambda: Profile(orders.tolist()), 2)
    profile = Profile(orders.tolist())
    for rule, (theirs, parameters) in SAME.items():
        method = getattr(voting_methods, theirs)
        ours = best_of(lambda rule=rule, parameters=parameters: rules.tally(rule, Election.of_orders(options, orders), **parameters), 5)
        say(rule, ours, {"pref_voting": whole + best_of(lambda method=method: method(profile), 2, seconds)}, seconds)

    def ranked_profile() -> Any:
        rankings = [Ranking({option: rank for rank, option in enumerate(order, 1)}) for order in orders.tolist()]
        return ProfileWithTies(rankings, rcounts=[1] * count, candidates=list(range(options)))

    whole, ties = best_of(ranked_profile, 2), ranked_profile()
    for rule, theirs in STV.items():
        method = getattr(proportional_methods, theirs)
        ours = best_of(lambda rule=rule: rules.tally(rule, Election.of_orders(options, orders), seats=3), 3)
        say(
            f"{rule}, 3 seats", ours, {"pref_voting": whole + best_of(lambda method=method: method(ties, num_seats=3), 1, seconds)}, seconds
        )


def graded(count: int, seconds: int = 15) -> None:
    """Rules by grades and approvals, beside those who have them."""
    print(f"\n{count:,} ballots that grade 20 options from 0 to 5, from an integer array to a winner")
    grades = np.random.default_rng(5).integers(0, 6, (count, 20), np.int8)
    approved, names = (grades > 3).astype(np.int8), [str(option) for option in range(20)]
    for rule in GRADED:
        table = approved if rule == "approval" else grades
        kind: Any = "approval" if rule == "approval" else "score"
        beside = _elsim_graded(rule, table) | _pref_voting_graded(rule, table, seconds)
        say(rule, best_of(lambda rule=rule, kind=kind, table=table: rules.tally(rule, Election.of(names, kind, table)), 5), beside, seconds)


def _elsim_graded(rule: str, table: Array) -> dict[str, float]:
    if not find_spec("elsim"):
        return {}
    from elsim import methods

    method = getattr(methods, rule, None)
    return {} if method is None else {"elsim": best_of(lambda: method(table, tiebreaker="order"))}


def _pref_voting_graded(rule: str, table: Array, seconds: int) -> dict[str, float]:
    if not find_spec("pref_voting"):
        return {}
    from pref_voting import grade_methods
    from pref_voting.grade_profiles import GradeProfile

    grades, method = sorted(set(table.ravel().tolist())), getattr(grade_methods, GRADED[rule])
    return {"pref_voting": best_of(lambda: method(GradeProfile([dict(enumerate(row)) for row in table.tolist()], grades)), 1, seconds)}


def small() -> None:
    print("\n25 ballots of 5 options, from an integer array to a winner")
    orders = impartial(25, 5)
    repeats = 500
    for rule in ("plurality", "borda", *PAIRWISE):
        work = best_of(lambda rule=rule: [rules.tally(rule, Election.of_orders(5, orders)) for _ in range(repeats)])
        print(f"{rule:54} {work / repeats * 1000:>10,.1f} µs")


def committees(count: int) -> None:
    print(f"\n{count:,} approval ballots of 50 options, 10 seats")
    chance = np.random.default_rng(4)
    table = (chance.random((count, 50)) < 0.1).astype(np.int8)
    election = Election.of([str(option) for option in range(50)], "approval", table)
    peers = {"seq_pav": "seqpav", "seq_phragmen": "seqphragmen", "committee_equal_shares": "equal-shares"}
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
        say(f"{rule}, exact", best_of(lambda rule=rule: rules.tally(rule, election, seats=10), 5), beside)


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
        say(f"{path.stem[:32]}, add-one", best_of(lambda e=election, t=more: rules.tally("equal_shares", e, **t), 2), {})


def _pabutools(path: Path) -> dict[str, float]:
    if not find_spec("pabutools") or not path.name.startswith("Poland_W"):
        return {}
    from pabutools.election import Cost_Sat, parse_pabulib
    from pabutools.rules import method_of_equal_shares

    instance, profile = parse_pabulib(str(path))
    return {"pabutools": best_of(lambda: method_of_equal_shares(instance, profile, sat_class=Cost_Sat), 1)}


def reading(count: int) -> None:
    """Files of every format, from the file to a winner, beside one bare parse of the numbers in them and whoever else reads the format."""
    print(f"\n{count:,} ballots of 20 options in files, from the file to a winner; the bare parse only makes numbers of what a .soc holds")
    with TemporaryDirectory() as folder:
        for path, rule, parameters, peers in written(Path(folder), impartial(count, 20)):
            beside = {name: best_of(work, 3 if name == "bare parse" else 1) for name, work in peers.items()}
            say(path.name, best_of(lambda path=path, rule=rule, p=parameters: rules.tally(rule, files.read(path), **p)), beside)


def imports() -> None:
    def fresh(line: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", line], check=True)

    print("\na fresh Python that imports us")
    say("import engine.rules", best_of(fresh("import engine.rules"), 9), {"import numpy": best_of(fresh("import numpy"), 9)})


def main() -> None:
    count = 10_000 if "--small" in sys.argv else 1_000_000
    imports()
    small()
    every_rule(mallows(count // 100, 20))
    graded(count // 100)
    ranked("Mallows, phi 0.8", mallows(count, 20))
    ranked("impartial culture", impartial(count, 20))
    committees(count // 10)
    reading(count // 5)
    budgets()


if __name__ == "__main__":
    main()
