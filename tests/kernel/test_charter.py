"""What every charter must say, whatever features it names."""

from __future__ import annotations

import pytest

from engine.kernel.charter import preset
from engine.refusals import Refusal
from tests.moot import Moot


@pytest.mark.parametrize("role", ["founder", "member"])
def test_a_charter_without_its_two_roles_is_refused(role):
    with pytest.raises(Refusal, match=f"charter.roles has no role '{role}'; add \\[roles.{role}\\]"):
        Moot(text=preset("product").replace(f"[roles.{role}]", "[roles.other]"))
