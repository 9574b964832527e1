"""Asking a community on behalf of invented people: a clock of its own, and chance drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import islice

from engine.community import Community, Receipt
from engine.event import Ask, Command
from engine.limits import BATCH_ASKS_MAX
from engine.refusals import Refusal
from engine.values import Actor, Moment

Progress = Callable[[str, int, int], None]
"""What is going on, how much of it is done, out of how much."""


def quiet(what: str, done: int, whole: int) -> None:
    """Progress that nobody wants to see."""


class Script:
    """Speaks commands to a community at moments of its own. Equal seeds give equal logs."""

    def __init__(self, community: Community, seed: bytes, now: int) -> None:
        self.community, self.now = community, now
        self._seed, self._asked = seed, 0

    def ask(self, actor: str, command: Command) -> Ask:
        self._asked += 1
        chance = sha256(self._seed + self._asked.to_bytes(8)).digest()
        return Ask(Actor(actor), command, Moment(self.now), chance)

    def do(self, actor: str, command: Command) -> Receipt:
        return self.community.execute(self.ask(actor, command))

    def do_all(self, asks: Iterable[tuple[str, Command]], what: str, whole: int, progress: Progress) -> list[Receipt]:
        """Many asks, as many to a batch as there may be; the first refusal ends it."""
        waiting, receipts = iter(asks), []
        while batch := [self.ask(actor, command) for actor, command in islice(waiting, BATCH_ASKS_MAX)]:
            for answer in self.community.execute_many(batch):
                if isinstance(answer, Refusal):
                    raise answer
                receipts.append(answer)
            progress(what, len(receipts), whole)
        return receipts
