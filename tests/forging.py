"""A lived community, and the operator who rewrites its log with valid hashes and signatures."""

from __future__ import annotations

from engine import lines
from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.polls.open import OpenPoll
from engine.features.polls.state import Polls
from engine.features.rewards.share import ShareReward
from engine.kernel.join import JoinCommunity
from engine.log.checkpoint import Checkpoint
from engine.log.json import canonical, parse_own
from engine.log.merkle import Tree, leaf_hash
from engine.store.memory import MemoryStore
from tests.moot import KEY, ORIGIN, Moot


def lived(replacing: bool = True) -> Moot:
    """A community that has done a bit of everything; its first idea is event 8, its last poll is open, and somebody joined after it."""
    moot = Moot(members=6)
    for author in ("m2", "m3"):
        moot.idea(author, supports=5)
    monthly = f"p{moot.do('m1', OpenPoll('monthly', 'Which idea?')).seq}"
    moot.vote(monthly, "1,2", "2", "1", "2")
    if replacing:
        moot.do("m2", CastBallot(monthly, "1"))
    moot.end(monthly)
    ranking = moot.poll()
    moot.vote(ranking, "1>2", "2>3", "3>1", "2")
    moot.end(ranking)
    moot.do("m1", AwardPoints("m4", 50, "for the soup"))
    moot.funded().do("m1", ShareReward("quarterly", 12_345))
    last = moot.poll()
    moot.do("m3", CastBallot(last, "2>1"))
    moot.members.append(f"m{moot.do('newcomer', JoinCommunity('Late')).seq}")
    return moot


def closed(moot: Moot) -> str:
    return next(poll.id for poll in moot.of(Polls).polls.values() if poll.result)


def last_poll(moot: Moot) -> str:
    return list(moot.of(Polls).polls)[-1]


def waiting(moot: Moot, poll: str) -> int:
    """A sealed ballot that waits to be opened."""
    return moot.of(Polls)[poll].open_ballots.sealed()[0]


def opened_early(moot: Moot, poll: str) -> dict:
    seq = waiting(moot, poll)
    salt, value = moot.community.store.opening(seq, "choice")
    return {"poll": poll, "openings": [{"seq": seq, "salt": salt.hex(), "choice": parse_own(value)}]}


def rewritten(moot: Moot, change, extra: list[dict] | None = None) -> MemoryStore:
    """The operator's forgery: lines changed or added, everything hashed and signed anew."""
    store, tree = MemoryStore(), Tree()
    for seq, line in enumerate([parse_own(data) for data in moot.log()] + (extra or [])):
        opened = moot.community.store.openings(line["seq"])
        change(line)
        line["seq"] = seq
        data = canonical(line)
        store._lines.append(data)
        store._filings.append(filed(data))
        store._vault[seq] = {opening.field: opening for opening in opened}
        tree.append(leaf_hash(data))
    store._tiles = {(level, index): data for level, index, data in tree.take_filled()}
    store.put_checkpoint(tree.size, KEY.sign(Checkpoint(ORIGIN, tree.size, tree.root())))
    return store


def filed(data: bytes) -> lines.Filing:
    """What a line is filed under; nothing, where no line could say that."""
    try:
        return lines.filing_of(lines.read_own(data))
    except Exception:  # noqa: BLE001
        return lines.Filing("", "", ())


def event(moot: Moot, actor: str, kind: str, body: dict, at: int = 0, cause: int | None = None) -> dict:
    seq = moot.state.seq
    return {"actor": actor, "at": moot.now + at, "body": body, "cause": seq if cause is None else cause, "kind": kind, "seq": seq}


def unchanged(line: dict) -> None:
    """Leave it."""


def of_kind(kind: str, **fields):
    """Change fields of every event of a kind; `terms__ties` is the field `ties` in `terms`."""

    def change(line: dict) -> None:
        if line["kind"] == kind:
            for path, value in fields.items():
                *outer, name = path.split("__")
                place = line["body"]
                for part in outer:
                    place = place and place[part]
                if place is not None:
                    assert name in place, f"{kind} has no {path}"
                    place[name] = value

    return change


def ended(moot: Moot, end: int, dropped: int | None = None) -> MemoryStore:
    """The log up to before event `end`, with one event left out."""
    shorter = Moot.__new__(Moot)
    shorter.community = moot.community
    shorter.log = lambda: [data for seq, data in enumerate(moot.log()) if seq < end and seq != dropped]  # type: ignore[method-assign]
    return rewritten(shorter, unchanged)


def merged(moot: Moot, count: int) -> MemoryStore:
    """The last `count` commands of one actor said to be one."""
    starts = [line["seq"] for line in map(parse_own, moot.log()) if line["cause"] == line["seq"]]

    def change(line: dict) -> None:
        if line["seq"] >= starts[-count]:
            line["cause"] = starts[-count]

    return rewritten(moot, change)
