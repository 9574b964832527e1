"""The community as a state machine: any sequence of commands.

Replay equals live; a refusal leaves no trace; the ledger sums to zero; forgotten means gone from the files' bytes; and
a stranger's audit passes.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from engine.community import Community
from engine.event import Command
from engine.features.amendments.amend import AmendCharter
from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.revise import ReviseIdea
from engine.features.ideas.submit import SubmitIdea
from engine.features.ideas.support import SupportIdea
from engine.features.points.award import AwardPoints
from engine.features.points.settle import Settle
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.void import VoidPoll
from engine.features.rewards.share import ShareReward
from engine.kernel import charter
from engine.kernel.erase import EraseText
from engine.kernel.forget import ForgetMember
from engine.kernel.join import JoinCommunity
from engine.refusals import CODES, Refusal
from engine.store import folder
from engine.verify import verify
from tests.moot import KEY, ORIGIN, START, Moot

members = st.integers(1, 14).map(lambda number: f"m{number}")
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=0, max_size=12) | st.sampled_from(["Cafe\u0301", "\U0001fae8", "\u3164"])
choices = st.sampled_from(["", "1", "2", "1,2", "1>2", "2=1", "3", "1:5", "2:3,1:1", "x"])
CHARTER = charter.preset("product").replace("supports_min = 5", "supports_min = 2").replace("minutes_open = 10080", "minutes_open = 60")
CHARTER = CHARTER.replace("expire_days = 730", "expire_days = 1")
AMENDED = CHARTER.replace("award_max = 500", "award_max = 900")


class Life(RuleBasedStateMachine):
    """Members, strangers and the clock ask whatever they like."""

    ideas, polls = Bundle("ideas"), Bundle("polls")

    @initialize()
    def found(self) -> None:
        self.place = Path(tempfile.mkdtemp())
        self.moot = Moot.__new__(Moot)
        self.moot.community = folder.found(self.place / "c", CHARTER, ORIGIN, START, bytes(32), "Founder")
        self.moot.now, self.moot._asked, self.moot.members = START, 0, ["m1"]
        self.gone: list[bytes] = []

    def ask(self, actor: str, command: Command) -> int | None:
        """Ask; a refusal must leave everything as it was."""
        state = self.moot.state
        before = (state.seq, state.tree.root(), repr(state.ledger), repr(state.members), repr(state.ideas), repr(state.acts))
        try:
            return self.moot.do(actor, command).seq
        except Refusal as refusal:
            assert refusal.code in CODES and refusal.code not in ("engine_fault", "log_unlawful", "storage_failed"), refusal
            state = self.moot.state
            assert before == (state.seq, state.tree.root(), repr(state.ledger), repr(state.members), repr(state.ideas), repr(state.acts))
            return None

    @rule(minutes=st.sampled_from([1, 30, 59, 60, 90, 1500]))
    def wait(self, minutes: int) -> None:
        self.moot.wait(minutes)

    @rule(name=texts, actor=st.sampled_from(["newcomer", "m1", "m2"]))
    def join(self, name: str, actor: str) -> None:
        self.ask(actor, JoinCommunity(name, f"e{self.moot._asked}x@example.org"))

    @rule(target=ideas, member=members, title=texts)
    def submit(self, member: str, title: str) -> str:
        return f"i{self.ask(member, SubmitIdea(title, 'text', 100))}"

    @rule(member=members, idea=ideas)
    def support(self, member: str, idea: str) -> None:
        self.ask(member, SupportIdea(idea))

    @rule(member=members, idea=ideas, text=texts)
    def improve(self, member: str, idea: str, text: str) -> None:
        self.ask(member, ReviseIdea(idea, text, text, 150))
        self.ask(member, CommentIdea(idea, text))

    @rule(target=polls, decision=st.sampled_from(["monthly", "ranking", "spending", "charter"]), budget=st.integers(0, 900))
    def open(self, decision: str, budget: int) -> str:
        options = (FreeOption("a"), FreeOption("b"), FreeOption("c")) if decision == "ranking" else ()
        amendment = AMENDED if decision == "charter" else None
        return f"p{self.ask('m1', OpenPoll(decision, 'Which?', (), options, amendment, budget or None))}"

    @rule(member=members, poll=polls, choice=choices)
    def vote(self, member: str, poll: str, choice: str) -> None:
        self.ask(member, CastBallot(poll, choice))

    @rule(poll=polls, actor=st.sampled_from(["m1", "clock", "m2"]))
    def close(self, poll: str, actor: str) -> None:
        self.ask(actor, ClosePoll(poll))

    @rule(poll=consumes(polls))
    def amend(self, poll: str) -> None:
        self.ask("m1", ClosePoll(poll))
        self.ask("m1", AmendCharter(poll, AMENDED))
        self.ask("m1", VoidPoll(poll))

    @rule(member=members, points=st.integers(-1, 600))
    def award(self, member: str, points: int) -> None:
        self.ask("m1", AwardPoints(member, points, "for something"))

    @rule(pot=st.integers(-5, 90_000), reward=st.sampled_from(["quarterly", "thanks", "nothing"]))
    def share(self, pot: int, reward: str) -> None:
        self.ask("m1", ShareReward(reward, pot))

    @rule(actor=st.sampled_from(["clock", "m1"]))
    def settle(self, actor: str) -> None:
        if self.ask(actor, Settle()) is not None:
            assert self.moot.state.ledger.expired(self.moot.state.at) == {}

    @rule(member=members, by=st.sampled_from(["self", "m1", "m2"]))
    def forget(self, member: str, by: str) -> None:
        store = self.moot.community.store
        opening = store.opening(int(member[1:]), "email")
        if self.ask(member if by == "self" else by, ForgetMember(member)) is not None and opening is not None:
            self.gone.append(opening[1])

    @rule(seq=st.integers(0, 60), field=st.sampled_from(["title", "text", "name", "question"]))
    def erase(self, seq: int, field: str) -> None:
        self.ask("m1", EraseText(seq, field, "other"))

    @invariant()
    def the_ledger_sums_to_zero(self) -> None:
        if hasattr(self, "moot"):
            for accounts in self.moot.state.ledger.accounts.values():
                assert sum(accounts.values()) == 0
            assert all(amount >= 0 for name, amount in self.moot.state.ledger.accounts["money"].items() if name != "outside")

    def teardown(self) -> None:
        if not hasattr(self, "moot"):
            return
        live, store = self.moot.community, self.moot.community.store
        again = Community(store, KEY).state
        for name in ("members", "ideas", "rounds", "acts", "ledger", "charters", "seq", "at"):
            assert getattr(again, name) == getattr(live.state, name)
        assert again.tree.root() == live.state.tree.root()
        assert repr({one.id: one.result for one in again.polls.values()}) == repr({one.id: one.result for one in live.state.polls.values()})
        live.checkpoint()
        report = verify(store)
        assert report.verdict == "sound", report
        folder.close(live)
        data = b"".join(file.read_bytes() for file in (self.place / "c").iterdir())
        assert not [gone for gone in self.gone if gone in data]
        shutil.rmtree(self.place)


TestLife = Life.TestCase


TestLife.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
