"""Signatures looked at by processes beside this one: the same answers, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal

import pytest

from api import recovering
from api.recovering import Beside
from engine import ahead
from engine.ahead import FIRST_STRETCH, STRETCH, in_stretches
from engine.features.polls.state import Polls
from engine.log import signing
from engine.log.signing import recover
from engine.refusals import Refusal
from engine.store.export import Export, write
from engine.verify import verify
from tests.moot import Moot
from tests.signing import OPEN, key, register, signed


@pytest.fixture
def beside(monkeypatch):
    monkeypatch.setattr(recovering, "FEW", 2)
    with Beside(2) as beside:
        yield beside


@pytest.fixture
def forgotten(monkeypatch):
    """Nothing was looked at yet."""
    monkeypatch.setattr(signing, "_known", {})


def signatures(count: int) -> list[tuple[bytes, str]]:
    return [(digest, key("m2").sign(digest)) for digest in (number.to_bytes(32, "big") for number in range(count))]


@pytest.mark.parametrize("count", [0, 1, 2, 97, 7_001])
def test_all_of_them_are_remembered(beside, forgotten, count):
    some = signatures(count)
    beside(some)()
    assert len(signing._known) == (count if count > 1 else 0)
    assert all(recover(*one) == key("m2").address for one in some)


def test_what_is_nobodys_is_remembered_as_that_and_refused_with_its_reason(beside, forgotten):
    nobodys = [(bytes(32), "0x" + f"{number:064x}" * 2 + "1b") for number in range(5, 9)]
    told = [signing.look_at(*one) for one in nobodys]
    assert None in told
    beside(nobodys)()
    assert [signing._known[one] for one in nobodys] == told
    with pytest.raises(Refusal, match="is nobody's"):
        recover(*nobodys[told.index(None)])


ODD = {
    "upper case": lambda sig: "0x" + sig[2:].upper(),
    "another beginning": lambda sig: "zz" + sig[2:],
    "a capital X": lambda sig: "0X" + sig[2:],
    "blanks": lambda sig: sig[:-2] + "  ",
    "blanks within": lambda sig: sig[:40] + "  " + sig[42:],
    "no digits": lambda sig: "0x" + "zz" * 65,
    "too short": lambda sig: sig[:-2],
    "empty": lambda sig: "",
    "far too long": lambda sig: "0x" + "00" * 30_000,
    "another v": lambda sig: sig[:-2] + {"1b": "00", "1c": "01"}[sig[-2:]],
    "a high s": lambda sig: sig[:66] + f"{signing.ORDER - int(sig[66:130], 16):064x}" + {"1b": "1c", "1c": "1b"}[sig[-2:]],
}


@pytest.mark.parametrize("how", ODD)
def test_a_signature_spelled_otherwise_is_refused_beside_as_it_is_alone(beside, forgotten, how):
    digest, sig = signatures(1)[0]
    beside([(digest, ODD[how](sig))] * 3)()
    assert not signing._known
    with pytest.raises(Refusal, match="signature_wrong"):
        recover(digest, ODD[how](sig))


def test_a_process_that_dies_costs_nothing_but_time(beside, forgotten):
    some = signatures(50)
    beside(some[:10])()
    for process in beside._processes:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    beside(some)()
    assert all(recover(*one) == key("m2").address for one in some)


def test_what_is_asked_while_they_are_at_work_is_not_answered_crosswise(forgotten):
    with Beside(3) as beside:
        digests = [number.to_bytes(32, "big") for number in range(6_000)]
        keyed = [
            [(digest, key(f"m{number}").sign(digest)) for digest in digests[100 * number :][: 67 + number % 2 * 33]] for number in range(60)
        ]
        for wait in [beside(stretch) for stretch in keyed]:
            wait()
    for number, stretch in enumerate(keyed):
        assert {signing._known[one] for one in stretch} == {key(f"m{number}").address}


def test_nobody_is_left_running():
    with Beside(1) as beside:
        beside(signatures(100))()
    assert all(process.poll() is not None for process in beside._processes)


def cast_ahead(moot: Moot, ahead) -> list:
    register(moot, *(f"m{number}" for number in range(2, 7)))
    poll = moot.poll()
    asks = [moot.ask(f"m{number}", signed(moot, f"m{number}", poll, "2>1", nonce)) for nonce in range(1, 20) for number in range(2, 7)]
    asks[7] = moot.ask("m4", signed(moot, "m4", poll, "2>1", 2, by=key("m5")))
    if ahead is not None:
        moot.community.ahead = ahead
    return [getattr(answer, "code", "done") for answer in moot.community.execute_many(asks)]


def test_many_ballots_are_decided_alike_with_them_and_without(beside, forgotten, monkeypatch):
    monkeypatch.setattr(ahead, "FIRST_STRETCH", 8)
    with_them = cast_ahead(moot := Moot(members=8, text=OPEN), beside)
    assert with_them == cast_ahead(Moot(members=8, text=OPEN), None)
    assert with_them.count("done") == 94 and with_them[7] == "signature_wrong"
    assert verify(moot.community.store, allow_unsigned=True, ahead=beside).verdict == "sound"


def exported(moot: Moot, path) -> list[bytes]:
    with path.open("wb") as file:
        write(moot.community, file)
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("broken", [[], [40], [60], [40, 60]])
def test_an_audit_names_the_same_fault_first(beside, forgotten, monkeypatch, tmp_path, broken):
    """Given a ballot whose signature is another's (40), and behind it a line that cannot be read (60), both read ahead together."""
    moot = Moot(members=8, text=OPEN)
    cast_ahead(moot, None)
    lines = exported(moot, tmp_path / "log.jsonl")
    sigs = [line.index(b'"sig":"') + 9 for line in lines if b'"sig":"' in line]
    assert len(sigs) > 60
    if 40 in broken:
        place = lines[40].index(b'"sig":"') + 20
        lines[40] = lines[40][:place] + (b"1" if lines[40][place : place + 1] == b"0" else b"0") + lines[40][place + 1 :]
    if 60 in broken:
        lines[60] = b"{}\n"
    (tmp_path / "log.jsonl").write_bytes(b"".join(lines))
    alone = verify(Export(tmp_path / "log.jsonl"), private_kept=False)
    signing._known.clear()
    looked = verify(Export(tmp_path / "log.jsonl"), private_kept=False, ahead=beside)
    assert (str(looked.problem), looked.seq, looked.checked) == (str(alone.problem), alone.seq, alone.checked)
    assert (looked.problem is None) == (not broken) and moot.of(Polls)


def test_a_stretch_is_begun_while_the_one_before_it_is_judged_and_a_fault_waits_for_its_turn(monkeypatch):
    told = []

    monkeypatch.setattr(ahead, "FIRST_STRETCH", STRETCH)

    def items():
        yield from range(2 * STRETCH + 1)
        raise OSError("gone")

    def begin(stretch):
        told.append(("begun", stretch[0]))
        return lambda: told.append(("awaited", stretch[0]))

    given = []
    with pytest.raises(OSError, match="gone"):
        for stretch in in_stretches(items(), begin):
            told.append(("given", stretch[0]))
            given += stretch
    assert given == list(range(2 * STRETCH + 1))
    first, second, third = 0, STRETCH, 2 * STRETCH
    assert told == [
        ("begun", first), ("begun", second), ("awaited", first), ("given", first), ("begun", third), ("awaited", second), ("given", second),
        ("awaited", third), ("given", third),
    ]  # fmt: skip


def test_large_items_are_read_ahead_in_short_stretches():
    stretches = list(in_stretches(range(12), lambda stretch: lambda: None, lambda item: FIRST_STRETCH // 2))
    assert [len(stretch) for stretch in stretches] == [2, 4, 6], "and each at first twice as long as the one before"
