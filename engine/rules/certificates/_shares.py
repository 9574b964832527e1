"""Equal shares, replayed purse by purse: supporters pay each price exactly, nothing else could have been bought at a
lower price, and at the end nothing more can be bought. Where money was added, one more addition, replayed as well,
would have cost more than the budget; that no smaller one would have is taken on trust, because checking it would take
as many replays as there were additions."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

from engine.elections.figures import BetterOff, Figures, Purse
from engine.limits import SHARES_STEPS_MAX
from engine.rules.certificates._claim import Claim
from engine.rules.certificates._seats import Loads, filled
from engine.rules.certificates._totals import funded_greedily, totals


class Purses(NamedTuple):
    """What every ballot has left, in parts of a unit of money: `amounts` / `over`."""

    amounts: list[int]
    over: int

    @classmethod
    def of(cls, share: Fraction, ballot_count: int) -> Purses:
        return cls([share.numerator] * ballot_count, share.denominator)


class Shop(NamedTuple):
    """What can be bought: `backers` are (ballot, weight, units it pays for) of every option; `worth` is what prices are
    compared by; examining them counts as work of the `claim`."""

    claim: Claim
    backers: list[list[tuple[int, int, int]]]
    costs: list[int]
    worth: list[int]

    @classmethod
    def of(cls, claim: Claim, units: list[list[int]], costs: list[int], worth: list[int]) -> Shop:
        rows = [(number, weight, row) for number, ((_, weight), row) in enumerate(zip(claim.ballots, units, strict=True))]
        backers = [[(number, weight, row[place]) for number, weight, row in rows if row[place]] for place in claim.places]
        return cls(claim, backers, costs, worth)

    def missing(self, place: int, price: Fraction, purses: Purses) -> tuple[int, int, int]:
        """What its cost lacks if its backers each pay `price` a unit, as far as they can: below 0 if they pay too much. In
        units of money over the third number; the second is how many units those pay for who could pay more, so that the
        backers pay at most as much more as the price rises, times that."""
        self.claim.work(len(self.backers[place]))
        limit = price * purses.over
        up, down = limit.numerator, limit.denominator
        amounts, paid, taking = purses.amounts, 0, 0
        for ballot, weight, unit in self.backers[place]:
            have, due = amounts[ballot] * down, up * unit
            if have > due:
                taking += weight * unit
            else:
                paid += weight * have
        over = purses.over * down
        return self.costs[place] * over - paid - up * taking, taking, over

    def can_pay(self, place: int, price: Fraction, purses: Purses) -> bool:
        """Whether some backer has as much as `price` a unit: beyond that nobody would pay more for it."""
        limit = price * purses.over
        up, down = limit.numerator, limit.denominator
        return any(purses.amounts[ballot] * down >= up * unit for ballot, _, unit in self.backers[place])

    def after(self, place: int, price: Fraction, purses: Purses) -> Purses:
        """What is left when they have paid."""
        self.claim.work(len(purses.amounts))
        limit = price * purses.over
        up, down = limit.numerator, limit.denominator
        amounts = [amount * down for amount in purses.amounts]
        for ballot, _, unit in self.backers[place]:
            amounts[ballot] -= min(amounts[ballot], up * unit)
        return Purses(amounts, purses.over * down)


def budget(claim: Claim) -> bool:
    stated, bought, rest, rival, beyond = claim.facts
    raised = _whole(stated)
    terms: dict[str, Any] = {"utility": "cost", "completion": "none", "increment": 1, "whole_shares": False, "compare": "none"} | dict(
        claim.given
    )
    supporters = [_standing(claim, place) for place in claim.places]
    if claim.scores != (totals(claim) if terms["utility"] == "additive" else supporters):
        return False
    units = [
        [(row[place] if terms["utility"] == "additive" else 1) if row[place] and supporters[place] else 0 for place in claim.places]
        for row, _ in claim.ballots
    ]
    share = Fraction(claim.budget // claim.voters) if terms["whole_shares"] else Fraction(claim.budget, claim.voters)
    adds = terms["completion"].startswith("add_one")
    if raised % terms["increment"] or (raised and not adds):
        return False
    worth = [max(cost, 1) if terms["utility"] == "cost" else 1 for cost in claim.costs]
    shop = Shop.of(claim, units, claim.costs, worth)
    replayed = _replayed(shop, bought, Purses.of(share + raised, len(units)))
    if replayed is None or sum(claim.costs[place] for place in replayed[0]) > claim.budget:
        return False
    ours = replayed[0]
    if adds and not _at_its_end(claim, supporters, ours, terms, raised):
        after = _replayed(shop, beyond, Purses.of(share + raised + terms["increment"], len(units)))
        if after is None or sum(claim.costs[place] for place in after[0]) <= claim.budget:
            return False
    if terms["completion"].endswith("utilitarian"):
        if not _spent(claim, supporters, ours, rest):
            return False
    elif rest:
        return False
    purses = _left(shop, supporters, *replayed)
    ours = ours + rest
    if terms["compare"] == "none":
        return not rival and sorted(ours) == claim.won and claim.figures == Figures(purses=purses)
    votes = [sum(weight * row[place] for row, weight in claim.ballots) if supporters[place] else 0 for place in claim.places]
    if rival != funded_greedily(claim, votes):
        return False
    better, worse = _better(claim, units, terms, ours, rival), _better(claim, units, terms, rival, ours)
    greedier = worse > better
    compared = BetterOff(terms["compare"], better, worse, tuple(claim.options[place] for place in rival))
    if claim.figures != Figures(purses=purses, better_off=compared):
        return False
    return claim.won == (rival if greedier else sorted(ours))


def _left(shop: Shop, supporters: list[int], bought: list[int], purses: Purses) -> tuple[Purse, ...]:
    """What the supporters of all that they did not buy have left together."""
    claim = shop.claim
    return tuple(
        Purse(
            claim.options[place],
            Fraction(sum(weight * purses.amounts[ballot] for ballot, weight, _ in shop.backers[place]), purses.over),
            claim.costs[place],
        )
        for place in claim.places
        if supporters[place] and place not in bought
    )


def wieliczka(claim: Claim) -> bool:
    return budget(claim.under(completion="add_one", compare="satisfaction", increment=10**claim.decimals))


def swiecie(claim: Claim) -> bool:
    return budget(claim.under(completion="add_one", compare="satisfaction", increment=10**claim.decimals, support_min="1/3"))


def committee(claim: Claim) -> bool:
    """Seats cost 1; those that nobody could pay for are filled as by Phragmén, loads starting below zero by what is left in each purse."""
    elected, bought = claim.facts
    seats = claim.given.get("seats", 1)
    alike = [1 for _ in claim.places]
    shop = Shop.of(claim, [row for row, _ in claim.ballots], alike, alike)
    replayed = _replayed(shop, bought, Purses.of(Fraction(seats, claim.voters), len(claim.ballots)))
    if replayed is None or elected[: len(bought)] != replayed[0] or len(elected) != seats:
        return False
    amounts, over = replayed[1]
    return filled(claim, elected, len(bought), Loads(claim, [Fraction(-amount, over) for amount in amounts]))


def _replayed(shop: Shop, bought: list[tuple[int, str]], purses: Purses) -> tuple[list[int], Purses] | None:
    """What has been bought, in order, and what is left; None if a price is wrong, or more could be bought."""
    taken: list[int] = []
    whole = [sum(weight * unit for _, weight, unit in backers) for backers in shop.backers]
    # No option costs less than this: at first what it would if everybody could pay. Purses only get emptier, so it stays true.
    least = [Fraction(cost, max(units, 1)) for cost, units in zip(shop.costs, whole, strict=True)]
    for place, stated in bought:
        if type(place) is not int or place not in shop.claim.places:
            return None
        price = _price(stated)
        for other in shop.claim.places:
            rival = price / shop.worth[place] * shop.worth[other]
            if other not in taken and whole[other] and rival > least[other]:
                missing, taking, over = shop.missing(other, rival, purses)
                # Nobody pays more where all have paid everything: then it costs what the richest of them has left.
                if missing < 0 or (missing == 0 and not shop.can_pay(other, rival, purses)):
                    return None
                least[other] = rival + Fraction(missing, taking * over) if taking else rival
        if place in taken or not whole[place] or shop.missing(place, price, purses)[0] != 0 or not shop.can_pay(place, price, purses):
            return None
        purses = shop.after(place, price, purses)
        taken.append(place)
    for other, cost in enumerate(shop.costs):
        left = sum(weight * purses.amounts[ballot] for ballot, weight, _ in shop.backers[other])
        if other not in taken and whole[other] and left >= cost * purses.over:
            return None
    return taken, purses


def _at_its_end(claim: Claim, supporters: list[int], ours: list[int], terms: dict[str, Any], raised: int) -> bool:
    """Whether nothing could be added: everything is bought that can be, or nothing else fits and the count stops there,
    or money was added as often as allowed."""
    can = [place for place in claim.places if supporters[place]]
    left = claim.budget - sum(claim.costs[place] for place in ours)
    full = terms.get("stop") == "exhaustive" and not any(claim.costs[place] <= left for place in can if place not in ours)
    return full or set(can) <= set(ours) or raised == terms["increment"] * SHARES_STEPS_MAX


def _whole(text: str) -> int:
    """A number as facts write it: as text, so that no reader rounds it."""
    if not re.fullmatch("[0-9]{1,40}", text):
        raise ValueError("no whole number")
    return int(text)


def _price(text: str) -> Fraction:
    if not re.fullmatch("[0-9]+(/[0-9]+)?", text):
        raise ValueError("no price")
    return Fraction(text)


def _standing(claim: Claim, place: int) -> int:
    """An option's supporters; 0 if they are too few for it to be considered."""
    support, part = claim.weight_of(place), Fraction(claim.given.get("support_min", "0"))
    few = support < claim.given.get("votes_min", 0) or support * claim.budget < part * claim.costs[place] * claim.voters
    return 0 if few else support


def _spent(claim: Claim, supporters: list[int], bought: list[int], rest: list[int]) -> bool:
    """What was left went to whatever fits and has the most supporters, until nothing fits."""
    for number in range(len(rest) + 1):
        taken = bought + rest[:number]
        left = claim.budget - sum(claim.costs[place] for place in taken)
        fitting = [place for place in claim.places if place not in taken and supporters[place] and claim.costs[place] <= left]
        if number == len(rest):
            return not fitting
        if rest[number] not in fitting or supporters[rest[number]] < max(supporters[place] for place in fitting):
            return False
    return False


def _better(claim: Claim, units: list[list[int]], terms: dict[str, Any], one: list[int], other: list[int]) -> int:
    """How many voters get more from `one` than from `other`; if outcomes are compared by who gets anything, how many `one` serves."""

    def gain(row: list[int], funded: list[int]) -> int:
        return sum(row[place] * (claim.costs[place] if terms["utility"] == "cost" else 1) for place in funded)

    if terms["compare"] == "exclusion":
        return sum(weight for row, weight in claim.ballots if any(row[place] for place in one))
    return sum(weight for (_, weight), row in zip(claim.ballots, units, strict=True) if gain(row, one) > gain(row, other))
