"""Attesting where people are: a terminal that recounts first, HTTP, and what pages, programs and audits say of a council."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from shutil import copytree

import pytest

from api import council_keystore, keystore
from engine.community import Community
from engine.features.attestation.lapse import LapseDecision
from engine.features.attestation.statement import stated
from engine.features.polls.state import Polls
from engine.kernel.roles import GiveRole
from engine.store import export
from tests.api.conftest import HTML, as_member
from tests.api.test_cli import answer, ask, folkmoot
from tests.council import COUNCIL, TEXT, attest, decided, objecting, registering, seat, secret
from tests.forging import of_kind, rewritten
from tests.moot import KEY, Moot
from tests.signing import key

# -- a terminal -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A community of five with a council of m2 and m3, of whom two are needed; keys in files, a password, and poll p11 decided."""
    made = tmp_path_factory.mktemp("made")
    text = answer("charter", "product")["text"] + COUNCIL.replace("needed = 3", "needed = 2")
    (made / "ours.toml").write_text(text)
    (made / "password").write_text("open sesame\n")
    (made / "password").chmod(0o600)
    moot = made / "moot"
    answer("found", made / "ours.toml", moot, "--name", "Ana")
    for name in ("Bo", "Cy"):
        ask(moot, "newcomer", command="JoinCommunity", name=name)
    for member in ("m2", "m3"):
        said = answer("key", "new", "--council", made / member, "--password-file", made / "password")
        assert re.fullmatch("0x[0-9a-f]{96}", said["key"])
        assert answer("key", "show", made / member, "--password-file", made / "password")["key"] == said["key"]
        ask(moot, "m1", command="GiveRole", member=member, role="council")
        do = ("do", moot, "-", "--as", member, "--sign", made / member, "--password-file", made / "password")
        assert f"is the council key of member {member}" in answer(*do, typed='{"command": "RegisterCouncilKey"}')["signed"]
    options = [{"label": "Monday"}, {"label": "Friday"}]
    poll = ask(moot, "m1", command="OpenPoll", decision="matter", question="Shall we?", options=options)["id"]
    for member in ("m1", "m2", "m3"):
        ask(moot, member, command="CastBallot", poll=poll, choice="1")
    ask(moot, "m1", command="ClosePoll", poll=poll)
    (made / "poll").write_text(poll)
    return made


@pytest.fixture
def place(made, tmp_path):
    """A copy of it."""
    return copytree(made, tmp_path / "place")


def attesting(place, member: str, *words: object, source: str = "moot", by: str = "") -> tuple[object, ...]:
    return (
        "attest", place / source, (place / "poll").read_text(), "--as", member, "--key", place / (by or member),
        "--password-file", place / "password", *words,
    )  # fmt: skip


def test_two_recount_and_sign_and_it_is_final(place):
    moot, poll = place / "moot", (place / "poll").read_text()
    shown = answer("show", moot, poll)["council"]
    assert (shown["status"], shown["seats"], shown["needed"], shown["still_needed"], shown["attested_by"]) == ("asked", 2, 2, 2, [])
    done = folkmoot(*attesting(place, "m2")).stdout
    assert "Recounted: the log is sound. Signed:" in done and "folkmoot council attests 1" in done and f"poll {poll} " in done
    assert answer("show", moot, poll)["council"]["still_needed"] == 1 and not answer("show", moot, poll)["result"]["final"]
    exported = place / "moot.jsonl"
    answer("export", moot, exported)
    sent = answer(*attesting(place, "m3", source="moot.jsonl"))["command"]
    assert ask(moot, "m3", **sent)["count"] == 3
    shown = answer("show", moot, poll)
    assert shown["result"]["final"] and shown["council"]["status"] == "attested" and len(shown["council"]["attested_by"]) == 2
    audited = folkmoot("verify", moot, "--allow-unsigned", "--reference").stdout
    assert "2  attestations" in audited and "1  decisions attested" in audited and "Sound" in audited
    side = answer("show", moot, f"{poll}/council")["council"]
    assert side["signers"] == "03" and side["statement"].startswith("folkmoot council attests 1\n")
    assert [one["key"] for one in side["council"]] == [one["key"] for one in answer("show", moot, "council")]
    written = b"".join(path.read_bytes() for path in [*moot.iterdir(), exported])
    assert b"sesame" not in written and not [
        1 for member in ("m2", "m3") if council_keystore.read(place / member, b"open sesame").secret.hex().encode() in written
    ]


def test_a_member_may_object_instead(place):
    for member in ("m2", "m3"):
        assert "objects" in folkmoot(*attesting(place, member, "--object", "I count otherwise.")).stdout
    shown = answer("show", place / "moot", (place / "poll").read_text())
    assert shown["status"] == "overturned" and [one["reason"] for one in shown["council"]["objections"]] == ["I count otherwise."] * 2


def test_what_cannot_be_recounted_is_not_signed(place):
    """The operator hands out another log, signed anew: the one who attests finds it, and no word of hers leaves."""
    moot = Moot(members=6, text=TEXT)
    seat(moot, "m2", "m3", "m4")
    poll = decided(moot)
    forged = rewritten(moot, of_kind("PollClosed", winners=[2]))
    council_keystore.write(place / "hers", secret("m2"), b"open sesame")
    (place / "poll").write_text(poll)
    with (place / "forged.jsonl").open("wb") as file:
        export.write(Community(forged, KEY), file)
    no = folkmoot(*attesting(place, "m2", "--json", source="forged.jsonl", by="hers"), code=1)
    said = json.loads(no.stderr)
    assert said["code"] == "log_unlawful" and "a recount says" in said["fact"] and not no.stdout


def test_a_seat_of_another_key_or_none_is_not_signed_for(place):
    for words, code in (
        (attesting(place, "m2", "--json", by="m3"), "signature_wrong"),
        (attesting(place, "m1", "--json", by="m2"), "not_on_council"),
        (attesting(place, "m2", "--json", source="nowhere"), "file_unreadable"),
    ):
        no = folkmoot(*words, code=1)
        assert json.loads(no.stderr)["code"] == code and not no.stdout
    folkmoot(*attesting(place, "m2"))
    assert json.loads(folkmoot(*attesting(place, "m2", "--json"), code=1).stderr)["code"] == "spoken_already"


def test_each_sort_of_key_signs_what_is_its_own(place):
    keystore.write(place / "ballots", key("m2"), b"open sesame")
    moot, word = place / "moot", ("--password-file", place / "password")
    for words, typed, code in (
        (("do", moot, "-", "--as", "m1", "--sign", place / "ballots", *word), {"command": "RegisterCouncilKey"}, "field_wrong"),
        (("do", moot, "-", "--as", "m2", "--sign", place / "m2", *word), {"command": "RegisterKey"}, "field_wrong"),
        (("do", moot, "-", "--as", "m2", "--sign", place / "m2", *word), {"command": "RotateCouncilKey"}, "field_wrong"),
        (("do", moot, "-", "--as", "m2", "--sign", place / "m2", *word), {"command": "AttestDecision", "poll": "p1"}, "field_unknown"),
        (attesting(place, "m2", by="ballots"), None, "keystore_wrong"),
    ):
        no = folkmoot(*words, "--json", typed=json.dumps(typed) if typed else "", code=1)
        assert json.loads(no.stderr)["code"] == code and "sesame" not in no.stderr
    answer("key", "new", "--council", place / "next", *word)
    rotate = ("do", moot, "-", "--as", "m2", "--sign", place / "m2", "--sign", place / "next", *word)
    assert "takes the place of" in answer(*rotate, typed='{"command": "RotateCouncilKey"}')["signed"]
    answer("do", moot, "-", "--as", "m2", "--sign", place / "ballots", *word, typed='{"command": "RegisterKey"}')
    retire = ("do", moot, "-", "--as", "m2", "--sign", place / "next", *word)
    assert "no more" in answer(*retire, typed='{"command": "RetireCouncilKey"}')["signed"]
    assert answer(*attesting(place, "m2"))["count"], "the poll keeps the key it froze"
    answer("key", "new", "--council", place / "third", *word)
    register = ("do", moot, "-", "--as", "m2", "--sign", place / "third")
    assert (
        json.loads(folkmoot(*register, *word, "--json", typed='{"command": "RegisterCouncilKey"}', code=1).stderr)["code"] == "field_wrong"
    )
    for second, code in (("next", 1), ("ballots", 0)):
        folkmoot(*register, "--sign", place / second, *word, typed='{"command": "RegisterCouncilKey"}', code=code)


# -- HTTP and pages ---------------------------------------------------------------------------------------------------


def page(client, path: str) -> str:
    got = client.get(path, headers=HTML)
    assert got.status_code == 200, got.text
    return re.sub(r"\s+", " ", got.text)


@pytest.mark.parametrize("moot_text", [TEXT], indirect=True)
def test_over_http_a_member_registers_attests_and_is_named(client, sessions, moot, moot_text):
    for member in ("m2", "m3", "m4"):
        moot.do("m1", GiveRole(member, "council"))
        as_member(client, sessions, member, moot)
        assert client.post("/council", json=asdict(registering(moot, member))).status_code == 201
    assert [one["key"] for one in client.get("/council").json()] == [secret(member).public for member in ("m2", "m3", "m4")]
    assert secret("m2").public in page(client, "/council") and secret("m2").public in page(client, "/members/m2")
    poll = decided(moot)
    side = client.get(f"/polls/{poll}/council").json()["council"]
    assert side["statement"].encode() == stated(moot.state, poll)
    for member in ("m2", "m3", "m4"):
        as_member(client, sessions, member, moot)
        sig = secret(member).sign(side["statement"].encode())
        if member == "m2":
            assert client.post(f"/polls/{poll}/attestations", json={"sig": secret("m3").sign(b"")}).json()["code"] == "signature_wrong"
        assert client.post(f"/polls/{poll}/attestations", json={"sig": sig}).status_code == 201
    assert moot.of(Polls)[poll].final and client.get(f"/polls/{poll}").json()["council"]["status"] == "attested"
    assert "Attested at" in page(client, f"/polls/{poll}") and "What is signed" in page(client, f"/polls/{poll}/council")


@pytest.mark.parametrize("moot_text", [TEXT], indirect=True)
def test_a_polls_page_says_what_it_waits_for_in_every_state(client, sessions, moot, moot_text):
    seat(moot, "m2", "m3", "m4")
    waiting = moot.poll("matter", options=2)
    said = page(client, f"/polls/{waiting}")
    assert "final once 3 of the 3 seats of its council have attested the count, within 7 days" in said and "Objections by 2" in said
    poll = decided(moot)
    attest(moot, poll, "m2")
    said = page(client, f"/polls/{poll}")
    assert "Counted, and not final: 2 more of its council of 3 have to attest" in said and "You sit on it" not in said
    assert "You sit on it" in page(as_member(client, sessions, "m3", moot), f"/polls/{poll}")
    assert "You sit on it" not in page(as_member(client, sessions, "m2", moot), f"/polls/{poll}")
    for member in ("m3", "m4"):
        moot.do(member, objecting(moot, member, poll))
    said = page(client, f"/polls/{poll}")
    assert client.get(f"/polls/{poll}").json()["council"]["status"] == "overturned"
    assert "Overturned by its council" in said and said.count("I count otherwise.") == 2 and "0 objections" not in said
    late = decided(moot)
    moot.wait(7 * 24 * 60)
    moot.do("clock", LapseDecision(late))
    assert "Lapsed: too few of its council attested it in time" in page(client, f"/polls/{late}")
    assert "Nobody has one" not in page(client, "/council")


def test_where_nobody_has_a_council_key_the_page_says_how_to_make_one(client, moot):
    assert "folkmoot key new --council FILE" in page(client, "/council")
    assert "Its terms ask for none" in page(client, f"/polls/{moot.poll()}/council")
