"""What a voter signs: which poll, exactly what was asked, and her choice, also as a line that she can read.

`poll` is the number of the event that opened it, as 32 bytes; `contentHash` that event's leaf hash, which binds the question, the options,
the rule, the roll and the times; `choice` the choice in its one spelling, or the commitment of a sealed one. `choiceText` says the same in
words that are part of the format: they are made of plain facts alone, numbers, ids and the rule's own roles, because labels may be erased
and a signature must be checked for ever. `nonce` grows with each ballot of hers in a poll, so that no earlier one can be brought again;
`deadline` is in seconds, and no ballot is taken after it.

A sealed ballot's salt is her client's: 32 bytes, from which the salt of the commitment is drawn with the poll, her key and the nonce, so
that no two ballots of anybody share a commitment.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine import rules
from engine.elections.kinds import NUMBERED
from engine.features.keys.messages import domain_of
from engine.features.polls.state import ADOPT, KEEP, Poll, Question
from engine.kernel import charter as charters
from engine.log import eip712
from engine.log.fields import commit, draw
from engine.log.json import canonical
from engine.log.signing import BALLOT, BALLOT_TYPES, Domain, separator
from engine.state import State
from engine.values import Address

DIGESTS_KEPT = 16_384
"""More than are ever looked at ahead; some 400 bytes each."""
_DIGESTS: dict[tuple[bytes, str, str, str, str, int, int], bytes] = {}
TEXTS_KEPT = 4_096
"""Most voters say what others have said."""
_TEXTS: dict[tuple[str, str, str], str] = {}
AMENDMENT_ROLES = {ADOPT: "adopt", KEEP: "keep"}


class BallotMessage(NamedTuple):
    """A ballot as it is signed, and for whom."""

    domain: Domain
    poll: str
    asked: Question
    opened: str
    """The leaf hash of the event that opened the poll."""
    voter: Address
    choice: str
    """As the log holds it: a sealed one is its commitment."""
    nonce: int
    deadline: int

    @classmethod
    def of(cls, state: State, poll: Poll, voter: Address, choice: str, nonce: int, deadline: int) -> BallotMessage:
        """The ballot of a member's key in a poll, for the community as the charter has it that the poll was opened under."""
        domain = domain_of(state, charters.as_of(state, poll.asked.charter))
        return cls(domain, poll.id, poll.asked, poll.opened, voter, choice, nonce, deadline)

    @property
    def message(self) -> dict[str, object]:
        """The message itself, as wallets are given it."""
        return {
            "poll": "0x" + int(self.poll[1:]).to_bytes(32, "big").hex(),
            "contentHash": "0x" + self.opened,
            "voter": self.voter,
            "choice": self.choice,
            "choiceText": self.text,
            "nonce": self.nonce,
            "deadline": self.deadline,
        }

    @property
    def text(self) -> str:
        if rules.secrecy(self.asked.terms.secrecy).sealed:
            return f"a ballot in poll {self.poll}, sealed until {utc(self.asked.closes_at)}"
        said = self.poll, self.opened, self.choice
        text = _TEXTS.get(said)
        if text is None:
            if len(_TEXTS) >= TEXTS_KEPT:
                _TEXTS.clear()
            text = _TEXTS[said] = choice_text(self.poll, self.asked, self.choice)
        return text

    @property
    def digest(self) -> bytes:
        """The 32 bytes that are signed; worked out once where a signature is looked at ahead."""
        # The leaf that opened the poll binds what was asked, and so what the choice reads like: these say all there is.
        said = separator(self.domain), self.poll, self.opened, self.voter, self.choice, self.nonce, self.deadline
        digest = _DIGESTS.get(said)
        if digest is None:
            if len(_DIGESTS) >= DIGESTS_KEPT:
                _DIGESTS.clear()
            digest = _DIGESTS[said] = eip712.digest(said[0], BALLOT.hash(self.message))
        return digest

    @property
    def typed_data(self) -> dict[str, object]:
        """What `eth_signTypedData_v4` takes."""
        return eip712.typed_data(self.domain.fields, BALLOT_TYPES, "Ballot", self.message)


def sealed_with(salt: str, poll: str, voter: str, nonce: int) -> bytes:
    """The salt of a sealed ballot's commitment: HMAC-SHA-256 of the client's over `ballot POLL VOTER NONCE`."""
    return draw(bytes.fromhex(salt), f"ballot {poll} {voter} {nonce}")


def commitment(salt: str, poll: str, voter: str, nonce: int, choice: str) -> str:
    """What a client signs as `choice` where ballots are sealed: the choice in its one spelling stays with her and the operator's vault."""
    return commit(sealed_with(salt, poll, voter, nonce), canonical(choice))


def choice_text(poll: str, asked: Question, choice: str) -> str:
    """A choice in its one spelling as a line to read; part of the format, so it never changes.

    Options go by their numbers, with the idea each is, or what the rule calls it.
    """
    if not choice:
        return f"a blank ballot in poll {poll}"
    ballot, roles = asked.terms.ballot, rules.rule_of_version("voting", asked.terms.rule.version).roles

    def name(number: str) -> str:
        idea = asked.options[int(number) - 1].idea
        called = idea or (AMENDMENT_ROLES[int(number)] if asked.amendment is not None else roles[int(number) - 1] if roles else "")
        return f"option {number} ({called})" if called else f"option {number}"

    if ballot == "ranked":
        said = ", then ".join(" and alike ".join(map(name, level.split("="))) for level in choice.split(">"))
    elif ballot in NUMBERED:
        said = ", ".join(f"{points} for {name(number)}" for number, _, points in (item.partition(":") for item in choice.split(",")))
    else:
        said = ", ".join(map(name, choice.split(",")))
    return f"in poll {poll}: {said}"


def utc(moment: int) -> str:
    """Milliseconds since 1970 as a time of day anywhere.

    >>> utc(1_700_000_000_999)
    '2023-11-14T22:13:20Z'
    """
    return str(np.datetime_as_string(np.datetime64(moment, "ms"), unit="s")) + "Z"
