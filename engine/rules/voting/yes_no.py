"""For, against or abstain: it passes with more than a given share of the votes, if enough voters take part.

Options have roles: the first is in favour, the second against, and the third (which may be left out) abstains; a blank
ballot abstains too. It passes if the votes in favour are more than `share` (without `strictly`: at least `share`) of
`share_of`: of the votes for and against, of all ballots including abstentions, or of all who could have voted. A
`quorum` above 0 is a share of all who could have voted, or (`quorum_of`) of those among them who were active before;
`quorum_basis` says who counts towards it, active before or not: those in favour, those in favour or abstaining, or all
who voted. If it does not pass, the second option wins: things stay as they are. Source: the counting modules of
OpenZeppelin's Governor 5 and Snapshot's basic voting, whose unspoken choices are parameters here.

>>> outcome = tally("yes_no", Election.read("6: yes\\n3: no\\n2: abstain"), share="2/3")
>>> outcome.winners
('no',)
>>> print("\\n".join(outcome.steps))
for: yes 6; against: no 3; abstaining 2
6 of 9 for and against is not more than 2/3: it does not pass
>>> tally("yes_no", Election.read("6: yes\\n3: no\\n2: abstain"), share="2/3", strictly=False).winners
('yes',)
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from engine.elections import work
from engine.elections.election import Election
from engine.elections.outcome import Outcome, Step
from engine.refusals import refuse
from engine.rules import voting_rule
from engine.values import Share

HALF, NONE = Share("1/2"), Share("0")
ROLES = ("for", "against", "abstain")
PART_OF = {
    "for_against": "{yes} of {whole} for and against",
    "all_valid": "{yes} of {whole} {whole:ballot|ballots}",
    "eligible": "{yes} of {whole} who could vote",
}
COMPARED = {
    (True, True): "{part} is more than {share}: {verdict}",
    (True, False): "{part} is at least {share}: {verdict}",
    (False, True): "{part} is not more than {share}: {verdict}",
    (False, False): "{part} is less than {share}: {verdict}",
}
"""By whether the share is reached, and whether it has to be exceeded."""
COUNTED = {"for": "{count} in favour", "for_abstain": "{count} in favour or abstaining", "all_valid": "{count} voted"}
WHOM = {"eligible": "{count} could vote", "active": "{count} are active"}
MET = "{counted}, {whom}: the quorum of {quorum} is met"
NOT_MET = "{counted}, {whom}: the quorum of {quorum} is not met"


@voting_rule(ballot="single", elects="one", roles=ROLES, settles_by="roles", work=work.read_once, promises={"anonymity", "monotonicity"})
def yes_no(
    election: Election,
    *,
    share: Share = HALF,
    strictly: bool = True,
    share_of: Literal["for_against", "all_valid", "eligible"] = "for_against",
    quorum: Share = NONE,
    quorum_basis: Literal["for", "for_abstain", "all_valid"] = "all_valid",
    quorum_of: Literal["eligible", "active"] = "eligible",
) -> Outcome:
    votes = election.sums.tolist()
    yes, no = votes[:2]
    abstain = election.total - yes - no
    part = Fraction(share)
    if strictly and part == 1:
        raise refuse("parameter_wrong", "yes_no.share", "is 1, and more than all is never reached", "set strictly = false")
    whole = yes + no if share_of == "for_against" else election.total if share_of == "all_valid" else eligible(election)
    enough = yes > part * whole if strictly else yes >= part * whole and yes > 0
    took_part = {"for": yes, "for_abstain": yes + abstain, "all_valid": yes + no + abstain}[quorum_basis]
    there = 0 if not Fraction(quorum) else eligible(election) if quorum_of == "eligible" else active(election)
    needed = Fraction(quorum) * there
    passes = enough and took_part >= needed

    def explain() -> list[Step]:
        for_it, against = election.options[:2]
        text = "for: {option} {yes}; against: {other} {no}; abstaining {abstain}"
        steps = [Step(text, option=for_it, yes=yes, other=against, no=no, abstain=abstain)]
        if needed:
            counted, whom = Step(COUNTED[quorum_basis], count=took_part), Step(WHOM[quorum_of], count=there)
            text = MET if took_part >= needed else NOT_MET
            steps.append(Step(text, counted=counted, whom=whom, quorum=quorum))
        verdict = Step("it passes") if passes else Step("without its quorum it does not pass") if enough else Step("it does not pass")
        part_of = Step(PART_OF[share_of], yes=yes, whole=whole)
        steps.append(Step(COMPARED[enough, strictly], part=part_of, share=share, verdict=verdict))
        return steps

    return decided(election, passes, votes, explain)


def eligible(election: Election) -> int:
    """The total power of those who may vote; refused if the ballots came without it."""
    if election.eligible is None:
        raise refuse("election_wrong", "the election", "does not say how many may vote", "add a line such as eligible: 500")
    return election.eligible


def active(election: Election) -> int:
    """The total power of those who are active; refused if the ballots came without it."""
    if election.active is None:
        raise refuse("election_wrong", "the election", "does not say how many are active", "add a line such as active: 300")
    if not election.active:
        raise refuse("election_wrong", "the election", "has nobody active", "ask for a part of all who may vote: quorum_of = eligible")
    return election.active


def decided(election: Election, passes: bool, votes: list[int], explain: Callable[[], list[Step]]) -> Outcome:
    """The outcome of a decision about the first option: where it does not pass, the second wins."""
    return Outcome.of(election.options, [0 if passes else 1], votes, explain)
