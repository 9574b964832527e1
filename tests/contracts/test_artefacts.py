"""What is committed is what the compiler makes of the sources beside it."""

import json
from importlib.util import find_spec

import pytest

from contracts import artefacts
from engine.refusals import Refusal


@pytest.mark.parametrize("name", artefacts.NAMES)
def test_the_bytecode_is_that_of_the_source(name):
    if find_spec("vyper") is None:
        pytest.skip("no Vyper here: install folkmoot[contracts]")
    made = artefacts.compiled(name)
    assert artefacts.artefact(name) == made, "run `make contracts`"
    assert (artefacts.FOLDER / f"{name}.json").read_text() == artefacts.written(made)


@pytest.mark.parametrize("name", artefacts.NAMES)
def test_a_contract_fits_a_chain(name):
    """EIP-170: 24,576 bytes, of which the constructor is no part."""
    assert len(artefacts.artefact(name)["bytecode"]) // 2 < 24_576


@pytest.mark.parametrize("name", [*artefacts.NAMES, "council"])
def test_no_contract_runs_others_code_as_itself_ends_itself_or_makes_another(name):
    source = (artefacts.FOLDER / f"{name}.vy").read_text()
    assert not [word for word in ("is_delegate_call", "selfdestruct", "raw_create", "create_", "tx.origin") if word in source]


def test_every_contract_is_compiled_and_no_other():
    assert {path.stem for path in artefacts.FOLDER.glob("*.json")} == set(artefacts.NAMES)
    assert {path.stem for path in artefacts.FOLDER.glob("*.vy")} == {*artefacts.NAMES, "council"}
    with pytest.raises(Refusal, match="thing_unknown"):
        artefacts.artefact("council")


@pytest.mark.parametrize("name", artefacts.NAMES)
def test_the_sources_named_are_those_that_are_here(name):
    """Without a compiler it is seen that a source was changed and not compiled."""
    from hashlib import sha256

    for source, digest in json.loads((artefacts.FOLDER / f"{name}.json").read_text())["sources"].items():
        assert sha256((artefacts.FOLDER / source).read_bytes()).hexdigest() == digest
