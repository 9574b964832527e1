"""Money is typed and shown with its decimals, and counted in whole smallest units."""

import pytest

from api import money
from engine.features.treasury.terms import MoneyTerms
from engine.refusals import Refusal

EUROS = MoneyTerms("EUR", 2)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("5000", "500000"), ("5,000.5", "500050"), ("0.07", "7"), ("1.", "100"), ("1 000", "100000"), ("1,234,567.8", "123456780")],
)
def test_what_is_typed_is_read_and_shown_again(typed, read):
    assert money.read(EUROS, typed, "cost") == read
    assert money.read(EUROS, money.typed(EUROS, read), "cost") == read
    assert money.shown(EUROS, read).endswith(" EUR")


@pytest.mark.parametrize(
    "typed", ["12.345", "-1", "ten", "1.2.3", "", "٣", "1" * 79, "12,5", "7,50", ",5", "1.000,50", "1,5", "1,000 000", "1,00,000", "1 5"]
)
def test_what_is_no_amount_is_refused_with_an_example(typed):
    with pytest.raises(Refusal, match=r"1234\.00"):
        money.read(EUROS, typed, "cost")


def test_any_amount_of_wei_is_typed_in_ether():
    """2^256 - 1 wei, plain and in groups; one more is no amount."""
    ether, most = MoneyTerms("ETH", 18), 2**256 - 1
    for text in (money.typed(ether, most), money.shown(ether, most).removesuffix(" ETH")):
        assert money.read(ether, text, "cost") == str(most)
    assert money.read(ether, "0.000000000000000001", "cost") == "1"
    with pytest.raises(Refusal, match="is too large"):
        money.read(ether, money.typed(ether, most + 1), "cost")


def test_where_money_has_no_decimals_none_can_be_typed():
    assert money.read(MoneyTerms("HUF", 0), "20,000", "cost") == "20000"
    with pytest.raises(Refusal, match="such as 1234,"):
        money.read(MoneyTerms("HUF", 0), "2.5", "cost")
