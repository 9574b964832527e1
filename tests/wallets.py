"""Other people's wallets, to be compared with: eth-account, where it is installed."""

from __future__ import annotations

import sys

import pytest

_LIMIT = sys.getrecursionlimit()
try:
    from eth_account import Account
    from eth_account.messages import _hash_eip191_message, encode_typed_data
except ImportError:
    Account = None
finally:
    # Something it imports lets Python nest a hundred times as deep: JSON that nests without end would then crash the process.
    sys.setrecursionlimit(_LIMIT)

compared = pytest.mark.skipif(Account is None, reason="eth-account is not here to be compared with")


def hashed(payload: dict) -> bytes:
    """What eth-account would sign of a typed-data payload."""
    digest: bytes = _hash_eip191_message(encode_typed_data(full_message=payload))
    return digest
