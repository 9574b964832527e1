"""The books: who holds points, what the money is for, what was shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import nlargest
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from api import explaining
from api.texts import name_of, person
from api.views import PAGE, Json, Later, Written, whole
from api.views.anchors import steps_of
from engine import rules
from engine.elections.numbers import write_number
from engine.features.points.state import points_held
from engine.features.polls.state import Poll, PollId, Polls
from engine.features.rewards.state import Rounds
from engine.features.treasury.state import Treasury
from engine.kernel.members import Members
from engine.ledger import Account
from engine.state import State
from engine.values import MemberId


@whole
def ledger(state: State) -> Json:
    """Points as members could spend them at the last event, and money: who holds most first, what was funded and shared newest
    first, at most `PAGE` of each, and how many there are."""
    held, seqs, amounts = points_held(state, state.at), state[Members].seqs[:], dict(state[Treasury].accounts.amounts)
    polls, rounds, proposals = dict(state[Polls].polls), state[Rounds].rounds, state[Rounds].proposals
    shared = {
        "rounds": [
            {
                "id": each.id,
                "reward": each.reward,
                "pot": str(each.pot),
                "members": each.members,
                "paid": each.points is None,
                "on_chain": steps_of(state, each.id),
            }
            for each in islice(reversed(rounds.values()), PAGE)
        ],
        "shared": len(rounds),
        "proposals": [
            {"id": name, "reward": each.reward, "pot": str(each.pot), "by": person(each.proposed_by)}
            for name, each in islice(reversed(proposals.items()), PAGE)
        ],
        "proposed": len(proposals),
    }
    return Later(lambda community: _points(held, seqs) | _money(amounts, polls) | shared)


def _points(held: NDArray[np.int64], seqs: Sequence[int]) -> dict[str, Json]:
    """Who holds points, and how unequally; both in the order of joining."""
    holders = np.flatnonzero(held)
    richest = holders[np.argsort(-held[holders], kind="stable")][:PAGE].tolist()
    return {
        "points": [{"member": (one := MemberId.of(seqs[number])), "name": name_of(one), "points": str(held[number])} for number in richest],
        "holders": len(holders),
        "gini": write_number(rules.rule("metric", "gini").function(held[holders].tolist())),
    }


def _money(amounts: Mapping[Account, int], polls: Mapping[PollId, Poll]) -> dict[str, Json]:
    """The accounts: of members, of what polls funded, and those that are nobody's."""
    paid = {account: amount for account, amount in amounts.items() if amount and MemberId.fits(account)}
    funded = [account for account, amount in amounts.items() if amount and "." in account]
    richest = nlargest(PAGE, paid, key=lambda one: (paid[one], -int(one[1:])))
    return {
        "money": {account: str(amount) for account, amount in amounts.items() if amount and account not in paid and "." not in account},
        "funded": [_funded(polls[PollId(account.partition(".")[0])], account, amounts[account]) for account in funded[: -PAGE - 1 : -1]],
        "fundings": len(funded),
        "paid": [{"member": one, "name": name_of(one), "money": str(paid[one])} for one in richest],
        "payees": len(paid),
    }


def _funded(poll: Poll, account: str, amount: int) -> dict[str, Json]:
    """What a poll has funded: the account of an option is called `p40.2`."""
    number = int(account.partition(".")[2])
    title = Written(explaining.label_texts(poll), lambda texts: explaining.option_labels(texts, poll)[number - 1])
    return {"account": account, "poll": poll.id, "title": title, "money": str(amount)}
