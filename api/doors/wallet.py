"""The wallet door: whoever signs a text of EIP-4361 with a member's key, or with the wallet that says the key is hers, is that member.

The text names this site and a *nonce* of ours, which is good for ten minutes and once, so that what was signed for another site, or
seen by somebody, signs nobody in here. It says nothing of money, and gives nobody else a right.

>>> nonces = Nonces(bytes(32))
>>> nonce = nonces.fresh(now=0, chance=bytes(32))
>>> nonce.isalnum(), nonces.is_ours(nonce, now=9), nonces.is_ours(nonce, now=NONCE_MS + 1)
(True, True, False)
"""

from __future__ import annotations

import hmac
import json
import threading
from datetime import UTC, datetime

from api.doors import siwe
from api.doors.siwe import Message
from engine.community import Community
from engine.features.keys.messages import domain_of
from engine.features.keys.state import Keys
from engine.kernel import charter as charters
from engine.log.signing import recover, shown
from engine.refusals import Refusal, refuse
from engine.values import Address, MemberId

NONCE_MS = 600_000
"""Long enough to find one's wallet, and read what one signs."""
TIME_DIGITS, CHANCE_DIGITS, MAC_DIGITS = 12, 16, 24
STATEMENT = "Sign in. This text moves no money and gives nobody else a right."


class Nonces:
    """Makes nonces that it knows again, so that nobody can fill its memory by asking for them: only what was spent is kept, until it is old."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._spent: dict[str, int] = {}
        self._lock = threading.Lock()

    def fresh(self, now: int, chance: bytes) -> str:
        """A nonce of letters and digits."""
        text = f"{now:0{TIME_DIGITS}x}{chance.hex()[:CHANCE_DIGITS]}"
        return text + self._mac(text)

    def is_ours(self, nonce: str, now: int) -> bool:
        """Whether it was made here, a short while ago."""
        text, mac = nonce[:-MAC_DIGITS], nonce[-MAC_DIGITS:]
        if not nonce.isascii() or not hmac.compare_digest(mac, self._mac(text)):
            return False
        return 0 <= now - int(text[:TIME_DIGITS], 16) <= NONCE_MS

    def spend(self, nonce: str, now: int) -> bool:
        """Use it up; False where it was used before."""
        with self._lock:
            while self._spent and now - next(iter(self._spent.values())) > NONCE_MS:
                del self._spent[next(iter(self._spent))]
            first = nonce not in self._spent
            self._spent.setdefault(nonce, now)
        return first

    def _mac(self, text: str) -> str:
        return hmac.digest(self._secret, f"nonce {text}".encode(), "sha256").hex()[:MAC_DIGITS]


def proposed(community: Community, origin: str, nonce: str, now: int, address: str, member: str = "") -> str:
    """The text to be signed by the wallet at `address`; `member` is who that says she is, where the address is not that of her key."""
    with community.reading() as state:
        chain_id = domain_of(state, charters.in_force(state)).chain_id or 1
    issued = datetime.fromtimestamp(now // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    domain = origin.partition("://")[2]
    return siwe.write(Message(domain, shown(address), origin, chain_id, nonce, issued, STATEMENT, request_id=member or None))


def signed_in(community: Community, nonces: Nonces, origin: str, now: int, text: str, signature: str) -> MemberId:
    """The member who signed a text for this site; refused where it is for another, late, used or nobody's."""
    message = siwe.read(text)
    _check_meant(message, origin, now)
    if not nonces.is_ours(message.nonce, now):
        raise refuse(
            "nonce_spent", "the message to sign in by", "was not made here in the last minutes", "ask for a new one, and sign that"
        )
    if recover(siwe.digest(text), _as_we_spell(signature)) != message.address.lower():
        raise _wrong("is not signed by the account it names")
    member = _member(community, message)
    if not nonces.spend(message.nonce, now):
        raise refuse("nonce_spent", "the message to sign in by", "was used before", "ask for a new one, and sign that")
    return member


def _check_meant(message: Message, origin: str, now: int) -> None:
    """Refuse what was signed for another site, or for another time."""
    scheme, _, domain = origin.partition("://")
    if message.domain.lower() != domain or message.scheme not in (None, scheme):
        raise _wrong("was signed for {domain!r}, not for this site", domain=message.domain[:80])
    if message.uri.lower() != origin and not message.uri.lower().startswith(f"{origin}/"):
        raise _wrong("was signed for {uri!r}, not for this site", uri=message.uri[:80])
    if message.not_before is not None and siwe.moment(message.not_before) > now:
        raise _wrong("is good from {time} on, which is still to come", time=message.not_before)
    if message.expires_at is not None and siwe.moment(message.expires_at) <= now:
        raise _wrong("was good until {time}", time=message.expires_at)


def _member(community: Community, message: Message) -> MemberId:
    """Whose key the account is; or whose wallet, of the member that the message names: wallets are private, and searched for nobody."""
    address, named = message.address.lower(), message.request_id or ""
    with community.reading() as state:
        keys = state[Keys]
        member, named_key = keys.owner(address), keys.live.get(MemberId(named))
    if member is not None and named in ("", member):
        return member
    if named_key is not None:
        opening = community.store.opening(named_key.seq, "wallet")
        if opening is not None and json.loads(opening[1]) == address:
            return MemberId(named)
    raise refuse(
        "wallet_unknown", "the account {address}", "is no member's key here, nor the wallet of the member it names",
        "name the member whose wallet it is; or register a key, signed in otherwise", address=Address(message.address),
    )  # fmt: skip


def _as_we_spell(signature: str) -> str:
    """Wallets write a signature's digits in either case, and some its last byte as 0 or 1: the same signature."""
    lower = signature.lower()
    return lower[:-2] + {"00": "1b", "01": "1c"}.get(lower[-2:], lower[-2:])


def _wrong(fact: str, /, **values: object) -> Refusal:
    return refuse("message_wrong", "the message to sign in by", fact, "ask this site for a message, and sign that", **values)
