"""It passes unless enough people vote against it: silence is consent.

Options have roles: the first is in favour, the second against. It is stopped by votes against it from at least `share`
of all who could have voted; without any ballot it passes. Source: the optimistic proposals of Optimism's and Agora's
governors.

>>> votes = Election.read("eligible: 30\\n2: yes\\n9: no")
>>> print("\\n".join(tally("optimistic", votes).steps))
yes 2, no 9
9 of the 30 who could vote are against, and it takes 1/3 of them to stop it: it passes
>>> tally("optimistic", votes, share="3/10").winners
('no',)
"""

from __future__ import annotations

from fractions import Fraction

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.rules import voting_rule
from engine.rules.voting.yes_no import ROLES, decided, eligible
from engine.values import Share

THIRD = Share("1/3")


@voting_rule(
    ballot="single", elects="one", roles=ROLES, silence=True, work=work.read_once, promises={"anonymity", "monotonicity", "participation"}
)
def optimistic(election: Election, *, share: Share = THIRD) -> Outcome:
    votes, whole = election.sums.tolist(), eligible(election)
    stopped = votes[1] > 0 and votes[1] >= Fraction(share) * whole

    def explain() -> list[Step]:
        end = Step("it does not pass") if stopped else Step("it passes")
        text = "{against} of the {eligible} who could vote are against, and it takes {share} of them to stop it: {end}"
        return [
            Step("{votes}", votes=dict(zip(election.options, votes, strict=True))),
            Step(text, against=votes[1], eligible=whole, share=share, end=end),
        ]

    return decided(election, not stopped, votes, explain)
