"""The documents of ERC-4824: in the standard's shape, of plain facts alone, whole over all their parts."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from api.app import build
from api.doors.session import Sessions
from engine.features.anchors.send import RecordClaims, RecordDecision
from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.rewards.share import ShareReward
from engine.kernel.forget import ForgetMember
from engine.log.signing import shown as address_shown
from tests.anchored import CHAIN, CONTRACT, moot_with_anchors, where
from tests.conftest import shared
from tests.moot import Moot
from tests.signing import key, register

SITE = "http://testserver"
LISTS = {"members": "members", "proposals": "proposals", "activities": "activities"}


@pytest.fixture
def moot() -> Moot:
    """m2 has a key, m4 has left; one decision went to a chain, one poll is open; a round is claimed."""
    moot = moot_with_anchors(members=4).funded()
    decided = moot.poll()
    moot.vote(decided, "1", "1", "1", "1", "1")
    moot.end(decided)
    moot.do("m1", RecordDecision(decided, "opened", where(5)))
    moot.do("m1", RecordDecision(decided, "queued", where(6)))
    moot.do("m1", AwardPoints("m2", 40, "for the soup"))
    round_ = f"r{moot.do('m1', ShareReward('quarterly', 12_000)).seq}"
    moot.do("m1", RecordClaims(round_, "ab" * 32, 12_000, 3, where(7, contract="0x" + "dd" * 20)))
    register(moot, "m2")
    moot.do("m4", ForgetMember("m4"))
    opened = moot.poll()
    moot.do("m3", CastBallot(opened, "2>1"))
    return moot


def client_of(moot: Moot) -> TestClient:
    return TestClient(build(moot.community, Sessions(bytes(32)), ("testserver",)))


def document(moot: Moot, path: str):
    answer = client_of(moot).get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def fits(shown, oracle, optional: frozenset[str] = frozenset()) -> None:
    """It has the members of the standard's template and no others, of the same types; lists have at least one thing, each of the one shape."""
    assert type(shown) is type(oracle)
    if isinstance(oracle, dict):
        assert oracle.keys() - optional <= shown.keys() <= oracle.keys()
        for name, value in shown.items():
            fits(value, oracle[name], optional)
    elif isinstance(oracle, list):
        assert shown
        for one in shown:
            fits(one, oracle[0], optional)


@pytest.mark.parametrize(
    ("path", "name", "optional"),
    [
        ("/dao.json", "dao", frozenset()),
        ("/dao/members.json", "members", frozenset()),
        ("/dao/proposals.json", "proposals", frozenset({"discussionURI", "calls", "from", "value", "data"})),
        ("/dao/activities.json", "activityLog", frozenset()),
        ("/dao/contracts.json", "contracts", frozenset()),
    ],
)
def test_each_document_has_the_standards_shape(moot, path, name, optional):
    oracle = json.loads(shared("vectors/erc-4824/documents.json").read_text())[name]
    shown = document(moot, path)
    fits(shown, oracle, optional)
    assert shown["@context"] == oracle["@context"] and shown.get("type") == oracle.get("type")


def test_the_first_names_the_others_and_each_is_there(moot):
    first, client = document(moot, "/dao.json"), client_of(moot)
    named = {name: address for name, address in first.items() if name.endswith("URI")}
    assert len(named) == 5
    for address in named.values():
        assert address.startswith(SITE) and client.get(address).status_code == 200
    governance = client.get(first["governanceURI"])
    assert "[decisions.ranking]" in governance.text and governance.text.count("```") == 2


def test_members_go_by_their_keys_or_their_addresses_here_and_who_has_left_by_none(moot):
    account = f"eip155:{CHAIN}:{address_shown(key('m2').address)}"
    ids = [one["id"] for one in document(moot, "/dao/members.json")["members"]]
    here = [member for member in moot.members if member != "m4"]
    assert ids == [account if member == "m2" else f"{SITE}/members/{member}" for member in here]


def test_polls_and_how_they_stand(moot):
    decided, opened = document(moot, "/dao/proposals.json")["proposals"]
    assert (decided["status"], opened["status"]) == ("queued", "open")
    assert decided["id"].startswith(f"eip155:{CHAIN}:{address_shown(CONTRACT)}?proposalId=0x")
    assert decided["calls"] == [{"type": "CallDataEVM", "operation": "call", "to": address_shown(CONTRACT)}]
    assert opened["id"] == opened["contentURI"] and "calls" not in opened


def test_what_was_done_is_linked_to_its_event_poll_and_member(moot):
    acts = document(moot, "/dao/activities.json")["activities"]
    assert [act["id"] for act in acts] == sorted((act["id"] for act in acts), key=lambda one: int(one.rpartition("/")[2]))
    last = acts[-1]
    assert last["member"]["id"] == f"{SITE}/members/m3" and last["proposal"]["id"].startswith(f"{SITE}/polls/p")
    event = document(moot, last["id"].removeprefix(SITE))["event"]
    assert event["actor"] == "m3" and event["kind"] == "BallotSealed"


def test_contracts_are_each_named_once(moot):
    ids = [one["id"] for one in document(moot, "/dao/contracts.json")["contracts"]]
    assert ids == [f"eip155:{CHAIN}:{address_shown(one)}" for one in (CONTRACT, "0x" + "dd" * 20)]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_list_in_parts_is_the_whole_list(moot, name, count):
    client, address = client_of(moot), f"/dao/{name}.json?count={count}"
    parts = []
    while address:
        answer = client.get(address)
        parts += answer.json()[name]
        address = answer.links.get("next", {}).get("url", "")
    assert parts == document(moot, f"/dao/{name}.json?count=1000")[name]
    assert "next" not in client.get(f"/dao/{name}.json?count=0").links
    assert client.get(f"/dao/{name}.json?start=9007199254740991").json()[name] == []
    assert client.get(f"/dao/{name}.json?start=-1").status_code == 422


def test_nothing_that_could_be_erased_is_in_them(moot):
    """Given names, questions, labels and reasons that people wrote, when all documents are read, then none of them is there."""
    client = client_of(moot)
    read = "".join(
        client.get(f"/dao{path}").text for path in (".json", "/members.json", "/proposals.json", "/activities.json", "/contracts.json")
    )
    written = [json.loads(opening.value) for seq in range(moot.state.seq) for opening in moot.community.store.openings(seq)]
    texts = {one for one in written if isinstance(one, str) and len(one) > 3}
    assert {"Which?", "option 1", "Founder"} <= texts
    assert not [one for one in texts if one in read]


def test_a_community_without_a_chain_has_members_polls_and_no_contracts():
    moot = Moot(members=1)
    register(moot, "m2")
    poll = moot.poll()
    assert document(moot, "/dao/contracts.json")["contracts"] == []
    assert document(moot, "/dao/members.json")["members"][1] == {"id": f"eip155:1:{address_shown(key('m2').address)}"}
    assert [one["id"] for one in document(moot, "/dao/proposals.json")["proposals"]] == [f"{SITE}/polls/{poll}"]
