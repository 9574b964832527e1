"""Money as people write and read it: in the charter's unit, with its decimals.

>>> euros = MoneyTerms("EUR", 2)
>>> shown(euros, "500050"), typed(euros, 500050), read(euros, "5,000.5", "cost")
('5,000.50 EUR', '5000.50', '500050')
"""

from __future__ import annotations

import re

from engine.elections.outcome import write_money
from engine.features.treasury.terms import MoneyTerms
from engine.limits import AMOUNT_MAX
from engine.refusals import refuse

_TYPED = re.compile(r"([0-9]{1,78}|[0-9]{1,3}(?:([, ])[0-9]{3})(?:\2[0-9]{3}){0,24})(?:\.([0-9]*))?")
"""Whole thousands may stand in groups, all parted alike: a comma anywhere else may have been meant as a point."""


def shown(terms: MoneyTerms, amount: int | str) -> str:
    """An amount in the smallest unit, as a page shows it."""
    return terms.shown(int(amount))


def typed(terms: MoneyTerms, amount: int | str) -> str:
    """An amount as a form shows it to be changed."""
    return write_money(int(amount), terms.decimals).replace(",", "")


def read(terms: MoneyTerms, text: str, field: str) -> str:
    """What somebody typed, as a whole number of the smallest unit; refused when it is no amount."""
    match = _TYPED.fullmatch(text.strip())
    if match is None or len(match[3] or "") > terms.decimals:
        example = typed(terms, 1234 * 10**terms.decimals)
        fact = "is {text!r}, which is no amount" if match is None else "is {text!r}, with more than {decimals} decimals"
        way_out = "write one such as {example}, " + ("with a point before its decimals" if terms.decimals else "without decimals")
        raise refuse("field_wrong", "{field}", fact, way_out, field=field, text=text[:40], decimals=terms.decimals, example=example)
    amount = int(re.sub(r"[, ]", "", match[1]) + (match[3] or "").ljust(terms.decimals, "0"))
    if amount > AMOUNT_MAX:
        raise refuse("field_wrong", "{field}", "is too large", "give at most {most}", field=field, most=typed(terms, AMOUNT_MAX))
    return str(amount)
