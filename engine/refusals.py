"""How the engine says no.

A refusal has a stable `code`, names the thing and the fact, and says what to do next. It leaves no trace in state or
log. Codes are promises: scripts and translations depend on them, so one is never renamed or given another meaning.
Thing, fact and way out are format strings with named values: the English is made when somebody reads it, and a page in
another language needs only other strings.

>>> raise refuse("clock_behind", "the clock", "is {late} ms behind the log", "set this machine's clock right", late=7_000)
Traceback (most recent call last):
engine.refusals.Refusal: clock_behind: the clock is 7000 ms behind the log; set this machine's clock right
"""

from __future__ import annotations

from typing import Any

FAMILIES = {
    "wrong": (422, "What was asked cannot be read or is out of bounds: mend it and ask again."),
    "unknown": (404, "What was named does not exist here."),
    "anonymous": (401, "It takes somebody the door knows: sign in first."),
    "forbidden": (403, "The charter does not allow this to whoever asked."),
    "conflict": (409, "It was possible before, or may be later, but not as things stand."),
    "unsound": (422, "The log or a file of it does not hold together."),
    "unavailable": (503, "Nothing was done; the fault is not in what was asked."),
}
"""Each family of refusals: the HTTP status of its doors, and what it means."""
OWN_STATUS = {"media_type_wrong": 415, "too_large": 413, "method_wrong": 405}
"""Where HTTP has a status that says more than the family's."""

CORE_CODES = {
    # What was asked cannot be read.
    "json_malformed": "wrong",
    "json_not_canonical": "wrong",
    "field_unknown": "wrong",
    "field_missing": "wrong",
    "field_wrong": "wrong",
    "text_too_long": "wrong",
    "text_unclean": "wrong",
    "event_too_large": "wrong",
    "file_unreadable": "wrong",
    "file_foreign": "wrong",
    "file_exists": "wrong",
    "keystore_wrong": "wrong",
    "keystore_exposed": "wrong",
    "password_wrong": "wrong",
    "method_wrong": "wrong",
    "media_type_wrong": "wrong",
    "ballot_kind_wrong": "wrong",
    "choice_wrong": "wrong",
    "election_wrong": "wrong",
    "parameter_wrong": "wrong",
    "too_large": "wrong",
    "too_slow": "wrong",
    "too_many_ties": "wrong",
    "typed_data_wrong": "wrong",
    "signature_wrong": "wrong",
    "message_wrong": "wrong",
    "contract_foreign": "wrong",
    "chain_foreign": "wrong",
    # What was named does not exist.
    "command_unknown": "unknown",
    "kind_unknown": "unknown",
    "rule_unknown": "unknown",
    "certificate_unknown": "unknown",
    "thing_unknown": "unknown",
    "event_unknown": "unknown",
    "community_unknown": "unknown",
    # Nobody the door knows.
    "not_signed_in": "anonymous",
    "link_spent": "anonymous",
    "nonce_spent": "anonymous",
    "wallet_unknown": "anonymous",
    "foreign_origin": "forbidden",
    # Not as things stand.
    "idempotency_key_reused": "conflict",
    "limit_reached": "conflict",
    "transaction_refused": "conflict",
    "transaction_failed": "conflict",
    "account_empty": "conflict",
    "account_busy": "conflict",
    # The log does not hold together.
    "log_broken": "unsound",
    "log_unlawful": "unsound",
    "opening_lost": "unsound",
    "opening_wrong": "unsound",
    "checkpoint_wrong": "unsound",
    "proof_wrong": "unsound",
    "log_went_back": "unsound",
    "cannot_recount": "unsound",
    "anchor_missing": "unsound",
    # Not the asker's fault.
    "key_missing": "unavailable",
    "clock_behind": "unavailable",
    "clock_doubtful": "unavailable",
    "storage_failed": "unavailable",
    "storage_busy": "unavailable",
    "server_busy": "unavailable",
    "engine_fault": "unavailable",
    "node_unreachable": "unavailable",
    "node_wrong": "unavailable",
    "fees_high": "unavailable",
}
"""The codes of the core and of the doors, and their families. A feature declares its own beside what refuses by them."""


class Code(str):
    """A code that a feature declares: `POLL_CLOSED = Code("poll_closed", "conflict")`. All of them are collected, none is listed."""

    __slots__ = ("family",)

    family: str

    def __new__(cls, name: str, family: str) -> Code:
        assert family in FAMILIES, family
        code = super().__new__(cls, name)
        code.family = family
        return code


class Refusal(Exception):
    """A no, with its reason and the way out. `values` are what its sentences name."""

    def __init__(self, code: str, thing: str, fact: str, way_out: str, values: dict[str, Any] | None = None) -> None:
        super().__init__(code, thing, fact, way_out)
        self.code, self.values = code, values or {}
        self.templates = (thing, fact, way_out)

    @property
    def thing(self) -> str:
        return self._said(0)

    @property
    def fact(self) -> str:
        return self._said(1)

    @property
    def way_out(self) -> str:
        return self._said(2)

    @property
    def family(self) -> str:
        return self.code.family if isinstance(self.code, Code) else CORE_CODES[self.code]

    @property
    def status(self) -> int:
        """The HTTP status a door answers with."""
        return OWN_STATUS.get(self.code, FAMILIES[self.family][0])

    def __str__(self) -> str:
        return f"{self.code}: {self.thing} {self.fact}; {self.way_out}"

    def as_json(self) -> dict[str, str]:
        return {"code": str(self.code), "thing": self.thing, "fact": self.fact, "way_out": self.way_out}

    def about(self, where: str) -> Refusal:
        """The same no, said of a thing in a certain place: `event 7: field`."""
        thing, fact, way_out = self.templates
        return Refusal(
            self.code,
            "{where}: " + thing if self.values else f"{where}: {thing}",
            fact,
            way_out,
            self.values and {**self.values, "where": where},
        )

    def _said(self, part: int) -> str:
        if not self.values:
            return self.templates[part]
        try:
            return self.templates[part].format(**self.values)
        except (LookupError, ValueError, AttributeError, TypeError):
            return self.templates[part]  # somebody's own braces, where a name should have stood for them


def refuse(code: str, thing: str, fact: str, way_out: str, /, **values: Any) -> Refusal:
    """A refusal to raise. `code` is one of the core's or a `Code`; `{name}` in the sentences stands for one of `values`."""
    assert isinstance(code, Code) or code in CORE_CODES, code
    return Refusal(code, thing, fact, way_out, values)
