"""A rule's behaviour is frozen: a changed answer is a new version in a new file, and the old one stays."""

from engine import rules
from tests.digests import all_digests


def test_every_rule_behaves_as_its_digest_says():
    assert rules.digests() == all_digests(), "a rule's answers changed: keep the old file, add a version; new rule: make digests"
