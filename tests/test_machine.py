"""The community as a state machine, beside a model that knows what must be so.

At least half of what is asked is accepted, every verb there is is played, and polls open and close in every run: the test
prints those shares and asserts them. Replay equals live; a refusal leaves no trace; forgotten means gone from the files'
bytes; and a stranger's audit passes.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from engine.event import commands
from tests.life import PLAYED, Life, asked

QUICKLY = [phase for phase in Phase if phase is not Phase.shrink]
"""Shrinking a life of forty steps takes minutes: run it with `Phase.shrink` when one fails."""
RUNS_MAX = 4
RARE = {"PayShares", "CarryVotes"}
"""Accepted only where there is more than one command pays, or carries: see tests/features/rewards and delegation."""


def test_a_community_lives(capsys):
    asked.clear()
    every = {kind.__name__ for kind in commands()}
    for _ in range(RUNS_MAX):  # what is drawn is not the same each time, and some verbs are rare
        run_state_machine_as_test(Life, settings=settings(max_examples=50, stateful_step_count=40, deadline=None, phases=QUICKLY))
        accepted = Counter({name: count for (name, done), count in asked.items() if done})
        whole = Counter({name: asked[name, True] + asked[name, False] for name, _ in asked})
        if set(accepted) >= PLAYED - RARE and min(accepted["OpenPoll"], accepted["ClosePoll"]) > 20:
            break
    if settings.default is not None and settings.default.derandomize:
        return  # a profile that draws the same few lives each time: what must be so was looked at, shares say nothing
    share = 100 * accepted.total() // whole.total()
    with capsys.disabled():
        print(
            f"\n{whole.total()} asks, {share} % accepted; " + ", ".join(f"{name} {accepted[name]}/{whole[name]}" for name in sorted(whole))
        )
    assert share >= 50
    assert every <= set(whole), "every verb is asked for"
    assert set(accepted) >= PLAYED - RARE, "and accepted, where `tests/life.py` knows how"
    assert accepted["OpenPoll"] > 20 and accepted["ClosePoll"] > 20
