"""A community to test with: short to ask, with a clock one can turn."""

from __future__ import annotations

from hashlib import sha256

from engine.community import Community, Receipt
from engine.event import Ask, Command
from engine.features.ideas.submit import SubmitIdea
from engine.features.ideas.support import SupportIdea
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import Polls
from engine.features.treasury.pay_in import PayIn
from engine.kernel import charter as charters
from engine.kernel.found import FoundCommunity
from engine.kernel.join import JoinCommunity
from engine.log.checkpoint import LogKey
from engine.storage import Store
from engine.store.memory import MemoryStore
from engine.store.snapshot import view

START = 1_700_000_000_000
ORIGIN = "moot.example/test"
KEY = LogKey.from_seed(ORIGIN, bytes(32))


class Moot:
    """A community founded from a preset, with `members` besides the founder m1."""

    def __init__(self, preset: str = "product", members: int = 0, store: Store | None = None, text: str = "") -> None:
        self.now, self._asked = START, 0
        self.community = Community(store or MemoryStore(), KEY)
        self.do("founder", FoundCommunity(text or charters.preset(preset), ORIGIN, str(KEY.verifier), "Founder"))
        self.members = ["m1"] + [f"m{self.do('newcomer', JoinCommunity(f'Member {n}')).seq}" for n in range(members)]

    def ask(self, actor: str, command: Command, key: str | None = None) -> Ask:
        self._asked += 1
        return Ask(actor, command, self.now, sha256(str(self._asked).encode()).digest(), key)  # type: ignore[arg-type]

    def do(self, actor: str, command: Command, key: str | None = None) -> Receipt:
        return self.community.execute(self.ask(actor, command, key))

    @property
    def state(self):
        return self.community.state

    def log(self) -> list[bytes]:
        return [data for _, data in self.community.store.lines(0)]

    def wait(self, minutes: int) -> None:
        self.now += minutes * 60_000

    def of(self, part):
        """A part of the state."""
        return self.state[part]

    def end(self, poll: str, by: str = "m1") -> Receipt:
        """Close a poll by hand, as soon as its terms allow a hand to; by the clock, where they never do."""
        each = self.state[Polls][poll]
        asked = each.asked
        by_hand = "hand" in asked.terms.ends
        self.now = max(self.now, asked.opens_at + asked.terms.hand_after_minutes * 60_000 if by_hand else each.closes_at)
        return self.do(by if by_hand else "clock", ClosePoll(poll))

    def funded(self, amount: int = 500_000) -> Moot:
        """The same community with money in its funds."""
        self.do("m1", PayIn(amount, "a gift"))
        return self

    def idea(self, author: str = "m1", supports: int = 0, cost: int | None = None) -> str:
        idea = f"i{self.do(author, SubmitIdea('A bench', 'by the river', cost)).seq}"
        for member in self.members[:supports]:
            self.do(member, SupportIdea(idea))
        return idea

    def poll(self, decision: str = "ranking", options: int = 3, **fields) -> str:
        free = tuple(FreeOption(f"option {n}") for n in range(options))
        return f"p{self.do('m1', OpenPoll(decision, 'Which?', options=free, **fields)).seq}"

    def vote(self, poll: str, *choices: str) -> None:
        for member, choice in zip(self.members, choices, strict=False):
            self.do(member, CastBallot(poll, choice))


def without_early_ends(text: str) -> str:
    """A charter whose polls end by the clock alone, as rules that take silence for an answer must."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("ends =", "hand_after_minutes")))


def fingerprint(moot: Moot) -> tuple:
    """Everything a refusal must leave as it was."""
    return moot.log(), view(moot.state)
