"""What can be done to an export on its way, or by an operator who hands out another: its bytes, lines, openings and heads, and what somebody
kept of it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from typing import Any

from engine.kernel.loss import DeclareLoss
from engine.limits import CLOCK_AHEAD_MS_MAX
from engine.log.checkpoint import LogKey
from engine.log.fields import commit
from engine.log.json import canonical, parse_own
from tests.forging import event, lived, of_kind
from tests.moot import KEY, ORIGIN, Moot
from tests.store.test_kept import histories, receipt
from tests.tampering.bases import BASES
from tests.tampering.case import PINNED, Case, lines
from tests.tampering.exports import Entry, changed, entries, exported, head, longer, numbered, written

OPERATOR = LogKey.from_seed(ORIGIN, b"\1" * 32)
ELSEWHERE = LogKey.from_seed("moot.example/other", bytes(32))
IDEA, OTHER_IDEA = 8, 17


def cases() -> Iterator[Case]:
    for part in (_bytes, _lines, _consequences, _openings, _commitments, _heads, _kept, _clock):
        yield from part()


def _bytes() -> Iterator[Case]:
    honest = exported(lived())
    for name, mark, more in (
        ("a flipped bit in the first line", b'"origin":"m', 10),
        ("a flipped bit in an event", b'"kind":"PollClosed"', 8),
        ("a flipped bit in a ballot", b'"kind":"BallotSealed"', -20),
        ("a flipped bit in a commitment", b'"title":"', 12),
        ("a flipped bit in a title", b"A bench", 3),
        ("a flipped bit in the root of the head", f"{ORIGIN}\\n63\\n".encode(), len(f"{ORIGIN}\\n63\\n") + 2),
        ("a flipped bit in the signature of the head", KEY.verifier.name.encode() + b" ", len(KEY.verifier.name) + 20),
    ):
        place = honest.rindex(mark) + more
        yield Case("community", name, honest[:place] + bytes([honest[place] ^ 1]) + honest[place + 1 :])
    place = honest.index(b"A bench")
    yield Case("community", "a byte that is no text", honest[:place] + b"\xff" + honest[place + 1 :])
    yield Case("community", "a file that is cut off", honest[:-1], "is cut off")
    yield Case("community", "a file without its end", b"".join(lines(honest)[:-1]), "is cut off")
    yield Case("community", "an empty line at the end", honest + b"\n", "is not the end of the log")
    yield Case("community", "another log behind the end", honest + honest, "is not the end of the log")
    yield Case("community", "another format", honest.replace(b"folkmoot-log/1", b"folkmoot-log/9", 1), "is of the format")
    yield Case("community", "spaces in a line", honest.replace(b'"event":{', b'"event": {', 1))
    yield Case("community", "a number spelled otherwise", honest.replace(b'"cause":3', b'"cause":3.0', 1))
    yield Case("community", "a key given twice", honest.replace(b'"cause":3,', b'"cause":3,"cause":3,', 1))
    yield Case("community", "a field nobody knows", changed(lived(), of_seq(IDEA, lambda event: event["body"].update(more=1))))
    yield Case("community", "a kind nobody knows", changed(lived(), of_seq(IDEA, lambda event: event.update(kind="Unheard"))))
    yield Case("community", "a log that begins with a joining", written(numbered(entries(honest)[1:])))
    yield Case("community", "a rule nobody knows", changed(lived(), of_kind("PollOpened", terms__rule__version="borda@7")))
    yield Case("community", "a rule that counts otherwise", changed(lived(), of_kind("PollOpened", terms__rule__digest="0" * 64)))


def of_seq(seq: int, change: Callable[[Entry], object]) -> Callable[[Entry], None]:
    """Change one event."""

    def to(line: Entry) -> None:
        if line["seq"] == seq:
            change(line)

    return to


def _lines() -> Iterator[Case]:
    """Events dropped, doubled and exchanged: as they are, under the old head; numbered and signed anew; and only signed anew."""
    moot = lived()
    old = head(entries(exported(moot)))
    ballot, support = last_of(moot, "BallotSealed"), last_of(moot, "IdeaSupported")
    tricks: dict[str, Callable[[list[Entry]], object]] = {
        "a ballot dropped": lambda log: log.pop(ballot),
        "the last event dropped": lambda log: log.pop(),
        "a ballot doubled": lambda log: log.insert(ballot, copied(log[ballot])),
        "a support doubled": lambda log: log.insert(support, copied(log[support])),
        "two events exchanged": lambda log: log.insert(support - 1, log.pop(support)),
    }
    for name, trick in tricks.items():
        under = entries(exported(moot))
        trick(under)
        yield Case("community", f"{name}, under the old head", written(under, old))
        if name != "the last event dropped":
            yield Case("community", f"{name}, signed anew", written(under))
            yield Case("community", f"{name}, numbered and signed anew", written(numbered(under)))
    log = entries(exported(moot))
    rest = [entry for entry in log if log[ballot]["event"]["cause"] != entry["event"]["cause"]]
    missed = "the same key signed for another event"
    yield Case("community", "a ballot left out without a trace", written(numbered(rest)), missed, with_receipt(moot, ballot))
    joined = event(moot, "newcomer", "MemberJoined", {"name": None, "email": None})
    yield Case("community", "an event added under the old head", written([*entries(exported(moot)), {"event": joined, "open": {}}], old))


def copied(entry: Entry) -> Entry:
    return parse_own(canonical(entry))


def last_of(moot: Moot, kind: str) -> int:
    return [line["seq"] for line in map(parse_own, moot.log()) if line["kind"] == kind][-1]


def _consequences() -> Iterator[Case]:
    """The log up to the end of one command, without something that had to follow in it."""
    moot = lived()
    log = entries(exported(moot))
    for kind, name in {
        "PointsEarned": "points that were not given",
        "IdeaAdvanced": "an idea that did not advance",
        "BallotsOpened": "ballots that were not opened",
        "PollEnded": "a poll that did not end",
        "DecisionFinal": "a decision that is not final",
    }.items():
        seq = next(entry["event"]["seq"] for entry in log if entry["event"]["kind"] == kind)
        cause = log[seq]["event"]["cause"]
        end = next(entry["event"]["seq"] for entry in log[seq:] if entry["event"]["cause"] != cause)
        yield Case("community", name, written(numbered([copied(entry) for entry in log[:end] if entry is not log[seq]])))


def _openings() -> Iterator[Case]:
    """What stands beside the events; the head does not cover it, and the commitments do."""
    moot = lived()
    salt, title = entries(exported(moot))[IDEA]["open"]["title"]
    opened, sealed = last_of(moot, "PollOpened"), last_of(moot, "BallotSealed")
    tricks: dict[str, Callable[[list[Entry]], object]] = {
        "two titles exchanged": _exchanged,
        "a title that is missing": lambda log: log[IDEA]["open"].pop("title"),
        "another title": lambda log: log[IDEA]["open"].update(title=[salt, title + "!"]),
        "another salt": lambda log: log[IDEA]["open"].update(title=[b64encode(bytes(32)).decode(), title]),
        "a salt that is too short": lambda log: log[IDEA]["open"].update(title=[b64encode(b64decode(salt)[:-1]).decode(), title]),
        "an opening of no field": lambda log: log[IDEA]["open"].update(secret=[salt, title]),
        "an opening that is no pair": lambda log: log[IDEA]["open"].update(title=title),
        "the secret of a draw that stands open": lambda log: log[opened]["open"].update(private(moot, opened, "draw_secret")),
        "a sealed ballot that stands open": lambda log: log[sealed]["open"].update(private(moot, sealed, "choice")),
    }
    for name, trick in tricks.items():
        log = entries(exported(moot))
        trick(log)
        yield Case("community", name, written(log))
    moot = BASES["forgotten"]()
    log, member = entries(exported(moot)), last_of(moot, "MemberJoined")
    log[member]["open"].update(private(moot, member, "email"))
    yield Case("forgotten", "an address that stands open", written(log), "is private and stands open")
    log = entries(exported(moot))
    log[IDEA]["open"]["text"] = entries(exported(lived()))[IDEA]["open"]["text"]
    yield Case("forgotten", "an erased text that is still there", written(log), "was erased and is still there")


def _exchanged(log: list[Entry]) -> None:
    one, other = log[IDEA]["open"], log[OTHER_IDEA]["open"]
    one["title"], other["title"] = other["title"], one["title"]


def private(moot: Moot, seq: int, field: str) -> dict[str, list]:
    """What lies in the vault, as if it were to travel."""
    salt, value = moot.community.store.opening(seq, field)
    return {field: [b64encode(salt).decode(), parse_own(value)]}


def _commitments() -> Iterator[Case]:
    """Commitments made to something else, and opened to it."""
    for name, title, why in (
        ("a title that is not composed", "Cafe\u0301", ""),
        ("a title of nothing to be seen", "\u3164", ""),
        ("a title that turns the line round", "a\u202eb", "holds the control character"),
        ("an empty title", "", ""),
        ("a title that is no text", {"x": [1, 2]}, ".title is {"),
    ):
        log = entries(exported(lived()))
        value = canonical(title)
        log[IDEA]["event"]["body"]["title"] = commit(bytes(32), value)
        log[IDEA]["open"]["title"] = [b64encode(bytes(32)).decode(), parse_own(value)]
        yield Case("community", name, written(log), why)
    copies = iter(line for line in map(parse_own, lived().log()) if line["kind"] == "BallotSealed")
    first = next(copies)["body"]["choice"]
    data = changed(lived(), of_kind("BallotSealed", choice=first))
    yield Case("community", "a ballot that copies another's commitment", data, "bears the commitment of another")
    for name, choice in {"a ballot for an option there is not": "9", "a ballot in another spelling": "2,1"}.items():
        yield Case("community", name, written(_opened_to(entries(exported(lived())), choice)))
    log = entries(exported(lived()))
    opened = next(entry["event"]["body"]["openings"] for entry in log if entry["event"]["kind"] == "BallotsOpened")
    opened[0]["choice"], opened[1]["choice"] = opened[1]["choice"], opened[0]["choice"]
    yield Case("community", "two ballots opened the wrong way round", written(log))
    log = entries(exported(lived()))
    next(entry["event"]["body"]["openings"] for entry in log if entry["event"]["kind"] == "BallotsOpened").pop()
    yield Case("community", "a ballot that is not opened", written(log))
    log = entries(exported(lived()))
    poll = log[last_of(lived(), "PollOpened")]
    labels = [option["label"] for option in poll["event"]["body"]["options"]]
    poll["event"]["body"]["options"][1]["label"] = labels[0]
    poll["open"]["options.1.label"] = poll["open"]["options.0.label"]
    yield Case("community", "two options of one name", written(log), "has two options of one name")


def _opened_to(log: list[Entry], choice: str) -> list[Entry]:
    """The first ballot of a poll that was opened, committed to another choice from the beginning."""
    opened = next(entry["event"]["body"]["openings"] for entry in log if entry["event"]["kind"] == "BallotsOpened")[0]
    opened["choice"] = choice
    log[opened["seq"]]["event"]["body"]["choice"] = commit(bytes.fromhex(opened["salt"]), canonical(choice))
    return log


def _heads() -> Iterator[Case]:
    """Heads that are not of these events, or not by the log's key."""
    log = entries(exported(lived()))
    note, fewer = head(log), head(log[:-1])
    body, _, signature = note.rpartition("\n\n")
    other = fewer.rpartition("\n\n")[2]
    for name, said in {
        "a head by another key": head(log, OPERATOR),
        "a head of another log": head(log, ELSEWHERE, ELSEWHERE.verifier.name),
        "a head of another history": head(entries(exported(BASES["histories"]()))),
        "a head over fewer events": fewer,
        "a head nobody has signed": body + "\n",
        "a head that is none": "nonsense",
        "a head with another's signature": f"{body}\n\n{other}",
        "a head that signs twice, once wrongly": f"{body}\n\n{signature}{other}",
    }.items():
        yield Case("community", name, written(log, said))
    stolen = entries(exported(BASES["histories"]()))
    stolen[0]["event"]["body"]["key"] = str(OPERATOR.verifier)
    yield Case("histories", "a whole log under the key of another", written(stolen, key=OPERATOR), "not by the key given")
    renamed = exported(lived()).replace(str(KEY.verifier).encode(), str(OPERATOR.verifier).encode(), 1)
    yield Case("community", "a first line with another key", renamed, "does not name the log and key")
    yield Case("community", "the log of another community", exported(lived()), "not by the key given", {"key": str(ELSEWHERE.verifier)})


def _kept() -> Iterator[Case]:
    """Logs in which everything is right, and which are not what their key has signed for: two histories, alike up to event 3."""
    one, other = histories()
    theirs = one.community.checkpoint()
    another = "is another history: the same key signed for another event"
    second = "is another history than the one its key signed"
    yield Case("histories", "another history than a head that was kept", exported(other), second, PINNED | {"head": theirs})
    for seq in (4, 6):
        yield Case("histories", f"another history than a receipt of event {seq}", exported(other), another, with_receipt(one, seq))
    yield Case("histories", "another history than a receipt of what both have", exported(other), second, with_receipt(one, 2))
    older = Moot(members=2)
    yield Case("histories", "an older copy than a head that was kept", exported(older), "does not continue", PINNED | {"head": theirs})
    yield Case("histories", "an older copy than a receipt", exported(older), "does not continue", with_receipt(one, 4))
    lost = histories()[1]
    lost.do("m1", DeclareLoss(receipt(one, 4).note))
    yield Case("histories", "a loss that somebody has a receipt of", exported(lost), "has lost event", with_receipt(one, 4))
    mine = with_receipt(one, 4)
    shown = mine["receipts"][0]
    line = parse_own(shown["event"].encode())
    for name, said, why in (
        ("a receipt that was changed", shown | {"event": canonical(line | {"actor": "m3"}).decode()}, "does not lead from the leaf"),
        ("a receipt with another's proof", shown | {"proof": receipt(one, 5).proof}, "does not lead from the leaf"),
        ("a receipt under a head of another key", shown | {"proof": _signed_by_another(shown["proof"], one)}, ""),
        ("a receipt that is none", shown | {"proof": "nonsense"}, "is not a tlog-proof"),
        ("a receipt of another place", shown | {"proof": shown["proof"].replace("index 4", "index 5")}, "does not lead from the leaf"),
    ):
        yield Case("histories", name, exported(one), why, PINNED | {"receipts": [said]})
    lacking = changed(lived(), of_kind("PollOpened", terms__rule__version="borda@7"))
    kept = PINNED | {"head": head(entries(exported(lived())))}
    yield Case("community", "a rule nobody knows, to hide another history", lacking, second, kept)


def _signed_by_another(proof: str, moot: Moot) -> str:
    path, _, _ = proof.partition("\n\n")
    return f"{path}\n\n{head(entries(exported(moot)), OPERATOR)}"


def with_receipt(moot: Moot, seq: int) -> dict[str, Any]:
    kept = receipt(moot, seq)
    return PINNED | {"receipts": [{"event": kept.line.decode(), "proof": kept.proof}]}


def _clock() -> Iterator[Case]:
    moot = lived()
    late = PINNED | {"now": moot.state.at - CLOCK_AHEAD_MS_MAX - 1}
    yield Case("community", "a log that is later than it can be", exported(moot), "", late)
    beyond = event(moot, "newcomer", "MemberJoined", {"name": None, "email": None}, at=2**52)
    yield Case("community", "an event at a moment no calendar knows", longer(moot, beyond), "before the year 10000")
