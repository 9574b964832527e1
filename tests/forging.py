"""A lived community, and the operator who rewrites its log with valid hashes and signatures."""

from __future__ import annotations

from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import OpenPoll
from engine.features.rewards.share import ShareReward
from engine.kernel.join import JoinCommunity
from engine.log.checkpoint import Checkpoint
from engine.log.json import canonical, parse_own
from engine.log.merkle import Tree, leaf_hash
from engine.store.memory import MemoryStore
from tests.moot import KEY, ORIGIN, Moot


def lived() -> Moot:
    """A community that has done a bit of everything."""
    moot = Moot(members=6)
    for author in ("m2", "m3"):
        moot.idea(author, supports=5)
    monthly = f"p{moot.do('m1', OpenPoll('monthly', 'Which idea?')).seq}"
    moot.vote(monthly, "1,2", "2", "1", "2")
    moot.do("m2", CastBallot(monthly, "1"))
    moot.do("m1", ClosePoll(monthly))
    ranking = moot.poll()
    moot.vote(ranking, "1>2", "2>3", "3>1", "2")
    moot.do("m1", ClosePoll(ranking))
    moot.do("m1", AwardPoints("m4", 50, "for the soup"))
    moot.do("m1", ShareReward("quarterly", 12_345))
    last = moot.poll()
    moot.do("m3", CastBallot(last, "2>1"))
    moot.members.append(f"m{moot.do('newcomer', JoinCommunity('Late')).seq}")
    return moot


def closed(moot: Moot) -> str:
    return next(poll.id for poll in moot.state.polls.values() if poll.result)


def waiting(moot: Moot, poll: str) -> int:
    return next(iter(moot.state.polls[poll].ballots.waiting))


def opened_early(moot: Moot, poll: str) -> dict:
    seq = waiting(moot, poll)
    salt, value = moot.community.store.opening(seq, "choice")
    return {"poll": poll, "openings": [{"seq": seq, "salt": salt.hex(), "choice": parse_own(value)}]}


def rewritten(moot: Moot, change, extra: list[dict] | None = None) -> MemoryStore:
    """The operator's forgery: lines changed or added, everything hashed and signed anew."""
    store, tree = MemoryStore(), Tree()
    lines = [parse_own(data) for data in moot.log()] + (extra or [])
    for seq, line in enumerate(lines):
        opened = moot.community.store.openings(line["seq"])
        change(line)
        line["seq"] = seq
        data = canonical(line)
        store._lines.append(data)
        store._filings.append(lines.filing_of(lines.read_own(data)))
        store._vault[seq] = {opening.field: opening for opening in opened}
        tree.append(leaf_hash(data))
    store._tiles = {(level, index): data for level, index, data in tree.take_filled()}
    store.put_checkpoint(tree.size, KEY.sign(Checkpoint(ORIGIN, tree.size, tree.root())))
    return store


def event(moot: Moot, actor: str, kind: str, body: dict, at: int = 0, cause: int | None = None) -> dict:
    seq = moot.state.seq
    return {"actor": actor, "at": moot.now + at, "body": body, "cause": seq if cause is None else cause, "kind": kind, "seq": seq}


def unchanged(line: dict) -> None:
    """Leave it."""


def of_kind(kind: str, **fields):
    def change(line: dict) -> None:
        if line["kind"] == kind:
            line["body"].update(fields)

    return change


def ended(moot: Moot, end: int, dropped: int | None = None) -> MemoryStore:
    """The log up to before event `end`, with one event left out."""
    found = Moot.__new__(Moot)
    found.community = moot.community
    found.log = lambda: [data for seq, data in enumerate(moot.log()) if seq < end and seq != dropped]  # type: ignore[method-assign]
    return rewritten(found, unchanged)


def merged(moot: Moot, count: int) -> MemoryStore:
    """The last `count` commands of one actor said to be one."""
    lines = [parse_own(data) for data in moot.log()]
    starts = [line["seq"] for line in lines if line["cause"] == line["seq"]]

    def change(line: dict) -> None:
        if line["seq"] >= starts[-count]:
            line["cause"] = starts[-count]

    return rewritten(moot, change)
