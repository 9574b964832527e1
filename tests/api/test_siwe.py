"""The text of EIP-4361, against the suite that its implementations in other languages share."""

from __future__ import annotations

import json
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.doors import siwe
from engine.log.signing import SecretKey, recover, shown
from engine.refusals import Refusal
from tests.conftest import shared

KEY = SecretKey(bytes(31) + b"\x05")


@cache
def suite(name: str) -> dict:
    return json.loads(shared(f"vectors/siwe/{name}.json").read_text())


def message_of(said: dict) -> siwe.Message:
    resources = tuple(said["resources"]) if "resources" in said else None
    return siwe.Message(
        said.get("domain", ""), said.get("address", ""), said.get("uri", ""), said.get("chainId", ""), said.get("nonce", ""),
        said.get("issuedAt", ""), said.get("statement"), said.get("scheme"), said.get("expirationTime"), said.get("notBefore"),
        said.get("requestId"), resources, said.get("version", ""),
    )  # fmt: skip


def test_every_text_of_the_suite_is_read_and_written_back():
    for name, case in suite("parsing_positive").items():
        message = siwe.read(case["message"])
        assert message == message_of(case["fields"]), name
        assert siwe.write(message) == case["message"], name


def test_every_wrong_text_of_the_suite_is_refused():
    cases = suite("parsing_negative")
    assert len(cases) == 29
    for text in cases.values():
        with pytest.raises(Refusal, match="message_wrong"):
            siwe.read(text)


def test_every_wrong_message_of_the_suite_makes_a_text_that_is_refused():
    cases = suite("parsing_negative_objects")
    assert len(cases) == 18
    for said in cases.values():
        with pytest.raises(Refusal, match="message_wrong"):
            siwe.read(siwe.write(message_of(said)))


TEXTS = st.builds(
    siwe.Message,
    domain=st.sampled_from(["moot.example", "localhost:8000", "[::1]:80", "a@b.example"]),
    address=st.just(shown(KEY.address)),
    uri=st.sampled_from(["https://moot.example", "http://[::1]/a%20b?c=d#e", "urn:isbn:1"]),
    chain_id=st.integers(0, 10**30),
    nonce=st.text("abcXYZ019", min_size=8, max_size=40),
    issued_at=st.sampled_from(["2026-02-28T23:59:59Z", "2026-01-01T00:00:00.123456789+05:30"]),
    statement=st.none() | st.text("abc .,:/?#[]@!$&'()*+;=~_-", min_size=1, max_size=80),
    scheme=st.sampled_from([None, "https"]),
    expires_at=st.sampled_from([None, "2027-01-01T00:00:00Z"]),
    not_before=st.sampled_from([None, "2025-01-01T00:00:00Z"]),
    request_id=st.sampled_from([None, "", "m3", "a%20b"]),
    resources=st.none() | st.lists(st.sampled_from(["https://a.example/b", "ipfs://Qm"]), max_size=3).map(tuple),
    version=st.just("1"),
)


@given(TEXTS)
def test_what_is_written_is_read_again(message):
    assert siwe.read(siwe.write(message)) == message


@given(TEXTS, st.data())
def test_a_line_left_out_or_doubled_is_seen_or_says_the_same(message, data):
    """No two messages have one text, and no text two messages: whoever signs knows what."""
    lines = siwe.write(message).split("\n")
    place = data.draw(st.integers(0, len(lines) - 1))
    changed = data.draw(st.sampled_from([lines[:place] + lines[place + 1 :], [*lines[:place], lines[place], *lines[place:]]]))
    try:
        other = siwe.read("\n".join(changed))
    except Refusal as refusal:
        assert refusal.code == "message_wrong"
    else:
        assert siwe.write(other) == "\n".join(changed)
        assert other != message or changed == lines


def test_the_digest_is_the_one_that_eth_account_signs():
    messages = pytest.importorskip("eth_account.messages", reason="eth-account is not installed: pip install -e '.[chain]'")
    account = pytest.importorskip("eth_account").Account
    for text in ("", "Zoë signs", "a\nb" * 500):
        signature = account.sign_message(messages.encode_defunct(text=text), KEY.secret).signature.hex()
        assert recover(siwe.digest(text), "0x" + signature.removeprefix("0x")) == KEY.address
