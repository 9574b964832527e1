"""The two options with the most first preferences go to a runoff, and the one preferred on more ballots wins.

Two rounds on one ballot: the second counts the preferences given in the first. A ballot that ranks several options
equal first counts for none of them in the first round. If a tie leaves open which two go to the runoff, every possible
pair is counted, and all options that can win are tied. An option with the first preferences of more than half of all
ballots that rank anything wins at once. Also called two-round runoff, plurality with runoff. Source: Queensland's
contingent vote of 1892.

>>> print("\\n".join(tally("contingent", Election.read("4: garden > library\\n3: library > pool\\n2: pool > library")).steps))
first preferences: garden 4, library 3, pool 2
library against garden: 5 ballots to 4; library wins
"""

from __future__ import annotations

from engine.elections import work
from engine.elections.election import Election
from engine.elections.figures import Figures, Runoff, Stage
from engine.elections.outcome import Outcome, Step, listing
from engine.elections.tops import Tops
from engine.rules import voting_rule
from engine.rules.voting.star import finalists, runoff


@voting_rule(
    ballot="ranked",
    elects="one",
    rounds=True,
    work=work.compared,
    promises={"anonymity", "neutrality", "unanimity", "majority", "majority_loser", "condorcet_loser"},
)
def contingent(election: Election) -> Outcome:
    options, pairs = election.options, election.pairwise
    votes, alive = Tops(election).votes(tuple(range(len(options))))
    leader = max(range(len(options)), key=votes.__getitem__)
    first = dict(zip(options, votes, strict=True))
    opening = Stage("first_preferences", (), first, {}, exhausted=election.total - alive, resting=alive - sum(votes))
    if 2 * votes[leader] > alive or len(options) == 1:
        at_once = Figures(stages=(opening._replace(elected=(options[leader],)),))
        return Outcome.of(options, [leader], votes, lambda: _at_once(options, leader, votes, alive), figures=lambda: at_once)
    runoffs = [(one, other) if pairs[one, other] >= pairs[other, one] else (other, one) for one, other in finalists(votes)]
    won = {winner for one, other in runoffs for winner in ([one] if pairs[one, other] > pairs[other, one] else [one, other])}

    def explain() -> list[Step]:
        return [
            Step("first preferences: {votes}", votes=listing(options, votes)),
            *(runoff(options[one], options[other], int(pairs[one, other]), int(pairs[other, one])) for one, other in runoffs),
        ]

    def figures() -> Figures:
        counted = [(one, other, int(pairs[one, other]), int(pairs[other, one])) for one, other in runoffs]
        every = (
            Runoff(options[one], options[other], ahead, behind, election.total - ahead - behind) for one, other, ahead, behind in counted
        )
        return Figures(stages=(opening,), runoffs=tuple(every))

    return Outcome.of(options, sorted(won), votes, explain, lambda: [list(each) for each in runoffs], lambda: [first], figures)


def _at_once(options: tuple[str, ...], leader: int, votes: list[int], alive: int) -> list[Step]:
    """The only step of a count that needs no runoff."""
    said = listing(options, votes)
    if not alive:
        return [Step("first preferences: {votes}; {leader} stands alone", votes=said, leader=options[leader])]
    text = "first preferences: {votes}; {leader} has more than half of {total} {total:vote|votes}"
    return [Step(text, votes=said, leader=options[leader], total=alive)]
