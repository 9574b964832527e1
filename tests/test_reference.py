"""REFERENCE.md is what the code declares: `python -m tests.reference` writes it."""

import re

from tests.reference import FILE, limits, written


def test_the_reference_is_what_the_code_declares():
    assert FILE.read_text() == written(), "python -m tests.reference writes it"


def test_everything_in_it_says_what_it_is():
    for line in written().splitlines():
        assert not re.search(r"\|\s*\|$", line) or line.count("|") == 4, f"says nothing: {line}"


def test_every_limit_has_a_reason():
    assert len(limits()) > 60 and all(len(reason) > 8 for _, _, reason, _ in limits())
