"""The gas table in contracts/README.md is what is measured, and within what was promised."""

from contracts.artefacts import FOLDER
from tests.contracts.gas import measured, table


def test_the_table_is_what_is_measured_and_within_its_bounds():
    figures = measured()
    assert table(figures) in (FOLDER / "README.md").read_text(), "run python -m tests.contracts.gas"
    assert figures["a head of the log, by the owner"] <= 40_000
    transfer = figures["  of which the token's transfer, without its transaction"]
    assert figures["a claim in a token, ten levels deep, warm word"] - transfer <= 45_000
    assert figures["a decision, attested by 5 of 9"] <= 140_000
