"""What a dropped feature can do, tried inside the copy of the tree it was dropped into; an old log stands beside it."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.features.bounties.promise import PromiseBounty
from engine.features.bounties.state import Bounties
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import build
from api.cli import app
from api.clockwork import do_due
from api.doors.session import COOKIE, Sessions
from engine.event import command_of, rights
from engine.features.polls.open import OpenPoll
from engine.features.treasury.state import Treasury
from engine.kernel import charter as charters
from engine.kernel.forget import ForgetMember
from engine.refusals import Refusal
from engine.store import export, folder, snapshot
from engine.store.export import Export
from engine.values import DAY_MS
from engine.verify import verify
from tests.moot import Moot

TEXT = charters.preset("product").replace('"join_community"', '"promise_bounty", "join_community"')
WITH = TEXT + '\n[bounties]\namount_max = "5000"\ndays = 10\n'


def refused(call, code: str) -> None:
    try:
        call()
    except Refusal as refusal:
        assert refusal.code == code, refusal
        return
    raise AssertionError(f"{code} was not refused")


def lived(place: Path) -> Moot:
    moot = Moot.__new__(Moot)
    moot.__init__(members=6, text=WITH)
    moot.funded(10_000)
    return moot


def main(place: Path, old_log: Path) -> None:
    # An old log stays what it was.
    assert verify(Export(old_log), private_kept=False).verdict == "sound"
    # The command line, HTTP and OpenAPI know it.
    shown = CliRunner().invoke(app, ["commands", "PromiseBounty"])
    assert "POST /bounties" in shown.output, shown.output
    assert command_of("PromiseBounty").resource == "/bounties" and "promise_bounty" in rights()
    # A charter without money cannot have it.
    without = WITH.replace('unit = "EUR"', 'unit = ""').split("[rewards.quarterly]")[0] + "[bounties]\namount_max = 5\n"
    refused(lambda: charters.lawful(without), "charter_wrong")
    moot = lived(place)
    ideas = [moot.idea(author, supports=3, cost=100) for author in ("m2", "m3", "m4", "m5")]
    first = f"b{moot.do('m1', PromiseBounty(ideas[0], 900, 'we need it')).seq}"
    refused(lambda: moot.do("m2", PromiseBounty(ideas[0], 5, "me too")), "not_allowed")
    refused(lambda: moot.do("m1", PromiseBounty(ideas[0], 5_001, "too much")), "funds_short")
    http(moot, ideas[1])
    moot.do("m1", PromiseBounty(ideas[2], 300, "to be given back"))
    # Its author leaves: given back. Its promiser may not.
    moot.do("m4", ForgetMember("m4"))
    assert [bounty.idea for bounty in moot.of(Bounties).open.values()] == ideas[:2]
    # A snapshot holds it, and so does an export.
    state = moot.state
    (place / "export.jsonl").write_bytes(b"")
    with (place / "export.jsonl").open("wb") as file:
        export.write(moot.community, file)
    assert verify(Export(place / "export.jsonl"), private_kept=False).verdict == "sound"
    assert b"engine.features.bounties.state.Bounties" in snapshot.view(state)
    # A decision pays it.
    poll = f"p{moot.do('m1', OpenPoll('monthly', 'Which idea?')).seq}"
    moot.vote(poll, "1", "1", "1")
    moot.end(poll)
    assert moot.of(Treasury).accounts.balance("m2") == 900 and first not in moot.of(Bounties).open
    # What is left is ended by the clock.
    moot.now += 20 * DAY_MS
    assert do_due(moot.community, moot.now) == 1
    assert not moot.of(Bounties).open and moot.of(Treasury).funds == 10_000 - 900
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
    in_a_folder(place)
    amended(moot)
    print("a feature is a folder")


def http(moot: Moot, idea: str) -> None:
    sessions = Sessions(bytes(32))
    client = TestClient(build(moot.community, sessions, ("testserver",)))
    client.cookies.set(COOKIE, sessions.cookie("m1", 0))
    document = client.get("/openapi.json").json()
    assert {"/bounties", "/bounties/{thing}", "/bounties/{bounty}/expiry"} <= set(document["paths"])
    import api.clock

    api.clock.now = lambda: moot.now  # type: ignore[assignment]
    client.cookies.set(COOKIE, sessions.cookie("m1", moot.now))
    answer = client.post("/bounties", json={"idea": idea, "amount": "700", "why": "because"})
    assert answer.status_code == 201, answer.text
    bounty = answer.json()["id"]
    assert [event["kind"] for event in client.get(f"/bounties/{bounty}").json()["events"]] == ["BountyPromised"]
    assert client.get(f"/bounties/{bounty}", headers={"accept": "text/html"}).status_code == 200


def in_a_folder(place: Path) -> None:
    """A restart from a snapshot gives the same state."""
    community = folder.found(place / "moot", WITH, "bounty.example/moot", 1_700_000_000_000, bytes(32))
    view = snapshot.view(community.state)
    snapshot.save(community.store.cache, community.state)  # type: ignore[attr-defined]
    folder.close(community)
    again = folder.open_folder(place / "moot")
    assert snapshot.view(again.state) == view
    folder.close(again)


def amended(moot: Moot) -> None:
    """No charter without bounties while some are open."""
    idea = moot.idea("m2", cost=5)
    moot.do("m1", PromiseBounty(idea, 10, "for later"))
    refused(lambda: moot.do("m1", OpenPoll("charter", "No bounties?", amendment=TEXT)), "poll_not_ready")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
