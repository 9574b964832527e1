"""The books: who holds points, what the money is for, what was shared."""

from __future__ import annotations

from heapq import nlargest
from itertools import islice

import numpy as np

from api import explaining
from api.texts import member_name
from api.views import PAGE, Json, Later, whole
from engine import rules
from engine.elections.outcome import write_number
from engine.features.points.state import points_held
from engine.features.polls.state import PollId, Polls
from engine.features.rewards.state import Rounds
from engine.features.treasury.state import Treasury
from engine.kernel.members import Members
from engine.state import State


@whole
def ledger(state: State) -> Json:
    """Points as members could spend them at the last event, and money: who holds most first, what was funded and shared newest
    first, at most `PAGE` of each, and how many there are."""
    members, held = state[Members], points_held(state, state.at)
    holders = np.flatnonzero(held)
    points = {members.at(int(number)).id: int(held[number]) for number in holders[np.argsort(-held[holders], kind="stable")][:PAGE]}
    accounts = {str(account): amount for account, amount in state[Treasury].accounts.amounts.items() if amount}
    paid = {account: amount for account, amount in accounts.items() if account in members}
    funded = [account for account in accounts if "." in account]
    rounds = state[Rounds].rounds
    return {
        "points": [{"member": one, "name": _name(one), "points": str(amount)} for one, amount in points.items()],
        "holders": len(holders),
        "gini": write_number(rules.rule("metric", "gini").function([int(amount) for amount in held[holders]])),
        "money": {account: str(amount) for account, amount in accounts.items() if account not in paid and "." not in account},
        "funded": [_funded(state, account, accounts[account]) for account in funded[: -PAGE - 1 : -1]],
        "fundings": len(funded),
        "paid": [{"member": one, "name": _name(one), "money": str(paid[one])} for one in _richest(paid)],
        "payees": len(paid),
        "rounds": [
            {"id": each.id, "reward": each.reward, "pot": str(each.pot), "members": each.members}
            for each in islice(reversed(rounds.values()), PAGE)
        ],
        "shared": len(rounds),
        "proposals": [
            {"id": name, "reward": proposal.reward, "pot": str(proposal.pot), "by": proposal.proposed_by}
            for name, proposal in state[Rounds].proposals.items()
        ],
    }


def _funded(state: State, account: str, amount: int) -> dict[str, Json]:
    """What a poll has funded: the account of an option is called `p40.2`."""
    name, _, number = account.partition(".")
    poll = state[Polls][PollId(name)]
    title = Later(lambda community: explaining.option_labels(community, poll)[int(number) - 1])
    return {"account": account, "poll": name, "title": title, "money": str(amount)}


def _richest(held: dict[str, int]) -> list[str]:
    return nlargest(PAGE, held, key=lambda one: (held[one], -int(one[1:])))


def _name(member: str) -> Later:
    return Later(lambda community: member_name(community, member))
