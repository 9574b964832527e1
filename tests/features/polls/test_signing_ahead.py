"""Whose a signature is, is found out before the writer's turn; then it is known."""

from __future__ import annotations

from engine.log import signing
from tests.moot import Moot
from tests.signing import OPEN, cast, register


def test_nobody_waits_for_a_recovery(monkeypatch):
    moot = Moot(members=2, text=OPEN)
    register(moot, "m2")
    poll = moot.poll()
    done: list[bool] = []
    real = signing.PublicKey.from_signature_and_message

    class Watching:
        @staticmethod
        def from_signature_and_message(*args, **kwargs):
            done.append(moot.community._writer.locked() or moot.community._guard._owner != 0)
            return real(*args, **kwargs)

    monkeypatch.setattr(signing, "PublicKey", Watching)
    cast(moot, "m2", poll, "1", 77)
    assert done == [False]
