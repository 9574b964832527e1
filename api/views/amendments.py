"""A charter that is asked about."""

from __future__ import annotations

from difflib import unified_diff
from functools import lru_cache
from itertools import islice

from api.views import Json, Later
from engine.features.polls.state import ADOPT, Poll
from engine.kernel import charter as charters
from engine.state import State


def amendment(state: State, poll: Poll) -> Json:
    """Its text, what it changes line by line, and whether it is adopted and not yet in force."""
    texts, text = state[charters.Charters].texts, poll.asked.amendment or ""
    before = texts[poll.asked.charter]
    adopted = poll.final and poll.result is not None and poll.result.winners == (ADOPT,)
    brought = next((seq for seq, there in texts.items() if seq > poll.seq and there == text), None) if adopted else None
    waits = adopted and brought is None and poll.asked.charter == charters.seq_in_force(state)
    return {"text": text, "changes": Later(lambda community: _changes(before, text)), "waits": waits, "in_force": brought}


@lru_cache(maxsize=16)
def _changes(before: str, after: str) -> list[str]:
    """What differs, line by line, with two lines around it."""
    lines = islice(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2), 2, None)  # without its head
    return ["…" if line.startswith("@@") else line for line in lines]
