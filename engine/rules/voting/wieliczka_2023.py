"""Equal shares as Wieliczka spent its Green Budget in 2023.

Utility is cost; every voter gets one more unit of money, again and again, while the outcome stays within the budget;
and the greedy outcome is taken instead where more voters are better off under it. Source: the terms of Zielony Milion,
as stated by equalshares.net and by Pabulib's file of that vote.

>>> town = Election.read("costs: garden 600, pool 500, bench 200\\nbudget: 900\\n6: garden\\n3: pool, bench")
>>> tally("wieliczka_2023", town).winners
('garden', 'bench')
"""

from __future__ import annotations

from typing import Any

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import rule, voting_rule


@voting_rule(
    ballot="approval",
    elects="budget",
    work=work.bought,
    gives_up=work.too_many_shares,
    promises={"anonymity", "neutrality", "unanimity", "within_budget"},
)
def wieliczka_2023(election: Election) -> Outcome:
    return shared_as(election, utility="cost", completion="add_one", compare="satisfaction")


def shared_as(election: Election, **terms: Any) -> Outcome:
    """The outcome of equal shares under a town's terms; money is added by the unit that people write, whatever its decimals."""
    shares = rule("voting", "equal_shares")
    outcome: Outcome = shares.function(election, **shares.complete({"increment": 10**election.decimals, **terms}))
    return outcome
