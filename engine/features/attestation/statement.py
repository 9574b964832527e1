"""What a council signs: five lines that name the community, the poll, its count and the log that it was counted from.

They are part of the format. `domain` is the EIP-712 separator of what members sign here, which names the community, or its contract on a
chain; the poll's digest is the leaf hash of the event that opened it, which binds the question, the rule, the roll and the council's own seats; the
outcome's is the digest of the full count; the root that of the log up to the poll's closing, so that it binds every ballot. Whoever attests says
`attests` in the first line, whoever objects `objects`: the one can never pass for the other.
"""

from __future__ import annotations

from typing import Literal

from engine.features.attestation.state import ATTESTATION_CLOSED, Asked, Attestations
from engine.features.keys.messages import domain_of
from engine.features.polls.state import Poll, PollId, poll_of
from engine.kernel import charter as charters
from engine.log.signing import separator
from engine.refusals import refuse
from engine.state import State
from engine.values import Digest

Word = Literal["attests", "objects"]


def statement(state: State, poll: Poll, size: int, root: Digest, word: Word = "attests") -> bytes:
    """The lines to sign about a counted poll; `size` and `root` are the log's, with the event that closed it."""
    result, domain = poll.result, separator(domain_of(state, charters.as_of(state, poll.asked.charter)))
    assert result is not None
    winners = ",".join(map(str, result.winners))
    return (
        f"folkmoot council {word} 1\n"
        f"domain {domain.hex()}\n"
        f"poll {poll.id} {poll.opened}\n"
        f"count {result.status} {winners} {result.outcome}\n"
        f"log {size} {root}\n"
    ).encode()


def asked_of(state: State, name: str) -> tuple[Poll, Asked]:
    """A poll that waits for its council, and what that is asked."""
    poll = poll_of(state, name)
    asked = state[Attestations].asked.get(PollId(name))
    if not poll.unattested or asked is None:
        raise refuse(ATTESTATION_CLOSED, "poll {poll}", "waits for no council", "look at its result, and whether it is final", poll=poll.id)
    return poll, asked


def stated(state: State, name: str, word: Word = "attests") -> bytes:
    """What a member of its council signs about a poll that waits for that."""
    poll, asked = asked_of(state, name)
    return statement(state, poll, asked.size, asked.root, word)
