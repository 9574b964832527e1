"""A community's life as a state machine: what is asked, and what a model that knows what must be so expects of it."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from engine.community import Community
from engine.event import Command, commands
from engine.features.amendments.amend import AmendCharter
from engine.features.attestation.lapse import LapseDecision
from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.revise import ReviseIdea
from engine.features.ideas.state import Ideas
from engine.features.ideas.submit import SubmitIdea
from engine.features.ideas.support import SupportIdea
from engine.features.points.award import AwardPoints
from engine.features.points.settle import Settle
from engine.features.points.state import PointLedger
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.object import EndObjections, ObjectToDecision
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import Polls
from engine.features.polls.void import VoidPoll
from engine.features.rewards.pay import PayShares
from engine.features.rewards.share import AgreeToRound, ShareReward
from engine.features.rewards.state import Rounds
from engine.features.treasury.pay_in import PayIn
from engine.features.treasury.state import Treasury
from engine.kernel import charter
from engine.kernel.forget import ForgetMember
from engine.kernel.found import FoundCommunity
from engine.kernel.hooks import all_due
from engine.kernel.join import JoinCommunity
from engine.kernel.members import Members
from engine.kernel.roles import GiveRole, TakeRole
from engine.refusals import Refusal
from engine.store import folder
from engine.store.snapshot import view
from engine.verify import verify
from tests.council import registering
from tests.councils import COUNCILS, Councils
from tests.delegating_life import DELEGATED, Delegating
from tests.drawn import AMENDED, CHOICES, TEXT, fitting, texts
from tests.finality import Finality
from tests.model import Idea, Model, Poll
from tests.moot import KEY, ORIGIN, START, Moot
from tests.rare_days import RARELY, RareDays
from tests.signers import SIGNED, Signers

asked: Counter[tuple[str, bool]] = Counter()
"""What was asked, and whether it was accepted, of all runs together."""


class Life(Finality, Councils, RareDays, Signers, Delegating):
    """Members, strangers and the clock ask; most of it is possible, some of it is not."""

    @initialize()
    def found(self) -> None:
        self.place = Path(tempfile.mkdtemp())
        self.moot, self.model = Moot.__new__(Moot), Model()
        self.moot.community = folder.found(self.place / "c", TEXT, ORIGIN, START, bytes(32), "Founder")
        self.moot.now, self.moot._asked, self.gone, self.keys = START, 0, list[bytes](), {}
        asked["FoundCommunity", True] += 1
        for _ in range(3):
            self.join("Somebody", True)
        second = self.model.here[1]
        self.ask("m1", GiveRole(second, "founder"), True)
        self.ask("m1", PayIn(5_000, "to begin with"), True)
        self.ask(second, AwardPoints("m1", 40, "for beginning"), True)
        self.model.founders.add(second)
        self.model.funds = 5_000
        for member in ("m1", second):
            self.ask(member, registering(self.moot, member), True)
            self.model.council_keys[member] = 0
        for author in self.model.here[1:3]:
            idea = f"i{self.ask(author, SubmitIdea('A bench', 'by the river', 100), True)}"
            self.model.ideas[idea] = Idea(author, {"m1", second}, "shortlist")
            for member in ("m1", second):
                self.ask(member, SupportIdea(idea), True)

    def ask(self, actor: str, command: Command, expected: bool | None = None) -> int | None:
        """Ask; a refusal must leave everything as it was, and what the model expects must come."""
        command = self.as_her_client(actor, command)
        before = view(self.moot.state)
        try:
            seq = self.moot.do(actor, command).seq
        except Refusal as refusal:
            seq = None
            assert refusal.code not in ("engine_fault", "log_unlawful", "storage_failed"), refusal
            assert view(self.moot.state) == before, refusal
            assert not expected, f"{actor} {command}: {refusal}"
        else:
            assert expected is not False, f"{actor} {command} was accepted"
        asked[type(command).__name__, seq is not None] += 1
        return seq

    def anybody(self, data, wild: int = 9) -> str:
        """Mostly somebody who is here; sometimes somebody who is not, or is nobody."""
        return data.draw(
            st.sampled_from([*self.model.members * 3, "m1", *sorted(self.model.gone), *(["m99", "clock"] if wild > 8 else [])])
        )

    def founder(self, data) -> str:
        return data.draw(st.sampled_from([*sorted(self.model.founders) * 9, *self.model.members]))

    @rule(minutes=st.sampled_from([1, 5, 11, 30, 60, 3000]))
    def wait(self, minutes: int) -> None:
        self.moot.wait(minutes)
        self.model.now += minutes

    @rule(name=texts, newcomer=st.booleans())
    def join(self, name: str, newcomer: bool) -> None:
        actor = "newcomer" if newcomer else "m1"
        expected = newcomer or "m1" in self.model.founders
        seq = self.ask(actor, JoinCommunity(name, f"e{self.moot._asked}x@example.org"), expected)
        if seq is not None:
            self.model.here.append(f"m{seq}")

    @rule(data=st.data())
    def roles(self, data) -> None:
        model, actor, member = self.model, self.founder(data), data.draw(st.sampled_from(self.model.here))
        given = model.may(actor, "GiveRole") and member in model.members and member not in model.founders and member != actor
        if given or data.draw(st.booleans()):
            if self.ask(actor, GiveRole(member, "founder"), given) is not None:
                model.founders.add(member)
            return
        taken = model.may(actor, "TakeRole") and member in model.founders and model.founders != {member}
        if self.ask(actor, TakeRole(member, "founder"), taken) is not None:
            model.founders.remove(member)

    @rule(data=st.data(), title=texts, extends=st.booleans())
    def submit(self, data, title: str, extends: bool) -> None:
        actor = self.anybody(data)
        other = data.draw(st.sampled_from(sorted(self.model.ideas))) if extends and self.model.ideas else None
        seq = self.ask(actor, SubmitIdea(title, "text", 100, other), actor in self.model.members)
        if seq is not None:
            self.model.ideas[f"i{seq}"] = Idea(actor)

    @precondition(lambda self: self.model.ideas)
    @rule(data=st.data(), text=texts)
    def talk(self, data, text: str) -> None:
        """Support, comment, improve."""
        model, actor = self.model, self.anybody(data)
        name = data.draw(st.sampled_from(sorted(model.ideas)))
        idea = model.ideas[name]
        here = actor in model.members
        if self.ask(actor, SupportIdea(name), here and idea.stage != "adopted" and actor not in idea.supporters) is not None:
            idea.supporters.add(actor)
            if idea.stage == "open" and len(idea.supporters) >= model.supports_needed():
                idea.stage = "shortlist"
        if self.ask(actor, CommentIdea(name, text), here) is not None:
            idea.comments += 1
        writer = data.draw(st.sampled_from([idea.author, idea.author, actor]))
        expected = writer in model.members and writer == idea.author and idea.stage != "adopted"
        self.ask(writer, ReviseIdea(name, text, f"{text} {self.moot._asked}", 150), expected)

    @rule(
        data=st.data(),
        decision=st.sampled_from(["monthly", "ranking", "spending", "charter", "matter", "pact"]),
        budget=st.integers(150, 900),
    )
    def open(self, data, decision: str, budget: int) -> None:
        model, actor = self.model, self.founder(data)
        ideas = [name for name, idea in model.ideas.items() if idea.stage == "shortlist"]
        options = (FreeOption("a"), FreeOption("b"), FreeOption("c")) if decision in ("ranking", "matter", "pact") else ()
        amended = self.text == AMENDED
        amendment = {False: AMENDED, True: TEXT}[amended] if decision == "charter" else None
        command = OpenPoll(decision, "Which?", (), options, amendment, budget if decision == "spending" else None)
        busy = any(poll.budget and not poll.over for poll in model.polls.values())
        ready = {"monthly": len(ideas) > 1, "spending": len(ideas) > 0 and budget <= model.funds and not busy}
        ready = (ready | {"pact": len(model.seated()) >= 2}).get(decision, True)
        seq = self.ask(actor, command, model.may(actor, "OpenPoll") and ready)
        if seq is not None:
            sealed = decision in ("monthly", "ranking")
            model.polls[f"p{seq}"] = Poll(decision, set(model.members), model.now, model.now + 60, sealed, ideas)
            model.polls[f"p{seq}"].links = model.links(decision)
            model.polls[f"p{seq}"].seats = model.seated() if decision == "pact" else {}
            if decision == "spending":
                model.funds -= budget
                model.polls[f"p{seq}"].budget = budget

    @property
    def text(self) -> str:
        return charter.text_in_force(self.moot.state)

    @precondition(lambda self: self.model.polls)
    @rule(data=st.data(), everybody=st.booleans())
    def vote(self, data, everybody: bool) -> None:
        model, name = self.model, data.draw(st.sampled_from(sorted(self.model.polls)))
        poll = model.polls[name]
        for actor in sorted(poll.roll & set(model.members)) if everybody and model.takes_ballots(name) else [self.anybody(data)]:
            choice = data.draw(st.sampled_from(CHOICES[poll.decision]))
            if poll.decision == "monthly" and choice == "1,2" and len(poll.options) < 2:
                choice = "1"
            if poll.decision == "spending":
                choice = min(choice, "1")
            if self.ask(actor, CastBallot(name, choice), model.may_vote(actor, name)) is not None:
                model.vote(actor, name, choice)

    @precondition(lambda self: any(not poll.over for poll in self.model.polls.values()))
    @rule(data=st.data(), patient=st.sampled_from([True, True, False]))
    def close(self, data, patient: bool) -> None:
        """Close a poll, now or when its time has come; an adopted charter is put in force, a lost poll made void."""
        self.close_one(data, data.draw(st.sampled_from([name for name, poll in self.model.polls.items() if not poll.over])), patient)

    def close_one(self, data, name: str, patient: bool) -> None:
        model = self.model
        poll, actor = model.polls[name], data.draw(st.sampled_from(["clock", self.founder(data)]))
        if patient:
            self.wait(max(0, poll.closes - model.now))
        expected = (actor == "clock" or model.may(actor, "ClosePoll")) and model.may_end(actor, name)
        self.close_by(actor, name, expected)
        if not poll.over and poll.lost and (model.now >= poll.closes or poll.ended_at):
            voider = self.founder(data)
            if self.ask(voider, VoidPoll(name), model.may(voider, "VoidPoll")) is not None:
                poll.over = True
                model.funds += poll.budget

    @rule(data=st.data(), decision=st.sampled_from(["monthly", "ranking", "charter", "matter", "pact", "pact"]), lost=st.booleans())
    def hold(self, data, decision: str, lost: bool) -> None:
        """A poll from its opening to its end, everybody voting; sometimes the vault loses a ballot on the way."""
        before = set(self.model.polls)
        self.open(data, decision, 200)
        for name in set(self.model.polls) - before:
            for actor in sorted(self.model.polls[name].roll)[: 9 if decision == "matter" else 4]:
                choice = data.draw(st.sampled_from(CHOICES[decision]))
                self.ask(actor, CastBallot(name, choice), True)
                self.model.vote(actor, name, choice)
            if lost and self.model.polls[name].sealed:
                self.lose_one(name)
            self.close_one(data, name, patient=data.draw(st.booleans()) or decision != "matter")
            self.contest(data, name)
            self.in_council(data, name)

    def closed(self, name: str, poll: Poll) -> None:
        self.model.count(name)
        result = self.moot.of(Polls)[name].result
        assert result is not None and result.ballots == len(poll.votes)
        assert result.power_cast == poll.power_cast(depth_max=3)
        poll.winners = result.winners if poll.decision == "pact" else ()
        if poll.winners:
            self.model.unattested[name] = self.model.now + 24 * 60
        won = [poll.options[number - 1] for number in result.winners] if poll.decision in ("monthly", "spending") else []
        for idea in won:
            self.model.ideas[idea].stage = "adopted"
        costs = [self.moot.of(Polls)[name].asked.options[number - 1].cost for number in result.winners]
        self.model.funds += poll.budget - (sum(costs) if poll.budget else 0)
        if poll.decision == "charter" and result.winners == (1,):
            actor, fresh = sorted(self.model.founders)[0], self.moot.of(Polls)[name].asked.charter == charter.seq_in_force(self.moot.state)
            self.ask(actor, AmendCharter(name), fresh and self.moot.of(Polls)[name].asked.amendment != self.text)

    @precondition(lambda self: any(poll.sealed and poll.votes and not poll.over for poll in self.model.polls.values()))
    @rule(data=st.data())
    def lose(self, data) -> None:
        """The vault loses what opens one sealed ballot."""
        name = data.draw(st.sampled_from([name for name, poll in self.model.polls.items() if poll.sealed and poll.votes and not poll.over]))
        if data.draw(st.integers(0, 2)) == 0 and self.model.takes_ballots(name):
            self.lose_one(name)

    def lose_one(self, name: str) -> None:
        member = sorted(self.model.polls[name].votes)[0]
        seq = self.moot.of(Polls)[name].ballots.cast_by(member)
        self.moot.community.store._connection().execute("delete from vault where seq = ? and field = 'choice'", (seq,))
        self.model.polls[name].lost = True

    @rule(data=st.data(), points=st.integers(-1, 550))
    def award(self, data, points: int) -> None:
        model, actor, member = self.model, self.founder(data), data.draw(st.sampled_from(self.model.here))
        most = 900 if self.text == AMENDED else 500
        expected = model.may(actor, "AwardPoints") and member in model.members and member != actor and 0 < points <= most
        self.ask(actor, AwardPoints(member, points, "for something"), expected)

    @rule(data=st.data(), amount=st.sampled_from([0, 700, 90_000]))
    def pay_in(self, data, amount: int) -> None:
        actor = self.founder(data)
        if self.ask(actor, PayIn(amount, "a gift"), self.model.may(actor, "PayIn") and amount > 0) is not None:
            self.model.funds += amount

    @rule(
        data=st.data(),
        pot=st.sampled_from([0, 50, 333, 333]),
        reward=st.sampled_from(["quarterly", "thanks", "thanks", "nothing"]),
        with_me=st.booleans(),
    )
    def share(self, data, pot: int, reward: str, with_me: bool) -> None:
        model, actor = self.model, self.founder(data)
        held = [self.points(member) for member in model.members if with_me or member != actor]
        possible = reward != "nothing" and 0 < pot <= model.funds and (with_me or any(held))
        seq = self.ask(actor, ShareReward(reward, pot, with_me), model.may(actor, "ShareReward") and possible)
        if seq is not None and with_me:
            model.proposals[f"r{seq}"] = actor, pot
            self.agree(data)
        elif seq is not None:
            model.funds -= pot

    @precondition(lambda self: self.model.proposals)
    @rule(data=st.data())
    def agree(self, data) -> None:
        model, actor = self.model, self.founder(data)
        name = data.draw(st.sampled_from(sorted(model.proposals)))
        proposer, pot = model.proposals[name]
        held = any(self.points(member) for member in model.members)
        expected = (
            model.may(actor, "AgreeToRound") and model.may(proposer, "AgreeToRound") and actor != proposer and pot <= model.funds and held
        )
        if self.ask(actor, AgreeToRound(name), expected) is not None:
            del model.proposals[name]
            model.funds -= pot

    def points(self, member: str) -> int:
        return self.moot.of(PointLedger).lots.spendable(self.moot.of(Members)[member].number, self.moot.now)

    @rule(data=st.data(), days=st.sampled_from([0, 0, 4]))
    def clockwork(self, data, days: int) -> None:
        self.wait(days * 24 * 60)
        for command in list(all_due(self.moot.state, self.moot.now)):
            if isinstance(command, ClosePoll):
                self.close_by("clock", command.poll, self.model.may_end("clock", command.poll))
                self.carry_again(command.poll)
                continue
            self.ask("clock", command, True)
            if isinstance(command, EndObjections | LapseDecision):
                del (self.model.contested if isinstance(command, EndObjections) else self.model.unattested)[command.poll]
        if data.draw(st.integers(0, 4)) == 0:
            self.ask("clock", Settle(), False)
        for name in [*self.moot.of(Rounds).rounds, "r999"]:
            self.ask("clock", PayShares(name), False)

    @rule(data=st.data(), by_herself=st.booleans())
    def forget(self, data, by_herself: bool) -> None:
        model, member = self.model, data.draw(st.sampled_from(self.model.here[1:] or self.model.here))
        actor = member if by_herself else self.founder(data)
        may = actor in model.members and (actor == member or actor in model.founders)
        opening = self.moot.community.store.opening(int(member[1:]), "email")
        if len(model.members) > 4 or data.draw(st.integers(0, 4)) == 0:
            done = self.ask(actor, ForgetMember(member), may and member in model.members and model.may_go(member))
            if done is not None:
                model.forget(member, actor)
                self.gone += [opening[1]] if opening else []

    @rule(data=st.data())
    def whatever_else(self, data) -> None:
        """Verbs that nobody has written a rule for, as of a feature that was dropped in: any fields that fit their schema."""
        unknown = [kind for kind in commands() if kind.__name__ not in PLAYED]
        if unknown:
            kind = data.draw(st.sampled_from(unknown))
            self.ask(self.founder(data), kind(**{one.name: data.draw(fitting(get_type_hints(kind)[one.name])) for one in fields(kind)}))

    @invariant()
    def what_must_be_so(self) -> None:
        if not hasattr(self, "model"):
            return
        state, model = self.moot.state, self.model
        accounts = state[Treasury].accounts
        assert sum(accounts.amounts.values()) == 0 and accounts.balance("funds") == model.funds
        assert all(amount >= 0 for name, amount in accounts.amounts.items() if name != "outside")
        lots = state[PointLedger].lots
        assert lots.issued == lots.spent + lots.expired + sum(lots.totals.values())
        members = state[Members]
        assert [member for member in members if not members[member].forgotten] == model.members
        assert {member for member in model.members if "founder" in members[member].roles} == model.founders
        assert {name: idea.stage for name, idea in state[Ideas].ideas.items()} == {name: idea.stage for name, idea in model.ideas.items()}
        assert set(state[Polls].open) == {name for name, poll in model.polls.items() if not poll.over}
        for name, poll in state[Polls].open.items():
            assert poll.ballots is not None and poll.ballots.cast == len(model.polls[name].votes)
            assert poll.closes_at == START + model.polls[name].closes * 60_000
        until = {name: START + minutes * 60_000 for name, minutes in model.contested.items()}
        assert until == {name: poll.objections_until for name, poll in state[Polls].contested.items()}

    def teardown(self) -> None:
        if not hasattr(self, "moot"):
            return
        live, store = self.moot.community, self.moot.community.store
        lost = any(poll.lost and not poll.over for poll in self.model.polls.values())
        assert view(Community(store, KEY).state) == view(live.state)
        live.checkpoint()
        report = verify(store)
        assert report.verdict == "sound" or (lost and report.problem.code == "opening_lost"), report
        folder.close(live)
        data = b"".join(file.read_bytes() for file in (self.place / "c").iterdir())
        assert not [gone for gone in self.gone if gone in data]
        shutil.rmtree(self.place)


PLAYED = SIGNED | DELEGATED | COUNCILS | RARELY | {
    kind.__name__
    for kind in (
        AgreeToRound, AmendCharter, AwardPoints, CastBallot, ClosePoll, CommentIdea, EndObjections, ForgetMember, FoundCommunity, GiveRole,
        JoinCommunity, ObjectToDecision, OpenPoll, PayIn, PayShares, ReviseIdea, Settle, ShareReward, SubmitIdea, SupportIdea, TakeRole, VoidPoll,
    )
}  # fmt: skip
