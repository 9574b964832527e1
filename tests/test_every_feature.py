"""Laws that every event, command, part and hook keeps, whatever feature declares it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import get_type_hints

import pytest

from engine import catalogue
from engine.event import NOBODY, Command, Event, Who, commands, kinds, rights
from engine.kernel.charter import Terms
from engine.log.codec import form
from engine.log.fields import Sealed, has_sealed
from engine.refusals import Code
from engine.state import Part, State
from engine.values import Id

EVENTS, COMMANDS = sorted(kinds()), [kind.__name__ for kind in commands()]
PARTS = {part.__name__: part for part in catalogue.subclasses(Part)}
TERMS = {terms.__name__: terms for terms in catalogue.subclasses(Terms)}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_declares_who_may_ask_for_it(name):
    event = kinds()[name]
    assert event.by <= set(Who) and is_dataclass(event)
    assert not event.by or event.check is not Event.check
    assert event.may is None or event.may in rights().values()
    assert event.may_follow <= set(kinds())


@pytest.mark.parametrize("name", EVENTS)
def test_what_only_follows_holds_plain_fields(name):
    event = kinds()[name]
    assert event.by or not has_sealed(event), "nobody asked for it, so there is no chance to draw a salt from"


@pytest.mark.parametrize("name", EVENTS)
def test_the_state_holds_no_sealed_value(name):
    assert form(kinds()[name]).trust is not None


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_a_page_an_address_and_a_schema(name):
    command = next(kind for kind in commands() if kind.__name__ == name)
    assert command.resource.startswith("/") and command.decide is not Command.decide
    assert command.__doc__ and not command.__doc__.startswith(f"{name}("), "its docstring is its manual page"
    named = {part.strip("{}") for part in command.resource.split("/") if part.startswith("{")}
    assert named <= {field.name for field in fields(command)}  # type: ignore[arg-type]
    assert form(command, lenient=True).schema["type"] == "object"
    assert command.makes is None or issubclass(command.makes, Id)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_written_and_read_again(name):
    part = State()[PARTS[name]]
    shape = form(PARTS[name])
    assert shape.trust is not None
    written = shape.write(part)
    if "column" not in str(shape.schema):
        assert shape.write(shape.trust(shape.write(part))) == written


@pytest.mark.parametrize("name", PARTS)
def test_a_part_holds_no_text_that_may_be_erased(name):
    hints = get_type_hints(PARTS[name])
    assert not [hint for hint in hints.values() if isinstance(hint, type) and issubclass(hint, Sealed)]


@pytest.mark.parametrize("name", TERMS)
def test_terms_are_frozen_and_have_a_key_of_their_own(name):
    assert TERMS[name].__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert [terms.key for terms in TERMS.values()].count(TERMS[name].key) == 1


def test_letters_and_codes_are_given_once():
    letters = [kind.letter for kind in catalogue.subclasses(Id)]
    assert len(set(letters)) == len(letters)
    names = [str(code) for code in catalogue.declared(Code)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("declares", "fault"),
    [
        ({}, "does not declare `by` and `may`"),
        ({"by": NOBODY}, "does not declare"),
        ({"by": NOBODY, "may": rights()["leave"]}, "nobody may ask for it"),
        ({"by": frozenset({Who.CLOCK}), "may": None}, "has no `check`"),
    ],
)
def test_an_event_that_does_not_declare_who_may_is_refused_at_import(declares, fault):
    with pytest.raises(TypeError, match=fault):
        type("Undeclared", (Event,), declares)
