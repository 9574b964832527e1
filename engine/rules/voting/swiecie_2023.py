"""Equal shares as Świecie spent its participatory budget in 2023.

Like `wieliczka_2023`: utility is cost; every voter gets one more unit of money, again and again, while the outcome
stays within the budget; and the greedy outcome is taken where more voters are better off under it. Before that, an
option is left out if its share of the voters is less than a third of its share of the budget. (Ballots named at least
three options; that is for the ballot to see to, not for the count.) Source: the page on Świecie's vote of September
2023 at equalshares.net.

>>> town = Election.read("costs: garden 600, pool 500, bench 200\\nbudget: 900\\n8: garden\\n1: garden, pool\\n3: bench")
>>> print("\\n".join(tally("swiecie_2023", town).steps[:3]))
pool: 1 supporter, too few: left out
each of 12 voters has 75
garden: 9 supporters pay 600, about 67 each; funded
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.rules import voting_rule
from engine.rules.voting.wieliczka_2023 import shared_as


@voting_rule(
    ballot="approval",
    elects="budget",
    work=work.bought,
    gives_up=work.too_many_shares,
    promises={"anonymity", "neutrality", "unanimity", "within_budget"},
)
def swiecie_2023(election: Election) -> Outcome:
    return shared_as(election, utility="cost", completion="add_one", compare="satisfaction", support_min="1/3")
