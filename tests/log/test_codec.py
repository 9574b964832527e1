"""An event is read alike by the strict reader and by the trusting one."""

from engine import lines
from engine.event import kind_of, kinds
from tests.golden_log import life


def test_following_reads_what_was_written():
    """Over a log with every kind of event in it."""
    seen = set()
    for data in life().log():
        strict, trusting = lines.read_own(data), records.follow(data, kind_of)
        assert strict == trusting and records.read(data, kind_of, strict.seq) == strict
        assert [type(part) for part in vars(strict.event).values()] == [type(part) for part in vars(trusting.event).values()]
        seen.add(strict.kind)
    assert seen == set(kinds())
