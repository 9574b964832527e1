"""Governance that is there already, reached from a decision: calls, ids and signatures as other libraries write them, states as contracts tell."""

from __future__ import annotations

import json
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import paying
from api.calldata import final_decision
from contracts import governor, safe, timelock
from contracts.abi import checksummed, encoder
from contracts.actions import Action, digest, read
from contracts.node import Node
from engine.features.polls.state import Polls
from engine.log.eip712 import keccak
from engine.log.signing import SecretKey
from engine.refusals import Refusal
from tests.contracts.chain import hexed
from tests.council import decided, seated
from tests.moot import Moot
from tests.wallets import compared

actions = st.lists(
    st.builds(Action, st.binary(min_size=20, max_size=20).map(hexed).map(checksummed), st.integers(0, 2**256 - 1), st.binary(max_size=100)),
    min_size=1,
    max_size=4,
)
SAFE, SIGNERS = checksummed("0x" + "5a" * 20), [SecretKey(bytes(31) + bytes([number])) for number in (1, 2, 3)]
ONE = [Action(checksummed("0x" + "aa" * 20), 5, b"\x01\x02")]
libraries = pytest.mark.skipif(not find_spec("eth_abi"), reason="eth-abi is not here to be compared with: install folkmoot[contracts]")


@libraries
@given(actions, st.text(st.characters(codec="utf-8"), max_size=80), st.binary(min_size=32, max_size=32))
def test_calls_are_those_that_eth_abi_writes(calls, said, salt):
    from eth_abi import encode

    columns = [one.target for one in calls], [one.value for one in calls], [one.data for one in calls]
    batch = ["address[]", "uint256[]", "bytes[]"]
    assert governor.propose(calls, said)[4:] == encode([*batch, "string"], [*columns, said])
    hashed = encode([*batch, "bytes32"], [*columns, keccak(said.encode())])
    assert governor.queue(calls, said)[4:] == governor.execute(calls, said)[4:] == hashed
    assert governor.proposal_id(calls, said) == int.from_bytes(keccak(hashed), "big")
    locked = encode([*batch, "bytes32", "bytes32"], [*columns, bytes(32), salt])
    assert timelock.execute(calls, salt)[4:] == locked and timelock.operation_id(calls, salt) == keccak(locked)
    assert timelock.schedule(calls, salt, 60)[4:] == encode([*batch, "bytes32", "bytes32", "uint256"], [*columns, bytes(32), salt, 60])
    assert digest(calls) == keccak(encode(batch, columns))


def test_functions_go_by_the_four_bytes_that_their_contracts_publish():
    made = (governor.propose(ONE, ""), governor.queue(ONE, ""), governor.execute(ONE, ""))
    made += (timelock.schedule(ONE, bytes(32), 1), timelock.execute(ONE, bytes(32)), timelock.cancel(bytes(32)))
    known = ["7d5e81e2", "160cbed7", "2656227d", "8f2a0bb0", "e38335e5", "c4d252f5"]
    assert [one[:4].hex() for one in made] == known
    signatures = [signer.sign(safe.digest(SAFE, 1, ONE[0], 0)) for signer in SIGNERS]
    assert safe.execute(SAFE, 1, ONE[0], 0, signatures)[:4].hex() == "6a761202"


@compared
@given(actions, st.integers(0, 2**64), st.integers(1, 2**53 - 1))
def test_what_owners_sign_is_what_wallets_hash(calls, nonce, chain):
    from eth_account.messages import encode_typed_data

    message = encode_typed_data(full_message=safe.typed_data(SAFE, chain, calls[0], nonce))
    assert keccak(b"\x19" + message.version + message.header + message.body) == safe.digest(SAFE, chain, calls[0], nonce)


def test_signatures_go_by_rising_address_and_each_owner_signs_once():
    signed = safe.digest(SAFE, 1, ONE[0], 7)
    signatures = [signer.sign(signed) for signer in SIGNERS]
    assert safe.execute(SAFE, 1, ONE[0], 7, signatures) == safe.execute(SAFE, 1, ONE[0], 7, signatures[::-1])
    first = min(SIGNERS, key=lambda signer: signer.address)
    assert first.sign(signed)[2:] in safe.execute(SAFE, 1, ONE[0], 7, signatures).hex()
    for wrong in ([], [signatures[0], signatures[0]], ["0x"]):
        with pytest.raises(Refusal, match="signature_wrong"):
            safe.execute(SAFE, 1, ONE[0], 7, wrong)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"{}", "are not a list"),
        (b"[]", "are not a list"),
        (b'[{"target": "0x00"}]', "is not a target, a value and data"),
        (b'[{"target": "0x0G", "value": "1", "data": "0x"}]', "write 0x and 40"),
        (b'[{"target": "0x7E5F4552091A69125d5DfCb7b8C2659029395BdF", "value": "1", "data": "0x"}]', "another's checksum"),
        (b'[{"target": "0x00000000000000000000000000000000000000aa", "value": "0x64", "data": "0x"}]', "decimal digits in quotes"),
        (b'[{"target": "0x00000000000000000000000000000000000000aa", "value": "1", "data": "0x1"}]', "hexadecimal digits"),
        (b'[{"target": "0x00000000000000000000000000000000000000aa", "value": "' + b"9" * 78 + b'", "data": "0x"}]', "cannot hold"),
        (b"[{", "line 1"),
    ],
)
def test_actions_that_could_mean_something_else_are_refused(text, why):
    with pytest.raises(Refusal, match=why):
        read(text)


def node(answers: dict[bytes, str]) -> Node:
    """One that answers a view by its first four bytes."""

    def ask(method: str, params: list) -> dict:
        if method == "eth_getBlockByNumber":
            return {"result": {"timestamp": "0x64"}}
        told = answers.get(bytes.fromhex(params[0]["data"][2:10]))
        return {"error": {"message": "execution reverted"}} if told is None else {"result": told}

    return Node(ask, "a node")


def word(number: int) -> str:
    return f"0x{number:064x}"


def test_how_a_proposal_an_operation_and_a_safe_stand():
    view = lambda name: keccak(name.encode())[:4]  # noqa: E731
    for place, name in enumerate(governor.STATES):
        assert governor.state(node({view("state(uint256)"): word(place)}), SAFE, 1) == name
    for at, name in ((0, "unset"), (1, "done"), (0x63, "ready"), (0x64, "ready"), (0x65, "waiting")):
        assert timelock.state(node({view("getTimestamp(bytes32)"): word(at)}), SAFE, bytes(32)) == name
    owners = [signer.address for signer in SIGNERS]
    listed = "0x" + encoder(("address[]",))((owners,)).hex()
    views = {view("getThreshold()"): word(2), view("nonce()"): word(9), view("getOwners()"): listed}
    assert safe.facts(node(views), SAFE) == (tuple(owners), 2, 9)
    for wrong in ({**views, view("getThreshold()"): word(4)}, {**views, view("getOwners()"): listed[:-64]}):
        with pytest.raises(Refusal, match="contract_foreign"):
            safe.facts(node(wrong), SAFE)
    for told in (word(8), "0x"):
        with pytest.raises(Refusal, match="contract_foreign"):
            governor.state(node({view("state(uint256)"): told}), SAFE, 1)
    with pytest.raises(Refusal, match="transaction_refused"):
        governor.state(node({}), SAFE, 1)


def test_only_a_final_decision_is_carried_on():
    moot = Moot(members=3)
    poll = moot.poll()
    with pytest.raises(Refusal, match="not_final"):
        final_decision(moot.community, poll)
    moot.vote(poll, "1", "1", "1", "1")
    moot.end(poll)
    decision = final_decision(moot.community, poll)
    assert decision.poll == poll and decision.opened != decision.final and len(decision.opened) == 32
    tied = moot.poll()
    moot.vote(tied, "", "", "", "")
    moot.end(tied)
    with pytest.raises(Refusal, match="not_final"):
        final_decision(moot.community, tied)


def test_the_verb_shows_calls_and_refuses_what_does_not_say_where(tmp_path):
    from api import clock
    from engine.event import Ask
    from engine.features.polls.cast import CastBallot
    from engine.features.polls.open import FreeOption, OpenPoll
    from engine.kernel.charter import preset
    from engine.store import folder
    from tests.api.test_cli import folkmoot

    community = folder.found(tmp_path / "moot", preset("product"), "moot.example/test", clock.now(), bytes(32), "Ana")

    def do(command) -> int:
        return community.execute(Ask("m1", command, clock.now(), clock.chance())).seq  # type: ignore[arg-type]

    poll = f"p{do(OpenPoll('ranking', 'Which?', options=(FreeOption('a'), FreeOption('b'))))}"
    do(CastBallot(poll, "1"))
    from api.clockwork import do_due

    do_due(community, clock.now())
    folder.close(community)
    (tmp_path / "actions.json").write_text(json.dumps([{"target": ONE[0].target, "value": "5", "data": "0x0102"}]))
    words = ["calldata", tmp_path / "moot", poll, tmp_path / "actions.json", "--json"]
    shown = json.loads(folkmoot(*words, "--governor", SAFE, "--proposer", SAFE).stdout)
    assert shown["description"].endswith(f"#proposer={SAFE.lower()}") and shown["actions"] == hexed(digest(ONE))
    assert shown["calls"]["propose"] == hexed(governor.propose(ONE, shown["description"]))
    assert set(json.loads(folkmoot(*words, "--timelock", SAFE).stdout)["calls"]) == {"schedule", "execute", "cancel"}
    signature = SIGNERS[0].sign(safe.digest(SAFE, 1, ONE[0], 0))
    shown = json.loads(folkmoot(*words, "--safe", SAFE, "--chain-id", 1, "--nonce", 0, "--signature", signature).stdout)
    assert shown["calls"]["execute"] == hexed(safe.execute(SAFE, 1, ONE[0], 0, [signature]))
    for wrong in ([], ["--safe", SAFE], ["--governor", SAFE, "--safe", SAFE], ["--governor", "0x12"]):
        assert json.loads(folkmoot(*words, *wrong, code=1).stderr)["code"] in ("field_missing", "field_wrong")


def test_what_was_turned_down_is_carried_on_by_nobody():
    """Given a proposal that most were against: it is final, and nothing of it is to be done."""
    moot = seated()
    poll = decided(moot, choice="2")
    assert moot.of(Polls)[poll].final and moot.of(Polls)[poll].result.winners == (2,)
    with pytest.raises(Refusal, match="not_final"):
        final_decision(moot.community, poll)


def test_a_nodes_own_words_do_not_show_the_key_in_its_address():
    connected = Node.connect("https://ana:opensesame@rpc.example/v3/0123456789abcdef?apikey=fedcba9876")
    said = "project 0123456789abcdef of ana (opensesame, fedcba9876) at rpc.example has no credit"
    connected._ask = lambda method, params: {"error": {"message": said}}
    with pytest.raises(Refusal, match="rpc.example says: project … of ana \\(…, …\\) at rpc.example has no credit"):
        connected.height()


def test_what_was_begun_with_one_account_is_not_paid_again_with_another():
    begun = SimpleNamespace(about={"claims": "r9"}, chain_id=1, state="open", account="0xAna")
    sender, journal = SimpleNamespace(account="0xBen", chain_id=1), SimpleNamespace(intents=[begun])
    with pytest.raises(Refusal, match="account_busy: the contract was begun with account 0xAna"):
        paying.done(sender, journal, None, b"", {"claims": "r9"}, lambda what, cost: None, "the contract")
