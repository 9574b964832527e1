"""The charter: a community's rules as data.

A charter is TOML, kept in the log as the text that was agreed. It names roles and what each may do, the stages of an
idea, the kinds of decision and their rules, points, rewards and money. Its reader is strict: an unknown key is refused
with the nearest known one, and every error names the key, the value and what is allowed.

>>> read(preset("product")).decisions["monthly"].rule
'approval'
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from engine import catalogue
from engine.charter.sound import check
from engine.charter.terms import Charter
from engine.limits import CHARTER_TEXT_MAX
from engine.log.codec import form
from engine.refusals import refuse


def digest(text: str) -> str:
    """SHA-256 of a charter's text: what a poll on an amendment is about."""
    return sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def read(text: str) -> Charter:
    """The charter a TOML text states; refused with the key, what it is, and what is allowed."""
    if len(text) > CHARTER_TEXT_MAX:
        raise refuse("text_too_long", "the charter", f"has {len(text)} characters", f"at most {CHARTER_TEXT_MAX}")
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise refuse("charter_wrong", "the charter", f"is not TOML: {wrong}", "mend that line") from None
    found: Charter = form(Charter, lenient=True).read(data, "charter")
    check(found)
    return found


def presets() -> tuple[str, ...]:
    """The names of the charters that come with folkmoot."""
    listed = (files("engine.charter") / "presets").iterdir()
    return tuple(sorted(item.name.removesuffix(".toml") for item in listed if item.name.endswith(".toml")))


def preset(name: str) -> str:
    """The text of a preset."""
    if name not in presets():
        raise refuse("preset_unknown", f"preset {name!r}", "is not known", catalogue.did_you_mean(name, presets()))
    return (files("engine.charter") / "presets" / f"{name}.toml").read_text()


__all__ = ["Charter", "digest", "preset", "presets", "read"]
