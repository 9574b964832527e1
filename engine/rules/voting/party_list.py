"""Lists win seats in proportion to their votes: an option may have several.

`method`: `jefferson` (D'Hondt), which favours large lists; `webster` (Sainte-Laguë), which favours nobody; `hill`
(Huntington), `adams`, which favour small ones, and with as many seats as lists give each one; all of these give the next
seat to whoever has the most votes for it, votes / s(n), with s(n) = n + 1, n + 1/2, √(n (n + 1)) and n. `hamilton` gives
each list the whole part of votes × seats / all votes, and what is left to the largest remainders; there, one seat more can
cost a list one. The winners are those that have a seat; the scores are how many each has. Of equal claims, whoever is listed
first gets the seat, and that tie is reported; if nobody has a vote, all claims are equal. Also called apportionment,
D'Hondt, Sainte-Laguë, largest remainder, Huntington-Hill, highest averages. Source: Balinski & Young 1982.

>>> votes = Election.read("470: yellow\\n160: white\\n159: red\\n120: green\\n60: blue\\n31: pink")
>>> outcome = tally("party_list", votes, seats=10)
>>> outcome.scores
{'yellow': 4, 'white': 2, 'red': 2, 'green': 1, 'blue': 1, 'pink': 0}
>>> print("\\n".join(outcome.steps))
1,000 votes for 10 seats: yellow 470, white 160, red 159, green 120, blue 60, pink 31
the last seat went at 106 votes for a seat, the next would go at 940/9 votes for a seat
seats: yellow 4, white 2, red 2, green 1, blue 1
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import Literal

from engine.elections import work
from engine.elections.apportion import apportion
from engine.elections.divisors import Claim, by_divisor
from engine.elections.election import Election
from engine.elections.numbers import write_number
from engine.elections.outcome import Outcome, Step, Value, Votes, listing
from engine.elections.roots import Roots, add, cut
from engine.rules import voting_rule
from engine.rules.voting.stv import ONE
from engine.values import Positive

DECIMALS = 4
"""Of a claim whose square root has no end."""


@voting_rule(
    ballot=("single", "cumulative"),
    elects="several",
    scores="seats",
    several_seats=True,
    work=work.apportioned,
    promises={"anonymity", "neutrality"},
)
def party_list(
    election: Election, *, seats: Positive = ONE, method: Literal["webster", "jefferson", "hill", "adams", "hamilton"] = "webster"
) -> Outcome:
    options, votes = election.options, election.sums.tolist()
    claims = votes if any(votes) else [1] * len(votes)
    reasons: list[Step]
    if method == "hamilton":
        held, tied = apportion(seats, claims)
        total = sum(claims)
        rest = listing(options, [Fraction(number * seats % total, total) for number in claims])
        reasons = [
            Step("{quota} votes are a whole seat; remainders, in seats: {rest}", quota=Votes(Fraction(total, seats)), rest=dict(rest))
        ]
        facts: list[str] = []
    else:
        held, tied, last, following = by_divisor(seats, claims, method)
        reasons = [Step("the last seat went at {last}, the next would go at {next}", last=_said(last), next=_said(following))]
        facts = [str(write_number(last[1])), str(write_number(following[1]))]

    def explain() -> list[Step]:
        text = "{votes} {votes:vote|votes} for {seats} {seats:seat|seats}: {standing}"
        won = listing(options, held)
        return [
            Step(text, votes=sum(votes), seats=seats, standing=listing(options, votes)),
            *reasons,
            Step("seats: {won}", won={name: number for name, number in won.items() if number}),
        ]

    return Outcome(
        rule="",
        winners=tuple(name for name, number in zip(options, held, strict=True) if number),
        scores=dict(zip(options, held, strict=True)),
        ties=(tuple(options[place] for place in tied),) if tied else (),
        explain=explain,
        certify=lambda: [list(held), facts],
        seats={name: number for name, number in zip(options, held, strict=True) if number},
    )


def _said(claim: Claim) -> Value:
    """How many votes a seat went for; a first seat that everybody gets goes by the votes of the list."""
    first, square = claim
    if first:
        return Step("{votes} {votes:vote|votes} for a first seat", votes=int(square))
    above, below = isqrt(square.numerator), isqrt(square.denominator)
    if above**2 == square.numerator and below**2 == square.denominator:
        return Step("{votes} votes for a seat", votes=Votes(Fraction(above, below)))
    root: Roots = {}
    add(root, square.numerator * square.denominator, Fraction(1, square.denominator))
    return Step("about {votes} votes for a seat", votes=Votes(cut(root, DECIMALS), DECIMALS))
