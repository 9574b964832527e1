"""The reference for a council's signatures: `py_ecc`, which says in plain Python what the curve is, at half a second a signature.

It is no need of whoever runs a community, and is imported only when somebody asks for a second opinion: importing it lets Python nest a hundred times
as deep, after which JSON that nests without end would crash the process, so the limit is put back at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from engine.refusals import refuse


@lru_cache(maxsize=1)
def load() -> Any:
    """The scheme with proofs of possession, as `py_ecc` has it; refused where that is not installed."""
    limit = sys.getrecursionlimit()
    try:
        from py_ecc.bls.ciphersuites import G2ProofOfPossession
    except ImportError:
        raise refuse(
            "cannot_recount", "the reference, py_ecc,", "is not installed", "install folkmoot[reference], or verify without --reference"
        ) from None
    finally:
        sys.setrecursionlimit(limit)
    return G2ProofOfPossession


def signed(keys: Sequence[str], message: bytes, signature: str) -> bool:
    """Whether a signature is by all these keys over a message."""
    octets = _octets((*keys, signature))
    if octets is None:
        return False
    *points, proof = octets
    scheme = load()
    return bool(scheme.Verify(points[0], message, proof) if len(points) == 1 else scheme.FastAggregateVerify(points, message, proof))


def possesses(keys: Sequence[str], message: bytes, possession: str) -> bool:
    """Whether the proof of possession of one key is its own; what it signs, `message`, is the key."""
    octets = _octets((*keys, possession))
    return octets is not None and len(octets) == 2 and octets[0] == message and bool(load().PopVerify(*octets))


def _octets(texts: Sequence[str]) -> list[bytes] | None:
    """Points as bytes; None where one is not spelled as the log spells points."""
    try:
        octets = [bytes.fromhex(text.removeprefix("0x")) for text in texts]
    except ValueError:
        return None
    return octets if all(text == "0x" + data.hex() for text, data in zip(texts, octets, strict=True)) else None
