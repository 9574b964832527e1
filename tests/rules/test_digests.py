"""A rule's behaviour is frozen: a changed answer is a new version in a new file, and the old one stays."""

from dataclasses import replace

import pytest

from engine import rules
from engine.rules.voting.stv._count import Count, Law, outcome
from tests.digests import all_digests, digest


def test_every_rule_behaves_as_its_digest_says():
    assert rules.digests() == all_digests(), "a rule's answers changed: keep the old file, add a version; new rule: make digests"


@pytest.mark.parametrize(
    ("rule", "law"),
    [
        ("stv_scotland", Law(4)),
        ("stv_scotland", Law(6)),
        ("stv_scotland", Law(5, look_back=False)),
        ("stv_scotland", Law(5, cut_twice=True)),
        ("stv_scotland", Law(5, cut_product=True)),
        ("stv_scotland", Law(5, none_moves=True)),
        ("stv_scotland", Law(5, batch=True)),
        ("stv_scotland", Law(5, last_moves=False)),
        ("stv_scotland", Law(5, quota_decimals=4)),
        ("stv_minneapolis", Law(4, deferred=True, look_back=True, cut_twice=True)),
        ("stv_minneapolis", Law(4, deferred=True, look_back=False)),
        ("stv_minneapolis", Law(4, look_back=False, cut_twice=True)),
    ],
)
def test_another_statute_is_another_digest(rule, law):
    lawful = rules.rule("voting", rule)
    changed = replace(lawful, function=lambda election, seats: outcome(Count(election, seats, law).run()))
    assert digest(changed) != digest(lawful)
