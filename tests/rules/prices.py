"""Whether an outcome is priceable: a linear program in exact fractions, so that no rule's own account of prices is believed.

Definition as in Peters & Skowron 2020 (arXiv 1911.11747), section 4, with costs: every voter may spend the same amount; she pays only for what she
supports; what is elected gets its cost, what is not gets nothing; and supporters of what is not have together no more than its cost left. With a
budget the amounts come to no less than it together (Peters, Pierczyński & Skowron 2021, arXiv 2008.13276, section 3: "b >= 1"), else to fund nothing
would do.
"""

from __future__ import annotations

from fractions import Fraction

from engine.elections.election import Election

Row = list[Fraction]


def priceable(election: Election, costs: list[int], elected: set[int], purse: Fraction | None = None) -> bool:
    """Whether such payments exist; for the amount `purse`, or, where none is given, for some amount no less than the budget's part.

    Equal ballots may pay alike: the mean of payments that serve is one that serves.
    """
    ballots = [(row, int(weight)) for row, weight in zip(election.support.tolist(), election.weights, strict=True)]
    places = sorted(elected)
    columns = {(ballot, place): number for number, (ballot, place) in enumerate((b, p) for b in range(len(ballots)) for p in places)}
    amount, above = len(columns), len(columns) + 1  # the amount itself, and by how much it is more than the least
    column_count = len(columns) + 2

    def line(parts: dict[int, int], most: int | Fraction) -> tuple[Row, Fraction]:
        return [Fraction(parts.get(column, 0)) for column in range(column_count)], Fraction(most)

    at_most = [line({columns[ballot, place]: 1 for place in places} | {amount: -1}, 0) for ballot in range(len(ballots))]
    for other in set(range(len(costs))) - elected:
        backers = [(ballot, weight) for ballot, (row, weight) in enumerate(ballots) if row[other]]
        parts = {columns[ballot, place]: -weight for ballot, weight in backers for place in places}
        at_most.append(line(parts | {amount: sum(weight for _, weight in backers)}, costs[other]))
    exactly = [line({columns[ballot, place]: weight for ballot, (_, weight) in enumerate(ballots)}, costs[place]) for place in places]
    exactly += [line({columns[ballot, place]: 1}, 0) for ballot, (row, _) in enumerate(ballots) for place in places if not row[place]]
    least = Fraction(election.budget or 0, election.total) if purse is None else purse
    exactly.append(line({amount: 1} | ({above: -1} if purse is None else {}), least))
    return feasible(at_most, exactly)


def feasible(at_most: list[tuple[Row, Fraction]], exactly: list[tuple[Row, Fraction]]) -> bool:
    """Whether some x of numbers from 0 satisfies all `parts · x <= most` and `parts · x = value`; no bound may be below 0.

    The first phase of the simplex method, with Bland's rule, which cannot go round in circles (Bland 1977).

    >>> one, two = [Fraction(1), Fraction(1)], [Fraction(2), Fraction(-1)]
    >>> feasible([(one, Fraction(3))], [(two, Fraction(6))]), feasible([(one, Fraction(3))], [(two, Fraction(7))])
    (True, False)
    """
    lines = [*at_most, *exactly]
    assert all(most >= 0 for _, most in lines)
    slack, column_count = len(at_most), len(lines[0][0]) if lines else 0
    table = [
        [*parts, *(Fraction(number == each) for each in range(slack)), most] for number, (parts, most) in enumerate(lines)
    ]  # of the equalities each has an artificial variable of its own, whose sum has to become 0
    basis = [column_count + number if number < slack else -1 for number in range(len(lines))]
    goal = [sum((table[number][column] for number in range(slack, len(lines))), Fraction(0)) for column in range(column_count + slack + 1)]
    while goal[-1] > 0:
        enters = next((column for column in range(column_count + slack) if goal[column] > 0), None)
        if enters is None:
            return False
        ratios = [(row[-1] / row[enters], basis[number], number) for number, row in enumerate(table) if row[enters] > 0]
        leaves = min(ratios)[2]
        pivot = [value / table[leaves][enters] for value in table[leaves]]
        table[leaves], basis[leaves] = pivot, enters
        for number, row in enumerate(table):
            if number != leaves and row[enters]:
                table[number] = [value - row[enters] * part for value, part in zip(row, pivot, strict=True)]
        goal = [value - goal[enters] * part for value, part in zip(goal, pivot, strict=True)]
    return True
