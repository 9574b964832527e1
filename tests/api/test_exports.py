"""The whole log for whoever wants it, from one file for all who ask at one size."""

from __future__ import annotations

import pytest

from api.exports import FILES_MAX
from engine.kernel.join import JoinCommunity


def test_all_who_fetch_the_log_at_one_size_share_a_file(client, moot):
    exports = client.app.state.exports
    one, other = exports.pieces(moot.community), exports.pieces(moot.community)
    assert len(exports._files) == 1
    whole = b"".join(one)
    assert whole == b"".join(other) == client.get("/log.jsonl").content
    assert exports._files == []
    unread = exports.pieces(moot.community)
    del unread
    assert exports._files == []


def test_slow_readers_of_the_log_hold_a_few_files_and_no_more(client, moot):
    exports = client.app.state.exports
    slow = []
    for _ in range(FILES_MAX + 3):
        slow.append(exports.pieces(moot.community))
        moot.do("newcomer", JoinCommunity("Ada"))
    assert len(exports._files) == FILES_MAX
    assert b"".join(slow[-1]).endswith(b"\n")
    with pytest.raises(BrokenPipeError):  # half a log must not look like a whole one
        next(slow[0])
