"""Anchoring as a task of the clock: while a community is served, its newest head goes to its place every so often, and is seen to until
it stands. What keeps it from standing is said once, to whoever reads this server's own log, and tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from api.anchoring import Place, Step, step
from engine.community import Community
from engine.refusals import Refusal

SECONDS = 15.0
"""Between two looks at what was begun."""
log = logging.getLogger("folkmoot")


@dataclass
class AnchorTask:
    """Anchors at a place, in the name of a member whose role may; a newer head is begun `every_minutes` at the most."""

    place: Callable[[Community], AbstractContextManager[Place]]
    actor: str
    every_minutes: int
    _begun_at: int | None = None
    _already_logged: set[str] = field(default_factory=set)

    def tend(self, community: Community, at: int) -> Step | None:
        """One visit; `at` is now, in milliseconds since 1970. None where it was refused."""
        begins = self._begun_at is None or at - self._begun_at >= self.every_minutes * 60_000
        try:
            with self.place(community) as place:
                done = step(community, place, self.actor, begins)
        except Refusal as refusal:
            if str(refusal.code) not in self._already_logged:
                self._already_logged.add(str(refusal.code))
                log.warning("nothing is anchored: %s", refusal)
            return None
        self._already_logged.clear()
        if done.begun is not None:
            self._begun_at = at
        for name in (*done.unwound, *done.recorded):
            log.info("anchor %s %s", name, "was unwound" if name in done.unwound else "stands")
        return done
