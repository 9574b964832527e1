"""It passes unless somebody objects.

Options have roles: the first is in favour, the second an objection. It takes `objections` objections to stop it;
without any ballot it passes. Source: the Apache Software Foundation's lazy consensus, where one veto is enough.

>>> tally("lazy_consensus", Election.read("9: yes\\n1: objection")).winners
('objection',)
>>> tally("lazy_consensus", Election.read("9: yes\\n1: objection"), objections=2).steps
('yes 9, objection 1', 'objections: 1, and it takes 2 to stop it: it passes')
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.rules import voting_rule
from engine.rules.voting.yes_no import ROLES, decided
from engine.values import Positive

ONE = Positive(1)


@voting_rule(
    ballot="single", elects="one", roles=ROLES, silence=True, work=work.read_once, promises={"anonymity", "monotonicity", "participation"}
)
def lazy_consensus(election: Election, *, objections: Positive = ONE) -> Outcome:
    votes = election.sums.tolist()
    stopped = votes[1] >= objections

    def explain() -> list[Step]:
        end = Step("it does not pass") if stopped else Step("it passes")
        return [
            Step("{votes}", votes=dict(zip(election.options, votes, strict=True))),
            Step("objections: {count}, and it takes {needed} to stop it: {end}", count=votes[1], needed=objections, end=end),
        ]

    return decided(election, not stopped, votes, explain)
