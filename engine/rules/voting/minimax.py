"""The option whose worst pairwise defeat is the mildest wins.

Every two options are compared; the worst defeat of an option is the largest number of ballots (`strength`
`winning_votes`) or the largest margin (`margins`) by which another beats it. Elects the Condorcet winner, which has no
defeat; may elect an option outside the Smith set. Also called maximin, Simpson. Sources: Simpson 1969, Kramer 1977.

>>> tally("minimax", Election.read("4: garden > library > pool\\n3: library > pool > garden\\n2: pool > garden > library")).winners
('garden',)
"""

from __future__ import annotations

from engine.elections import pairwise, work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step, best, listing
from engine.elections.pairwise import Strength, defeats
from engine.rules import voting_rule


@voting_rule(
    ballot="ranked",
    elects="one",
    scores="worst defeats, as negative numbers",
    work=work.compared,
    promises={"anonymity", "neutrality", "unanimity", "majority", "condorcet", "monotonicity"},
)
def minimax(election: Election, *, strength: Strength = "winning_votes") -> Outcome:
    options, pairs = election.options, election.pairwise
    lost = defeats(pairs, strength).T
    worst = lost.max(axis=1).tolist()

    def explain() -> list[Step]:
        steps = [Step("worst defeats: {defeats}", defeats=listing(options, worst))]
        for place, name in enumerate(options):
            if worst[place]:
                rival = int(lost[place].argmax())
                ours, theirs = int(pairs[place, rival]), int(pairs[rival, place])
                text = "{name} is beaten worst by {rival}, {theirs} ballots to {ours}"
                steps.append(Step(text, name=name, rival=options[rival], ours=ours, theirs=theirs))
            else:
                steps.append(Step("{name} is unbeaten", name=name))
        return steps

    scores = [-defeat for defeat in worst]
    return Outcome.of(options, best(scores), scores, explain, lambda: [pairs.tolist()], figures=lambda: pairwise.duels(options, pairs))
