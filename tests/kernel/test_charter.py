"""What every charter must say, whatever features it names."""

from __future__ import annotations

import re

import pytest

from engine.kernel.charter import DOTS_PER_LINE_MAX, preset, read
from engine.limits import CHARTER_TEXT_MAX
from engine.refusals import Refusal
from tests.moot import Moot


@pytest.mark.parametrize("role", ["founder", "member"])
def test_a_charter_without_its_two_roles_is_refused(role):
    with pytest.raises(Refusal, match=f"charter.roles has no role '{role}'; add \\[roles.{role}\\]"):
        Moot(text=preset("product").replace(f"[roles.{role}]", "[roles.other]"))


@pytest.mark.parametrize(("beyond", "founds"), [(0, True), (1, False)])
def test_a_charter_is_as_long_as_the_format_allows_and_no_longer(beyond, founds):
    text = preset("product") + "#"
    text += "é" * ((CHARTER_TEXT_MAX - len(text.encode())) // 2)
    text += "#" * (CHARTER_TEXT_MAX + beyond - len(text.encode()))
    if founds:
        assert Moot(text=text).state.seq
    else:
        with pytest.raises(Refusal, match=f"text_too_long: the charter has {CHARTER_TEXT_MAX + 1} bytes"):
            Moot(text=text)


def test_a_charter_names_the_features_it_says_something_of():
    without = re.sub(r"(?ms)^\[points\].*?(?=^\[money\])", "", preset("product"))
    assert [read(text).names("points") for text in (preset("product"), without)] == [True, False]
    assert read(without).names("amendments"), "a feature that has nothing to say in a charter is always there"


@pytest.mark.parametrize(("dots", "founds"), [(DOTS_PER_LINE_MAX, True), (DOTS_PER_LINE_MAX + 1, False)])
def test_a_line_of_a_charter_has_so_many_dots_and_no_more(dots, founds):
    text = preset("product") + "# " + "." * dots + "\n"
    if founds:
        assert Moot(text=text).state.seq
    else:
        with pytest.raises(Refusal, match="a line with hundreds of dots"):
            Moot(text=text)
