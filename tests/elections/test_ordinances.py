"""Statutes of the single transferable vote, followed once more clause by clause and paper by paper, as slowly as they are written."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
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
    often = draw(st.sampled_from([st.integers(1, 300), st.integers(1, 4)]))  # few papers tie, many leave long surpluses
    return options, draw(st.lists(st.builds(Papers, ranking, often), min_size=1, max_size=8))


def written(text: str) -> tuple[int, list[Papers]]:
    """A profile of papers such as `2: a > c`."""
    lines = [line.split(": ") for line in text.splitlines()]
    papers = [Papers([NAMES.index(name) for name in order.split(" > ")], int(count)) for count, order in lines]
    return 1 + max(option for paper in papers for option in paper.order), papers


def election_of(options: int, papers: list[Papers]) -> Election:
    rows = [[order.index(option) if option in order else options for option in range(options)] for order, _ in papers]
    return Election.of(tuple(NAMES[:options]), "ranked", rows, [count for _, count in papers])


def cut(value: Fraction, decimals: int = 4) -> Fraction:
    """Calculated to so many decimal places, ignoring any remainder."""
    return Fraction(int(value * 10**decimals), 10**decimals)


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
        defeated: list[int] = []
        for votes in sorted(set(below.values()))[:-1]:
            lower = [option for option in below if below[option] <= votes]
            higher = min(other for other in below.values() if other > votes)
            enough = len(self.elected) + len(self.continuing) - len(lower) >= self.seats
            defeated = lower if enough and sum(below[option] for option in lower) + surplus < higher else defeated
        return defeated

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


class Scotland:
    """SSI 2007/42, schedule 1, rules 45 to 52; lots fall on whoever is listed last, to be excluded or to wait."""

    def __init__(self, options: int, papers: list[Papers], seats: int) -> None:
        # 45(2)(b): one vote for each ballot paper; each paper knows its transfer value and with whom it lies.
        self.papers = [[list(order), Fraction(1), order[0]] for order, count in papers for _ in range(count)]
        self.vacancies, self.continuing, self.elected = seats, list(range(options)), list[int]()
        self.quota = len(self.papers) // (seats + 1) + 1  # 46
        self.credited = [Fraction(sum(paper[2] == option for paper in self.papers)) for option in range(options)]
        self.stages: list[list[Fraction]] = []

    def transfer(self, gone: int) -> None:
        """48(2) and 50(3): to the continuing candidate for whom the next available preference is given."""
        for paper in self.papers:
            if paper[2] == gone:
                paper[2] = next((option for option in paper[0] if option in self.continuing), None)
                if paper[2] is not None:
                    self.credited[paper[2]] += paper[1]

    def unequal(self, tied: list[int], most: bool) -> int:
        """49(2), 51(2)(a): who had most, or fewest, at the end of the most recently preceding stage at which they were unequal."""
        for stage in reversed(self.stages):
            pick = (max if most else min)(stage[option] for option in tied)
            tied = [option for option in tied if stage[option] == pick]
        return min(tied) if most else max(tied)

    def end(self) -> None:
        """The end of a stage: 47(1)."""
        self.stages.append(list(self.credited))
        reached = [option for option in self.continuing if self.credited[option] >= self.quota]
        self.elected += reached
        self.continuing = [option for option in self.continuing if option not in reached]

    def count(self) -> list[int]:
        self.end()
        while len(self.elected) < self.vacancies:
            if len(self.continuing) == self.vacancies - len(self.elected):  # 52(1)
                return sorted(self.elected + self.continuing)
            over = [option for option in self.elected if self.credited[option] > self.quota]
            if over:  # 48, 49
                highest = max(self.credited[option] for option in over)
                one = self.unequal([option for option in over if self.credited[option] == highest], most=True)
                surplus = self.credited[one] - self.quota
                for paper in self.papers:
                    paper[1] = cut(surplus * paper[1] / self.credited[one], 5) if paper[2] == one else paper[1]
                self.transfer(one)
                self.credited[one] = Fraction(self.quota)
            else:  # 50, 51
                lowest = min(self.credited[option] for option in self.continuing)
                one = self.unequal([option for option in self.continuing if self.credited[option] == lowest], most=False)
                self.continuing.remove(one)
                self.credited[one] = Fraction(0)
                self.transfer(one)
            self.end()
        return sorted(self.elected)


class ReferenceWigm:
    """The Proportional Representation Foundation's reference WIGM rule; its drawn order is that of listing, from the first for
    surpluses and from the last for defeats."""

    def __init__(self, options: int, papers: list[Papers], seats: int, batch: bool) -> None:
        self.seats, self.batch = seats, batch
        self.ballots = [[list(order), Fraction(1), order[0]] for order, count in papers for _ in range(count)]  # A.4
        self.quota = cut(Fraction(len(self.ballots), seats + 1)) + Fraction(1, 10_000)  # A.1
        self.hopeful, self.pending, self.elected = list(range(options)), list[int](), list[int]()  # A.2
        self.vote = [Fraction(sum(ballot[2] == option for ballot in self.ballots)) for option in range(options)]  # A.5
        self.stages: list[list[Fraction]] = [list(self.vote)]

    def complete(self) -> bool:
        """D.3"""
        filled = len(self.elected) + len(self.pending)
        return filled == self.seats or filled + len(self.hopeful) <= self.seats

    def transfer(self, gone: int) -> None:
        """D.2"""
        for ballot in self.ballots:
            if ballot[2] == gone:
                ballot[2] = next((option for option in ballot[0] if option in self.hopeful), None)
                if ballot[2] is not None:
                    self.vote[ballot[2]] += ballot[1]

    def losers(self) -> list[int]:
        """B.2: the largest of the sets that meet all conditions."""
        surplus = sum((self.vote[option] - self.quota for option in self.pending), Fraction(0))
        for votes in sorted({self.vote[option] for option in self.hopeful}, reverse=True):
            batch = [option for option in self.hopeful if self.vote[option] <= votes]  # B.2.b
            rest = [self.vote[option] for option in self.hopeful if option not in batch]
            enough = len(rest) >= self.seats - len(self.pending) - len(self.elected)  # B.2.a
            if enough and rest and sum(self.vote[option] for option in batch) + surplus < min(rest):  # B.2.c
                return batch
        return []

    def defeat(self, gone: list[int]) -> bool:
        """Whether the count goes on, papers having moved."""
        self.hopeful = [option for option in self.hopeful if option not in gone]
        done = self.complete()
        for option in [] if done else gone:
            self.vote[option] = Fraction(0)
            self.transfer(option)
        self.stages.append(list(self.vote))
        return not done

    def rounds(self) -> None:
        while not self.complete():
            won = [option for option in self.hopeful if self.vote[option] >= self.quota]  # B.1
            self.pending += won
            self.hopeful = [option for option in self.hopeful if option not in won]
            if self.complete():
                return
            if self.batch and (losers := self.losers()):
                if not self.defeat(losers):
                    return
            elif self.pending:  # B.3
                one = min(self.pending, key=lambda option: (-self.vote[option], option))
                surplus = self.vote[one] - self.quota
                for ballot in self.ballots:
                    ballot[1] = cut(cut(ballot[1] * surplus) / self.vote[one]) if ballot[2] == one else ballot[1]
                self.pending.remove(one)
                self.elected.append(one)
                self.transfer(one)
                self.vote[one] = self.quota
                self.stages.append(list(self.vote))
            else:  # B.4
                if not self.defeat([min(self.hopeful, key=lambda option: (self.vote[option], -option))]):
                    return

    def count(self) -> list[int]:
        self.rounds()
        filled = self.elected + self.pending
        return sorted(filled if len(filled) == self.seats else filled + self.hopeful)  # C


def votes_by_stage(outcome) -> list[list[Fraction]]:
    return [[Fraction(votes) for votes in stage[0]] for stage in outcome.facts[2]]


@given(profiles(), st.integers(1, 5))
@example(written("1: d\n2: d > a\n4: d > b > c"), 3)  # one division, not two
@example(written("1: c\n3: d\n4: b > a"), 3)  # who had fewer votes before
@example(written("4: b\n3: c\n2: a > b"), 2)  # whoever holds just the quota has no surplus
@settings(max_examples=200)
def test_scotland_counts_as_its_order_says_stage_by_stage(profile, seats):
    options, papers = profile
    seats = min(seats, options)
    slow = Scotland(options, papers, seats)
    winners = slow.count()
    outcome = tally("stv_scotland", election_of(options, papers), seats=seats)
    assert outcome.winners == tuple(NAMES[place] for place in winners)
    assert votes_by_stage(outcome)[: len(slow.stages)] == slow.stages


@pytest.mark.parametrize("batch", [False, True])
@given(profile=profiles(), seats=st.integers(1, 5))
@example(profile=written("2: a > c > d\n2: c\n4: a"), seats=3)  # a product is cut before it is divided
@example(profile=written("49: a > b\n1: a\n1: b\n24: c\n20: d\n6: e"), seats=3)  # a surplus of nothing takes a stage
@example(profile=written("4: c > b\n1: b > a\n3: a"), seats=1)  # equals are not told apart by what they had before
@settings(max_examples=200)
def test_the_reference_rule_for_wigm_counts_as_it_is_written_stage_by_stage(batch, profile, seats):
    options, papers = profile
    seats = min(seats, options)
    slow = ReferenceWigm(options, papers, seats, batch)
    winners = slow.count()
    outcome = tally("stv_wigm_prf", election_of(options, papers), seats=seats, batch=batch)
    assert outcome.winners == tuple(NAMES[place] for place in winners)
    assert votes_by_stage(outcome)[: len(slow.stages)] == slow.stages
