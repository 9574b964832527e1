"""clr.fund's matching: its own figures, laws, and the plainest way to say it."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.limits import AMOUNT_MAX
from engine.rules import tally
from engine.rules.funding.clr_fund import PRECISION, alpha_of
from tests.rules.elections import elections

FACTOR = 10**13
"""What a vote costs there: a hundred thousandth of a token of eighteen decimals."""
ROUND = """
1029171 559607965 54120339620072771393409, 1048399 578205703 56136526890735364560177, 602950 317553286 19824850484686311089268,
860010 442301130 38304350220898377711212, 807328 418581068 34042000587802906024715, 1023016 695009290 54889173477280134468477,
754802 404763854 30143448597290798082118, 654375 570343565 25304872787215182420717, 536881 288574695 16084545747445006974505,
557273 289238139 17113857719619988967588, 568697 276973827 17581377967361663140938, 649406 364291426 22956843639019783056745,
596271 367883527 19958712415971970182784, 505624 294803080 14652928673171125702925, 403984 192135086 9393234466662078438944,
183735 85674469 2400198231942638112810, 143324 75384564 1691957185338753183209, 192302 93818468 2628928272126477673332,
149249 84597271 1863119668598695788160, 115267 57636675 1182733346759972058966
"""
"""Votes, squares and what was paid of a round on Arbitrum (clrfund/monorepo, `contracts/tests/data/testTallySmall.json` and `claimAmounts.json`)."""
gifts = elections("cumulative", options_max=4, ballots_max=5)


def test_a_real_round_is_paid_to_the_last_unit():
    rows = [tuple(map(int, row.split())) for row in ROUND.replace("\n", " ").split(",")]
    claims = [FACTOR * (votes * votes - squares) for votes, squares, _ in rows]
    pool = -(-4583670112189981 * sum(claims) // PRECISION)  # the least with its α, which stands in the contract's tests
    alpha = alpha_of(pool, claims)
    assert alpha == 4583670112189981
    paid = [alpha * claim // PRECISION + FACTOR * squares for claim, (_, squares, _) in zip(claims, rows, strict=True)]
    assert paid == [amount for _, _, amount in rows]


@given(gifts, st.integers(1, 400), st.integers(1, 5))
def test_a_claim_is_twice_the_votes_of_all_pairs(election, pool, factor):
    """The squares of a sum, less the sum of squares."""
    outcome = tally("clr_fund", election, pool=pool, factor=factor)
    everybody = [row for row, weight in zip(election.table.tolist(), election.weights.tolist(), strict=True) for _ in range(weight)]
    claims = []
    for place in range(len(election.options)):
        votes = [isqrt(row[place] // factor) for row in everybody]
        claims.append(factor * 2 * sum(one * other for number, one in enumerate(votes) for other in votes[number + 1 :]))
    assert [int(gift.claim) for gift in outcome.figures().gifts] == claims
    whole = sum(claims)
    for claim, paid in zip(claims, outcome.scores.values(), strict=True):
        exact = Fraction(pool * claim, whole) if whole else Fraction(0)
        assert 0 <= exact - paid < 1 + Fraction(claim, PRECISION)


@given(gifts, st.integers(1, AMOUNT_MAX))
@settings(max_examples=60)
def test_the_pool_is_paid_but_for_what_rounding_leaves(election, pool):
    outcome = tally("clr_fund", election, pool=pool)
    left = pool - sum(outcome.scores.values())
    claimed = sum(int(gift.claim) for gift in outcome.figures().gifts)
    assert left == pool if not claimed else 0 <= left <= len(election.options) + Fraction(claimed, PRECISION)


@given(gifts)
def test_neither_order_nor_names_change_a_payout(election):
    turned = election.changed(table=election.table[::-1, ::-1], weights=election.weights[::-1], options=election.options[::-1])
    assert tally("clr_fund", turned, pool=1_000).scores == tally("clr_fund", election, pool=1_000).scores


def test_one_contributor_alone_is_not_matched_and_what_buys_no_vote_is_no_claim():
    assert tally("clr_fund", Election.read("1: garden 400"), pool=9).scores == {"garden": 0}
    small = tally("clr_fund", Election.read("2: garden 99, pool 100"), pool=9, factor=100)
    assert small.scores == {"garden": 0, "pool": 9}
