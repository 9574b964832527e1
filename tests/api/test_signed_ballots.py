"""Signing where people are: the command line, a wallet over HTTP, and what pages, programs and an audit say of signed ballots."""

from __future__ import annotations

import json
from shutil import copytree

import pytest

from api import keystore
from engine.features.polls.cast import BallotSignature, CastBallot
from engine.features.polls.signing import commitment
from engine.features.polls.state import Polls
from engine.log.eip712 import read_typed_data
from engine.log.signing import shown
from tests.api.conftest import HTML, as_member
from tests.api.test_cli import answer, ask, folkmoot
from tests.signing import FAR, OPEN, REQUIRED, cast, key, register, registering
from tests.wallets import compared, hashed

# -- a terminal -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A community of m1 and m2 with an open poll p3 whose ballots are sealed, and a password."""
    made = tmp_path_factory.mktemp("made")
    answer("found", "product", made / "moot", "--name", "Ana")
    ask(made / "moot", "newcomer", command="JoinCommunity", name="Bo")
    options = [{"label": "Monday"}, {"label": "Friday"}]
    ask(made / "moot", "m1", command="OpenPoll", decision="ranking", question="Which day?", options=options)
    (made / "password").write_text("open sesame\n")
    (made / "password").chmod(0o600)
    return made


@pytest.fixture
def place(made, tmp_path):
    """A copy of it."""
    return copytree(made, tmp_path / "place")


def signing(place, *keys: str) -> list[object]:
    return [word for name in keys for word in ("--sign", place / name)] + ["--password-file", place / "password"]


def test_from_a_new_key_to_a_signed_ballot_that_counts(place):
    moot, word = place / "moot", signing(place)
    first = answer("key", "new", place / "first", *word)["address"]
    assert answer("key", "show", place / "first", *word)["address"] == first
    second = answer("key", "new", place / "second", *word)["address"]

    def do(*keys: str, **command: object) -> dict:
        return answer("do", moot, "-", "--as", "m2", *signing(place, *keys), typed=json.dumps(command))

    assert do("first", command="RegisterKey")["signed"] == f"that {first} is the key of member m2"
    assert do("first", command="CastBallot", poll="p3", choice="1 > 2")["signed"].startswith(
        "in poll p3: option 1, then option 2; as the commitment"
    )
    assert second in do("first", "second", command="RotateKey")["signed"]
    do("second", command="CastBallot", poll="p3", choice="2")
    assert answer("show", moot, "keys") == [answer("show", moot, "keys")[0] | {"address": second}]
    ask(moot, "m1", command="CastBallot", poll="p3", choice="2")
    ask(moot, "m1", command="ClosePoll", poll="p3")
    said = answer("show", moot, "p3")
    assert said["result"]["winners"] == [2] and (said["signatures"]["signed"], said["signatures"]["by_word"]) == (1, 1)
    assert "signed: 1" in folkmoot("show", moot, "p3").stdout
    assert do("second", command="RetireKey")["count"] == 1
    done = folkmoot("verify", moot, "--allow-unsigned").stdout
    assert "1  counted, signed" in done and "1  counted, by word" in done
    files = [path.read_bytes() for path in moot.iterdir()]
    assert not [data for data in files if b"sesame" in data]


@pytest.mark.parametrize(
    ("words", "command", "code"),
    [
        (["--sign", "none"], {"command": "RegisterKey"}, "file_unreadable"),
        (["--sign", "exposed"], {"command": "RegisterKey"}, "keystore_exposed"),
        (["--sign", "other"], {"command": "RegisterKey"}, "password_wrong"),
        (["--sign", "password"], {"command": "RegisterKey"}, "json_malformed"),
        (["--sign", "mine"], {"command": "SubmitIdea", "title": "a", "text": "b"}, "field_unknown"),
        (["--sign", "mine"], {"command": "RotateKey"}, "field_wrong"),
        (["--sign", "mine"], {"command": "RegisterKey", "key": "0x" + "00" * 20}, "field_unknown"),
        (["--sign", "mine"], {"command": "CastBallot", "poll": "p3", "choice": 1}, "field_wrong"),
        (["--sign", "mine"], {"command": "CastBallot", "poll": "p99", "choice": "1"}, "poll_unknown"),
        (["--sign", "mine"], {"command": "CastBallot", "choice": "1"}, "poll_unknown"),
        (["--sign", "mine"], {"command": "CastBallot", "poll": "p3", "choice": "1"}, "key_unknown"),
    ],
)
def test_what_cannot_be_signed_is_refused(place, monkeypatch, words, command, code):
    monkeypatch.setattr(keystore, "SCRYPT", {"n": 2, "r": 8, "p": 1})
    for name, password in (("mine", b"open sesame"), ("exposed", b"open sesame"), ("other", b"abracadabra")):
        keystore.write(place / name, key(name), password)
    (place / "exposed").chmod(0o644)
    before = answer("verify", place / "moot", "--allow-unsigned")["checked"]["events"]
    files = [place / word if word != "--sign" else word for word in words]
    done = folkmoot(
        "do", place / "moot", "-", "--as", "m2", "--json", *files, "--password-file", place / "password", typed=json.dumps(command), code=1
    )
    assert json.loads(done.stderr)["code"] == code and "sesame" not in done.stderr
    assert answer("verify", place / "moot", "--allow-unsigned")["checked"]["events"] == before


def test_a_password_is_not_waited_for_where_nobody_can_type_one(place):
    done = folkmoot("key", "new", place / "mine", "--json", code=1)
    assert json.loads(done.stderr)["code"] == "field_missing" and not (place / "mine").exists()


# -- a wallet over HTTP -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moot_text", [OPEN], indirect=True)
def test_a_wallet_signs_what_it_is_given_and_the_ballot_is_taken(client, sessions, moot, moot_text):
    poll = moot.poll()
    as_member(client, sessions, "m2", moot)
    command = registering(moot, "m2")
    assert client.post("/keys", json={"key": shown(command.key), "sig": command.sig}).status_code == 201
    payload = client.get(f"/polls/{poll}/ballots/typed-data?choice=2 > 1").json()
    assert payload["message"]["choiceText"] == f"in poll {poll}: option 2, then option 1"
    assert payload["message"]["nonce"] == 1 and payload["domain"]["salt"].startswith("0x")
    said = payload["message"]
    word = {"nonce": said["nonce"], "deadline": said["deadline"], "sig": key("m2").sign(read_typed_data(payload))}
    assert client.post(f"/polls/{poll}/ballots", json={"choice": "2>1", "signed": word}).status_code == 201
    assert client.get(f"/polls/{poll}/ballots/typed-data?choice=1").json()["message"]["nonce"] == 2
    assert client.get(f"/polls/{poll}").json()["signatures"]["signed"] == 1
    assert client.post(f"/polls/{poll}/ballots", json={"choice": "2>1"}).json()["code"] == "signature_missing"


@compared
@pytest.mark.parametrize(
    "moot_text", [OPEN, OPEN + '\n[keys]\nchain_id = 8453\ncontract = "0x00000000000000000000000000000000000000aa"\n'], indirect=True
)
def test_what_a_wallet_is_given_is_what_eth_account_signs(client, sessions, moot, moot_text):
    poll = moot.poll()
    register(moot, "m2")
    payload = as_member(client, sessions, "m2", moot).get(f"/polls/{poll}/ballots/typed-data?choice=1&nonce=9&deadline={FAR}").json()
    assert hashed(payload) == read_typed_data(payload)
    moot.do("m2", cast_of(poll, payload))
    assert moot.of(Polls)[poll].open_ballots.last_nonce("m2") == 9


def cast_of(poll: str, payload: dict, choice: str = "1", salt: str | None = None) -> CastBallot:
    said = payload["message"]
    return CastBallot(poll, choice, BallotSignature(said["nonce"], said["deadline"], key("m2").sign(read_typed_data(payload)), salt))


def test_where_ballots_are_sealed_a_wallet_signs_the_commitment(client, sessions, moot):
    poll = moot.poll()
    register(moot, "m2")
    place = f"/polls/{poll}/ballots/typed-data"
    as_member(client, sessions, "m2", moot)
    sealed = commitment("ab" * 32, poll, key("m2").address, 1, "1>2")
    assert client.get(f"{place}?choice=1>2").json()["code"] == "choice_wrong", "a choice has no place in an address"
    assert client.get(f"{place}?choice={sealed}").json()["code"] == "field_missing"
    payload = client.get(f"{place}?choice={sealed}&nonce=1").json()
    assert payload["message"]["choice"] == sealed and "sealed until" in payload["message"]["choiceText"]
    moot.do("m2", cast_of(poll, payload, "1>2", "ab" * 32))
    assert client.get(f"/polls/{poll}", headers=HTML).status_code == 200


@pytest.mark.parametrize(
    ("member", "path", "status", "code"),
    [
        (None, "/polls/{poll}/ballots/typed-data?choice=1", 401, "not_signed_in"),
        ("m3", "/polls/{poll}/ballots/typed-data?choice=1", 409, "key_unknown"),
        ("m2", "/polls/p99/ballots/typed-data?choice=1", 404, "poll_unknown"),
        ("m2", "/polls/x/ballots/typed-data?choice=1", 404, "poll_unknown"),
        ("m2", "/polls/{poll}/ballots/typed-data?choice=9", 422, "choice_wrong"),
        ("m2", "/polls/{poll}/ballots/typed-data?choice=1&nonce=-1", 422, "field_wrong"),
        ("m2", "/polls/{poll}/ballots/typed-data?choice=1&deadline=01", 422, "field_wrong"),
        ("m2", "/polls/{closed}/ballots/typed-data?choice=1", 409, "poll_closed"),
    ],
)
@pytest.mark.parametrize("moot_text", [OPEN], indirect=True)
def test_what_cannot_be_signed_is_refused_by_its_code(client, sessions, moot, moot_text, member, path, status, code):
    closed, poll = moot.poll(), moot.poll()
    moot.end(closed)
    register(moot, "m2")
    if member:
        as_member(client, sessions, member, moot)
    answer = client.get(path.format(poll=poll, closed=closed))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


# -- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moot_text", [OPEN], indirect=True)
def test_pages_say_who_signs_and_how_many_ballots_are_signed(client, sessions, moot, moot_text):
    poll = moot.poll()
    assert "Nobody has one" in client.get("/keys", headers=HTML).text
    plain = as_member(client, sessions, "m3", moot).get(f"/polls/{poll}", headers=HTML).text
    assert "signed by" not in plain and "Cast my ballot" in plain
    register(moot, "m2")
    cast(moot, "m2", poll, "1")
    moot.do("m3", CastBallot(poll, "2"))
    assert shown(key("m2").address) in client.get("/keys", headers=HTML).text
    assert shown(key("m2").address) in client.get("/members/m2", headers=HTML).text
    said = " ".join(client.get(f"/polls/{poll}", headers=HTML).text.split())
    assert "1 of 2 ballots signed by its voter's key, 1 taken by the operator's word" in said.replace("&#39;", "'")
    hers = as_member(client, sessions, "m2", moot).get(f"/polls/{poll}", headers=HTML).text
    assert "needs its signature" in hers and "Cast my ballot" not in hers and "You voted" in hers
    moot.end(poll)
    done = as_member(client, sessions, "m2", moot).get(f"/polls/{poll}", headers=HTML).text
    assert "You voted" in done and "1 of 2 ballots signed" in done


@pytest.mark.parametrize("moot_text", [REQUIRED], indirect=True)
def test_a_poll_that_takes_only_signed_ballots_says_so(client, sessions, moot, moot_text):
    poll = moot.poll()
    page = as_member(client, sessions, "m3", moot).get(f"/polls/{poll}", headers=HTML).text
    assert "takes only signed ballots" in page and "Cast my ballot" not in page


def test_whoever_cast_a_sealed_and_signed_ballot_is_shown_what_opens_it(client, sessions, moot):
    poll = moot.poll()
    register(moot, "m2")
    seq = cast(moot, "m2", poll, "2>1").seq
    shown_to = as_member(client, sessions, "m2", moot).get(f"/log/{seq}", headers=HTML).text
    assert "2&gt;1" in shown_to or "2>1" in shown_to
