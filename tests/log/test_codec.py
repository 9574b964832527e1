"""An event is read alike by the strict reader and by the trusting one."""

from engine import lines
from engine.event import kinds
from tests.golden_log import features, life_of


def test_following_reads_what_was_written():
    """Over logs with every kind of event in them."""
    seen = set()
    for feature in features():
        for data in life_of(feature).life().log():
            strict, trusting = lines.read_own(data), lines.follow(data)
            assert strict == trusting and lines.read(data, strict.seq) == strict
            assert [type(part) for part in vars(strict.event).values()] == [type(part) for part in vars(trusting.event).values()]
            seen.add(strict.kind)
    assert seen == set(kinds())
