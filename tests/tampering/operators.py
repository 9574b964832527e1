"""What an operator could write who hashes and signs everything as he should: the tables of forgeries that the tests try, case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.features.polls.cast import CastBallot
from engine.features.polls.state import Polls
from engine.log.json import parse_own
from tests.council import attesting, decided, seated
from tests.features.anchors import test_anchors as anchors
from tests.features.attestation import test_forged as attestation
from tests.features.council import test_council_keys as council_keys
from tests.features.delegation import test_delegating as delegation
from tests.features.keys import test_keys as keys
from tests.features.polls import test_objecting as objecting
from tests.features.polls import test_quorums as conditions
from tests.features.polls.test_late_quorum import extended
from tests.features.polls.test_signing import CHANGED as SIGNED_OTHERWISE
from tests.features.polls.test_signing import polls, two_polls, unlooked
from tests.forgeries import CHANGED, FORGERIES
from tests.forging import event, last_poll, lived, of_kind
from tests.moot import Moot
from tests.signing import FAR, key, other_spelling, registering, signed, with_signature
from tests.tampering.bases import BASES
from tests.tampering.case import Case
from tests.tampering.exports import Entry, changed, exported, longer

UNSEEN = {"a void with every opening there"}
"""What no export can show: whether a sealed choice still lies in the vault is seen in the community's own folder alone."""


def cases() -> Iterator[Case]:
    for part in (
        _community,
        _keys,
        _ballots,
        _council,
        _delegation,
        _anchors,
        _objections,
        _quorum,
        _polls,
        _sent,
        _money,
        _amendments,
        _others,
    ):
        yield from part()


def _community() -> Iterator[Case]:
    for name, (forged, why) in FORGERIES.items():
        if name in UNSEEN:
            continue
        moot = lived()
        yield Case("community", name, longer(moot, forged(moot, last_poll(moot))), why)
    yield from _changes("community", CHANGED)


def _changes(base: str, table: dict[str, tuple]) -> Iterator[Case]:
    for name, (kind, fields, *why) in table.items():
        yield Case(base, name, changed(BASES[base](), of_kind(kind, **fields)), *why)


def _keys() -> Iterator[Case]:
    for base, module in (("keys", keys), ("council-keys", council_keys)):
        for name, forged in module.FORGED.items():
            moot = BASES[base]()
            written = forged(moot)
            yield Case(base, name, longer(moot, written))
    operators = {"key": key("operator").address}
    yield from _changes("keys", {"a key exchanged": ("KeyRegistered", operators, "is not by")})
    yield from _changes(
        "council-keys", {"a council key exchanged": ("CouncilKeyRegistered", {"key": council_keys.secret("operator").public})}
    )
    sig = registering(keys.some_with_keys(), "m2").sig
    yield Case(
        "keys", "a signature on what bears none", changed(keys.some_with_keys(), on("MemberJoined", lambda line: line.update(sig=sig)))
    )


def on(kind: str, change: Callable[[Entry], object]) -> Callable[[Entry], None]:
    """Change the events of one kind."""

    def to(line: Entry) -> None:
        if line["kind"] == kind:
            change(line)

    return to


def _ballots() -> Iterator[Case]:
    for base, secrecy, kind in (("ballots", "open", "BallotCast.2"), ("sealed-ballots", "until_close", "BallotSealed.2")):
        for name in SIGNED_OTHERWISE:
            moot = two_polls(secrecy)
            command = signed(moot, "m2", polls(moot)[0], "1", otherwise=SIGNED_OTHERWISE[name](moot))
            yield Case(base, f"a signature for {name}", exported_of(moot, "m2", command))
        yield _made_up(base, secrecy)
        moot = two_polls(secrecy)
        yield Case(base, "a ballot without a signature", exported_of(moot, "m2", CastBallot(polls(moot)[0], "1")))
        other = "2" if kind == "BallotCast.2" else "0" * 64
        facts = {"another choice": {"choice": other}, "another nonce": {"nonce": 9}, "another deadline": {"deadline": FAR - 1}}
        yield from _changes(base, {f"{name} in a signed ballot": (kind, fields) for name, fields in facts.items()})
        moved = {"poll": polls(moot)[1]}
        yield from _changes(base, {"a signed ballot moved to another poll": (kind, moved)})
        for name, sig in (("an empty signature", ""), ("a signature of zeros", "0x" + "00" * 65)):
            yield Case(base, name, changed(BASES[base](), on(kind, lambda line, sig=sig: line.update(sig=sig))))
        yield Case(base, "a signature taken away", changed(BASES[base](), on(kind, lambda line: line.pop("sig"))))
        spelled = on(kind, lambda line: line.update(sig=other_spelling(line["sig"])))
        yield Case(base, "the other spelling of a signature", changed(BASES[base](), spelled))
        yield _again(base, kind)
    moot = BASES["signed-only"]()
    yield Case("signed-only", "an unsigned ballot where all are signed", exported_of(moot, "m3", CastBallot(polls(moot)[0], "1")))


def exported_of(moot: Moot, actor: str, command: CastBallot) -> bytes:
    """The export of a community that has taken a ballot without looking."""
    unlooked(moot, actor, command)
    return exported(moot)


def _made_up(base: str, secrecy: str) -> Case:
    moot = two_polls(secrecy)
    command = with_signature(signed(moot, "m2", polls(moot)[0], "1"), sig=key("operator").sign(bytes(32)))
    return Case(base, "a ballot under a key the operator does not hold", exported_of(moot, "m2", command))


def _again(base: str, kind: str) -> Case:
    """The very ballot once more, as if to undo one that came between."""
    moot = BASES[base]()
    line, seq = next(line for line in map(parse_own, moot.log()) if line["kind"] == kind), moot.state.seq
    return Case(base, "a signed ballot brought again", longer(moot, line | {"seq": seq, "cause": seq}))


def _council() -> Iterator[Case]:
    for name, forged in attestation.FORGED.items():
        moot = BASES["council"]()
        yield Case("council", name, longer(moot, forged(moot, next(iter(moot.of(Polls).polls)))))
    yield from _changes("attested", attestation.CHANGED)
    moot = BASES["council"]()
    poll = next(iter(moot.of(Polls).polls))
    word = event(moot, "m2", "DecisionAttested", {"poll": poll}) | {"sig": attesting(moot, "m2", poll).sig}
    final = event(moot, "m2", "DecisionFinal", {"poll": poll}, cause=moot.state.seq)
    yield Case("council", "a decision final with two of three", longer(moot, word, final), "without cause")
    yield Case("council", "an attestation of the round before", longer(moot, _of_another_round(moot, poll)))
    yield Case("council", "a poll opened without its council", changed(BASES["council"](), on("PollOpened.3", _without_council)))


def _of_another_round(moot: Moot, poll: str) -> Entry:
    """A word that was given of an earlier poll about the same."""
    there = seated()
    decided(there)
    again = decided(there)
    return event(moot, "m2", "DecisionAttested", {"poll": poll}) | {"sig": attesting(there, "m2", again).sig}


def _without_council(line: Entry) -> None:
    line["kind"] = "PollOpened.2"
    del line["body"]["council"]


def _delegation() -> Iterator[Case]:
    for name in delegation.FORGED:
        moot, poll = delegation.lived()
        yield Case("delegation", name, longer(moot, delegation.forged(moot, poll, name)), delegation.FORGED[name][-1])
    yield from _changes("delegation", delegation.CHANGED)


def _anchors() -> Iterator[Case]:
    yield from _changes("anchors", anchors.CHANGED)


def _objections() -> Iterator[Case]:
    for name in objecting.FORGED:
        moot, poll = objecting.objected()
        yield Case("objections", name, longer(moot, objecting.forged(moot, poll, name)), objecting.FORGED[name][-1])


def _quorum() -> Iterator[Case]:
    moot, poll = extended()
    later = {"poll": poll, "closes_at": moot.now + 10**9}
    yield Case("quorum", "a second extension", longer(moot, event(moot, "m2", "QuorumReached", later)), "is QuorumReached without cause")
    yield from _changes("quorum", {"a longer extension": ("QuorumReached", {"closes_at": moot.now + 10**9}, "had to follow")})
    ended = event(moot, "clock", "PollEnded", {"poll": poll}, at=60 * 60_000)
    yield Case("quorum", "an end by the first clock", longer(moot, ended), "takes ballots until its time is over")


def _polls() -> Iterator[Case]:
    yield from _changes("conditions", conditions.CHANGED)
    yield from _changes("seats", {"a seat too many": ("PollClosed", {"scores": ["3", "2", "0"]}, "a recount says")})
    moot = BASES["early"]()
    ended = event(moot, "clock", "PollEnded", {"poll": polls(moot)[0]})
    yield Case("early", "an early end that could still turn", longer(moot, ended), "takes ballots until its time is over")
    other = {"terms__rule__parameters__skip": 1}
    yield from _changes("budget", {"a parameter of another type": ("PollOpened", other)})


def _sent() -> Iterator[Case]:
    """What is said to stand on a chain of a decision, and of the claims to what a round has shared out."""
    table = {
        "a decision on another chain": ("DecisionSent", {"where__chain_id": 1}),
        "another decision on a chain": ("DecisionSent", {"poll": "p1"}),
        "a decision queued before it is final": ("DecisionSent", {"step": "queued"}),
        "a decision recorded twice": ("DecisionSent", {"step": "opened"}),
        "claims to another round": ("ClaimsOpened", {"round": "r1"}),
        "claims to nothing": ("ClaimsOpened", {"total": "0"}),
        "claims by keys still to come": ("ClaimsOpened", {"keys_as_of": 10_000}),
        "claims on another chain": ("ClaimsOpened", {"where__chain_id": 1}),
        "a head at another contract": ("HeadAnchored", {"where__contract": "0x" + "01" * 20}),
        "a transaction used twice": ("HeadAnchored", {"where__transaction": f"{1:064x}", "where__block": 1}),
    }
    yield from _changes("sent", table)


def _others() -> Iterator[Case]:
    moot = BASES["quota"]()
    comment = {"idea": f"i{moot.state.seq - 2}", "text": "0" * 64}
    yield Case("quota", "more in a day than a member may do", longer(moot, event(moot, "m2", "IdeaCommented", comment)), "things today")
    moot = BASES["joined"]()
    last = moot.state.seq - 1
    merge = on("MemberJoined", lambda line: line.update(cause=last - 2) if line["seq"] >= last - 2 else None)
    yield Case("joined", "three commands said to be one", changed(moot, merge), "in one command with MemberJoined")
    moot = BASES["forgotten"]()
    again = event(moot, "m1", "TextErased", {"seq": 8, "field": "text", "reason": "spam"})
    yield Case("forgotten", "a text erased twice", longer(moot, again), "of event 8 again")
    yield Case("forgotten", "an act of a member who has left", longer(moot, event(moot, "m3", "IdeaSupported", {"idea": "i17"})))


def _money() -> Iterator[Case]:
    why = "is shared otherwise than its rule says"
    shares: dict[str, Callable[[list], object]] = {
        "a share with a cent more": lambda shares: shares[0].update(amount=str(int(shares[0]["amount"]) + 1)),
        "a share for who opened the round": lambda shares: shares[0].update(member="m1"),
        "a share for another member": lambda shares: shares[-1].update(member="m1"),
        "a cent moved from one to another": _cent_moved,
        "a share left out": lambda shares: shares.pop(),
        "a share paid twice": lambda shares: shares.append(dict(shares[0])),
    }
    for name, change in shares.items():
        data = changed(BASES["rounds"](), on("RewardShared", lambda line, change=change: change(line["body"]["shares"])))
        yield Case("rounds", name, data, why)
    other = on("RewardShared", lambda line: line["body"].update(round="r1"))
    yield Case("rounds", "shares of another round", changed(BASES["rounds"](), other))


def _cent_moved(shares: list) -> None:
    for place, cents in ((0, 1), (1, -1)):
        shares[place]["amount"] = str(int(shares[place]["amount"]) + cents)


def _amendments() -> Iterator[Case]:
    moot = BASES["amendments"]()
    kept, adopted, *others = moot.of(Polls).polls
    for name, actor, poll in (
        ("a charter put in force twice", "m1", adopted),
        ("a charter out of another decision", "m1", others[0]),
        ("a charter put in force by who may not", "m2", adopted),
    ):
        yield Case("amendments", name, longer(moot, event(moot, actor, "CharterAmended", {"poll": poll})))
    yield Case(
        "amendments", "a charter that was voted down", changed(moot, on("CharterAmended", lambda line: line["body"].update(poll=kept)))
    )
    yield Case("amendments", "another text than was decided on", changed(moot, on("PollOpened", _more_points)))


def _more_points(line: Entry) -> None:
    """The text that was asked about gives away more, and what opens its poll says so."""
    if line["body"]["amendment"]:
        line["body"]["amendment"] = line["body"]["amendment"].replace("award_max = 900", "award_max = 700")
