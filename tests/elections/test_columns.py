"""Ranks as people write them, from 1 and with gaps, become ranks as an election holds them: how many options stand above."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.elections import columns

RANKS = st.integers(2, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 1, 2, 3, width, 61, 999_999_999]), min_size=width, max_size=width) | st.permutations(range(width)),
        min_size=1,
        max_size=6,
    )
)


@given(RANKS)
def test_an_option_stands_below_as_many_as_were_given_a_better_rank(rows):
    names = [f"n{place}" for place in range(len(rows[0]))]
    table = columns.read("\n".join([",".join(["ranked", *names]), *("1," + ",".join(map(str, row)) for row in rows)]))
    for row, held in zip(rows, table.table.tolist(), strict=True):
        assert held == [sum(0 < other < rank for other in row) if rank else len(row) for rank in row]


@pytest.mark.parametrize("width", [62, 63, 64, 200])
def test_so_does_one_of_more_than_a_word_has_bits(width):
    ranks = [rank + rank // 7 for rank in range(width, 0, -1)]
    table = columns.read(",".join(["ranked", *(f"n{place}" for place in range(width))]) + "\n1," + ",".join(map(str, ranks)) + "\n")
    assert table.table.tolist() == [list(range(width - 1, -1, -1))]
