"""The community in the words of ERC-4824, so that lists and explorers of such organisations read it: who belongs to it, what it decides, what
was done, its charter, its contracts.

All of it is plain in the log: ids, addresses, how polls stand. What members wrote may be erased one day, and copies of these documents
would keep it: a poll goes by its number and the kind of decision it is, and its question stands behind the address that is given.
A member with a key goes by that account (CAIP-10), another by her address here. Source: ERC-4824, with its `URI`s as absolute addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from api.views import Json, bounded
from engine import lines
from engine.community import Community
from engine.event import Event, Record
from engine.features.anchors.state import Anchors, Sent
from engine.features.anchors.terms import AnchorTerms, Place
from engine.features.keys.state import Keys
from engine.features.keys.terms import KeyTerms
from engine.features.polls.state import Poll, PollId, Polls
from engine.kernel import charter as charters
from engine.kernel.members import Members
from engine.log.signing import shown as address_shown
from engine.state import State
from engine.values import MemberId

SCHEMAS = "https://www.daostar.org/schemas"
ON_CHAIN = ("queued", "executed", "cancelled")
"""Steps on a chain that say more of how a decision stands than its count."""
CONTRACTS = {
    "heads": ("Heads of the log", "Size and root of the community's log, which only grow."),
    "decisions": ("Decisions", "Pins what polls would do, takes their results, and carries them out."),
    "claims": ("Claims of round {thing}", "Pays each member's share of that reward round, once."),
    "keys": ("Signed messages", "The contract that what members sign is meant for."),
}


class Part(NamedTuple):
    """Some of a list, and where the next of it begins; None where this was the last."""

    shown: list[Json]
    next: int | None


def dao(state: State, site: str) -> Json:
    """The organisation itself, and where the rest is; `site` is the origin it is reached at."""
    charter = charters.in_force(state)
    return {
        "@context": "http://www.daostar.org/schemas",
        "type": "DAO",
        "name": charter.name,
        "description": charter.purpose,
        "membersURI": f"{site}/dao/members.json",
        "proposalsURI": f"{site}/dao/proposals.json",
        "activityLogURI": f"{site}/dao/activities.json",
        "governanceURI": f"{site}/dao/governance.md",
        "contractsURI": f"{site}/dao/contracts.json",
    }


def members(state: State, site: str, start: int, count: int) -> Part:
    """Those who are here, in the order of joining; who was forgotten is left out, and her place is not filled."""
    everybody, first = state[Members], min(start, len(state[Members]))
    stop = min(len(everybody), first + bounded(count))
    here = [everybody.at(number) for number in range(first, stop)]
    shown = [{"id": _member(state, site, one.id)} for one in here if not one.forgotten]
    return Part(shown, _next(stop, len(everybody), count))


def proposals(state: State, site: str, start: int, count: int) -> Part:
    """Polls, oldest first."""
    polls = state[Polls].polls
    part = list(islice(polls.values(), start, start + bounded(count)))
    return Part([_proposal(state, site, each) for each in part], _next(start + len(part), len(polls), count))


def activities(community: Community, site: str, start: int, count: int) -> Part:
    """What members did about polls among so many events from number `start`, oldest first."""
    with community.reading() as state:
        size = state.seq
    stop = min(size, start + bounded(count))
    acts = [(record.seq, record.actor, poll) for record, poll in _about_polls(community, min(start, stop), stop)]
    with community.reading() as state:
        shown = [
            {
                "id": f"{site}/log/{seq}",
                "type": "activity",
                "proposal": {"type": "proposal", "id": _proposal_id(state, site, poll)},
                "member": {"id": _member(state, site, actor)},
            }
            for seq, actor, poll in acts
        ]
    return Part(shown, _next(stop, size, count))


def contracts(state: State) -> list[Json]:
    """The contracts that the charter names, and those that decisions and rounds went to; each once."""
    known: dict[str, Json] = {}
    for chain_id, address, what, thing in _contracts(state):
        name, about = CONTRACTS[what]
        account = caip10(chain_id, address)
        known.setdefault(account, {"id": account, "name": name.format(thing=thing), "description": about})
    return list(known.values())


def governance(state: State) -> str:
    """The charter in force, as Markdown."""
    text = charters.text_in_force(state)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"The charter in force, since event {charters.seq_in_force(state)} of the log.\n\n{fence}toml\n{text.rstrip()}\n{fence}\n"


def caip10(chain_id: int, address: str) -> str:
    """An account on a chain.

    >>> caip10(1, "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
    'eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
    """
    return f"eip155:{chain_id}:{address_shown(address)}"


def _about_polls(community: Community, start: int, stop: int) -> Iterator[tuple[Record[Event], str]]:
    for _, data in community.store.lines(start, stop):
        record = lines.read_own(data)
        poll = next((thing for thing in lines.filing_of(record).things if PollId.fits(thing)), None)
        if poll is not None and MemberId.fits(record.actor):
            yield record, poll


def _proposal(state: State, site: str, each: Poll) -> Json:
    sent = state[Anchors].of(each.id)
    step = next((one.step for one in reversed(sent) if one.step in ON_CHAIN), None)
    shown = {
        "type": "proposal",
        "id": _proposal_id(state, site, each.id),
        "name": f"Poll {each.id}: {each.asked.decision}",
        "contentURI": f"{site}/polls/{each.id}",
        "status": step or each.status,
    }
    return shown | ({"calls": _calls(sent)} if sent else {})


def _calls(sent: Iterable[Sent]) -> list[Json]:
    """The contracts that a decision goes through. What it does there in detail is pinned by them, and is not in the log: it is left out."""
    return [
        {"type": "CallDataEVM", "operation": "call", "to": address_shown(to)} for to in dict.fromkeys(one.where.contract for one in sent)
    ]


def _proposal_id(state: State, site: str, poll: str) -> str:
    """By the contract it was sent to first, and the leaf of its opening, by which that knows it; by its address here where it was not sent."""
    sent, each = state[Anchors].of(poll), state[Polls].polls.get(PollId(poll))
    if not sent or each is None:
        return f"{site}/polls/{poll}"
    return f"{caip10(sent[0].where.chain_id, sent[0].where.contract)}?proposalId=0x{each.opened}"


def _member(state: State, site: str, member: str) -> str:
    key = state[Keys].of(member)
    return f"{site}/members/{member}" if key is None else caip10(_chain(state), key)


def _chain(state: State) -> int:
    """The chain that members' keys are shown on: that which they sign for, else the first that heads are anchored on, else Ethereum's. A
    key's account is the same on all of them."""
    anchored = (place.chain_id for place in _places(state) if place.chain_id)
    return charters.in_force(state)[KeyTerms].chain_id or next(anchored, 1)


def _places(state: State) -> list[Place]:
    terms = charters.in_force(state).get(AnchorTerms)
    return [] if terms is None else list(terms.by_name.values())


def _contracts(state: State) -> Iterator[tuple[int, str, str, str]]:
    for place in _places(state):
        if place.contract is not None:
            yield place.chain_id, place.contract, "heads", ""
    terms = charters.in_force(state)[KeyTerms]
    if terms.contract is not None:
        yield terms.chain_id, terms.contract, "keys", ""
    for one in state[Anchors].sent.values():
        if not one.unwound:
            yield one.where.chain_id, one.where.contract, "claims" if one.step == "claims" else "decisions", one.thing


def _next(stop: int, size: int, count: int) -> int | None:
    return stop if stop < size and count > 0 else None
