"""The session door, for local use: a link printed in the terminal signs a browser in as one member.

A link works once, within an hour; the cookie it gives is signed with a secret that this process draws at its start and
never writes down, so that stopping the server ends every session. Accounts and wallets are other doors.

>>> sessions = Sessions(bytes(32))
>>> cookie = sessions.sign_in(sessions.token("m3", 0), now=5)
>>> sessions.member(cookie, now=9)
'm3'
"""

from __future__ import annotations

import hmac
import threading
from base64 import urlsafe_b64encode

from engine.refusals import refuse

COOKIE = "folkmoot_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""By this prefix a browser takes the cookie from this very host alone, and over HTTPS alone."""
LINK_MS, SESSION_MS = 3_600_000, 30 * 86_400_000


class Sessions:
    """Signs and reads links and cookies: `purpose.member.issued.serial.mac`."""

    def __init__(self, secret: bytes, behind_https: bool = False) -> None:
        self._secret, self._serial = secret, 0
        self.behind_https = behind_https
        """Whether people reach this server by HTTPS only, through something that speaks it."""
        self.cookie_name = SECURE_COOKIE if behind_https else COOKIE
        self._spent: set[str] = set()
        """Links that were used, and sessions that were ended."""
        self._lock = threading.Lock()

    def token(self, member: str, now: int) -> str:
        """What a sign-in link carries."""
        with self._lock:
            self._serial += 1
            return self._sign("link", member, now, self._serial)

    def sign_in(self, token: str, now: int) -> str:
        """The cookie that a link's token is worth, once."""
        member = self._read("link", token, now, LINK_MS)
        with self._lock:
            if member is None or token in self._spent:
                raise refuse(
                    "link_spent",
                    "the sign-in link",
                    "is used, old or not ours",
                    "ask whoever runs this server for a new one (folkmoot serve DIR --link m3)",
                )
            self._spent.add(token)
        return self.cookie(member, now)

    def cookie(self, member: str, now: int) -> str:
        with self._lock:
            self._serial += 1
            return self._sign("session", member, now, self._serial)

    def member(self, cookie: str | None, now: int) -> str | None:
        """Whose session it is; None when it is nobody's."""
        return None if cookie is None or cookie in self._spent else self._read("session", cookie, now, SESSION_MS)

    def end(self, cookie: str | None, now: int) -> None:
        """Nobody acts by this session any more, though the browser may have kept it."""
        if cookie is not None and self.member(cookie, now) is not None:
            with self._lock:
                self._spent.add(cookie)

    def _sign(self, purpose: str, member: str, now: int, serial: int) -> str:
        text = f"{purpose}.{member}.{now}.{serial}"
        return f"{text}.{self._mac(text)}"

    def _read(self, purpose: str, signed: str, now: int, lifetime: int) -> str | None:
        text, _, mac = signed.rpartition(".")
        parts = text.split(".")
        if not signed.isascii() or not hmac.compare_digest(mac, self._mac(text)) or parts[0] != purpose:
            return None
        return parts[1] if now - int(parts[2]) <= lifetime else None

    def _mac(self, text: str) -> str:
        return urlsafe_b64encode(hmac.digest(self._secret, text.encode(), "sha256")).decode().rstrip("=")
