"""Statutes of the single transferable vote, followed once more clause by clause and paper by paper, as slowly as they are written."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from engine.elections.election import Election
from engine.rules import tally

NAMES = "abcdef"


class Papers(NamedTuple):
    """So many papers that rank these options, from the first."""

    order: list[int]
    count: int


@st.composite
def profiles(draw, options_max: int = 6) -> tuple[int, list[Papers]]:
    options = draw(st.integers(1, options_max))
    ranking = st.permutations(range(options)).flatmap(lambda order: st.integers(1, options).map(lambda length: list(order[:length])))
    return options, draw(st.lists(st.builds(Papers, ranking, st.integers(1, 300)), min_size=1, max_size=8))


def election_of(options: int, papers: list[Papers]) -> Election:
    rows = [[order.index(option) if option in order else options for option in range(options)] for order, _ in papers]
    return Election.of(tuple(NAMES[:options]), "ranked", rows, [count for _, count in papers])


def cut(value: Fraction) -> Fraction:
    """Calculated to four (4) decimal places, ignoring any remainder."""
    return Fraction(int(value * 10_000), 10_000)


class Minneapolis:
    """Code of Ordinances, sections 167.20 and 167.70(c)(1); lots fall on whoever is listed last, to be defeated or to wait."""

    def __init__(self, options: int, papers: list[Papers], seats: int) -> None:
        self.piles = [[list(order), Fraction(1), count] for order, count in papers]
        self.seats, self.continuing, self.elected = seats, list(range(options)), list[int]()
        self.threshold = Fraction(sum(count for _, count in papers) // (seats + 1) + 1)

    def total(self, option: int) -> Fraction:
        held = sum((value * count for order, value, count in self.piles if order[:1] == [option]), Fraction(0))
        return self.threshold if option in self.elected else held

    def transfer(self, gone: list[int]) -> None:
        """To each ballot's next-ranked continuing candidate."""
        self.continuing = [option for option in self.continuing if option not in gone]
        for pile in self.piles:
            if pile[0] and pile[0][0] in gone:
                pile[0] = [option for option in pile[0] if option in self.continuing]

    def impossible(self, surplus: Fraction) -> list[int]:
        """Not enough to equal or surpass the candidate with the next higher current vote total."""
        below = {option: self.total(option) for option in self.continuing if self.total(option) < self.threshold}
        found: list[int] = []
        for votes in sorted(set(below.values()))[:-1]:
            lower = [option for option in below if below[option] <= votes]
            higher = min(other for other in below.values() if other > votes)
            enough = len(self.elected) + len(self.continuing) - len(lower) >= self.seats
            found = lower if enough and sum(below[option] for option in lower) + surplus < higher else found
        return found

    def count(self) -> list[int]:
        while True:
            reached = [option for option in self.continuing if self.total(option) >= self.threshold]
            if len(self.elected) + len(reached) == self.seats:  # clause a
                return sorted(self.elected + reached)
            surplus = {option: self.total(option) - self.threshold for option in reached if self.total(option) > self.threshold}  # b
            if impossible := self.impossible(sum(surplus.values(), Fraction(0))):  # c
                self.transfer(impossible)
            elif surplus:  # d
                one = min(option for option in surplus if surplus[option] == max(surplus.values()))
                fraction = cut(surplus[one] / self.total(one))
                for pile in self.piles:
                    pile[1] = cut(fraction * pile[1]) if pile[0][:1] == [one] else pile[1]
                self.elected.append(one)
                self.transfer([one])
            elif len(self.elected) + len(self.continuing) == self.seats:  # f
                return sorted(self.elected + self.continuing)
            else:  # e
                fewest = min(map(self.total, self.continuing))
                self.transfer([max(option for option in self.continuing if self.total(option) == fewest)])


@given(profiles(), st.integers(1, 5))
def test_minneapolis_counts_as_its_ordinance_says(profile, seats):
    options, papers = profile
    seats = min(seats, options)
    winners = Minneapolis(options, papers, seats).count()
    assert tally("stv_minneapolis", election_of(options, papers), seats=seats).winners == tuple(NAMES[place] for place in winners)
