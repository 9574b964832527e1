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

DOTS_PER_LINE_MAX = 400
"""A TOML key of thousands of dotted parts would nest as deep."""


def digest(text: str) -> str:
    """SHA-256 of a charter's text: what a poll on an amendment is about."""
    return sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def read(text: str) -> Charter:
    """The charter a TOML text states; refused with the key, what it is, and what is allowed. See `lawful`, too."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > CHARTER_TEXT_MAX:
        raise refuse("text_too_long", "the charter", f"has {size} bytes", f"at most {CHARTER_TEXT_MAX}")
    if any(line.count(".") > DOTS_PER_LINE_MAX for line in text.splitlines()):
        raise refuse("charter_wrong", "the charter", "has a line with hundreds of dots", "nest no deeper than it needs")
    try:
        data: dict[str, Any] = tomllib.loads(text)
        found: Charter = form(Charter, lenient=True).read(data, "charter")
    except (ValueError, RecursionError) as wrong:
        raise refuse("charter_wrong", "the charter", f"is not TOML: {str(wrong)[:200]}", "mend that line") from None
    return found


@lru_cache(maxsize=64)
def lawful(text: str) -> Charter:
    """The charter a text states, if it holds together: what founding and amending ask. Following a log asks less, so
    that a stricter check never makes an old log unreadable.
    """
    found = read(text)
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


__all__ = ["Charter", "digest", "lawful", "preset", "presets", "read"]
