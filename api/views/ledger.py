"""The books: who holds points, what the money is for, what was shared."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nlargest
from itertools import islice

import numpy as np

from api import explaining
from api.texts import name_of, person
from api.views import PAGE, Json, Later, Written, whole
from engine import rules
from engine.elections.outcome import write_number
from engine.features.points.state import points_held
from engine.features.polls.state import Poll, PollId, Polls
from engine.features.rewards.state import Rounds
from engine.features.treasury.state import Treasury
from engine.kernel.members import Members
from engine.state import State
from engine.values import MemberId


@whole
def ledger(state: State) -> Json:
    """Points as members could spend them at the last event, and money: who holds most first, what was funded and shared newest
    first, at most `PAGE` of each, and how many there are."""
    members, held = state[Members], points_held(state, state.at)
    holders = np.flatnonzero(held)
    points = {members.at(int(number)).id: int(held[number]) for number in holders[np.argsort(-held[holders], kind="stable")][:PAGE]}
    amounts = {str(account): amount for account, amount in state[Treasury].accounts.amounts.items() if amount}
    funded = [account for account in amounts if "." in account]
    polls, rounds, proposals = state[Polls], state[Rounds].rounds, state[Rounds].proposals
    shown = {
        "points": [{"member": one, "name": name_of(one), "points": str(amount)} for one, amount in points.items()],
        "holders": len(holders),
        "gini": Later(lambda community: write_number(rules.rule("metric", "gini").function(held[holders].tolist()))),
        "funded": [_funded(polls[PollId(account.partition(".")[0])], account, amounts[account]) for account in funded[: -PAGE - 1 : -1]],
        "fundings": len(funded),
        "rounds": [
            {"id": each.id, "reward": each.reward, "pot": str(each.pot), "members": each.members, "paid": each.points is None}
            for each in islice(reversed(rounds.values()), PAGE)
        ],
        "shared": len(rounds),
        "proposals": [
            {"id": name, "reward": each.reward, "pot": str(each.pot), "by": person(each.proposed_by)}
            for name, each in islice(reversed(proposals.items()), PAGE)
        ],
        "proposed": len(proposals),
    }
    return Later(lambda community: shown | _money(amounts))


def _money(amounts: Mapping[str, int]) -> dict[str, Json]:
    """The accounts of members, those who hold most first, and those that are nobody's."""
    paid = {account: amount for account, amount in amounts.items() if MemberId.fits(account)}
    richest = nlargest(PAGE, paid, key=lambda one: (paid[one], -int(one[1:])))
    return {
        "money": {account: str(amount) for account, amount in amounts.items() if account not in paid and "." not in account},
        "paid": [{"member": one, "name": name_of(one), "money": str(paid[one])} for one in richest],
        "payees": len(paid),
    }


def _funded(poll: Poll, account: str, amount: int) -> dict[str, Json]:
    """What a poll has funded: the account of an option is called `p40.2`."""
    number = int(account.partition(".")[2])
    title = Written(explaining.label_texts(poll), lambda texts: explaining.option_labels(texts, poll)[number - 1])
    return {"account": account, "poll": poll.id, "title": title, "money": str(amount)}
