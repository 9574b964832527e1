"""Every way the engine says no.

A refusal has a stable `code`, names the thing and the fact, and says what to do next. It leaves no trace in state or
log. Codes are promises: scripts and translations depend on them, so one is never renamed or given another meaning.

>>> raise refuse("poll_closed", "poll p40", "closed at 12:00", "look at its result")
Traceback (most recent call last):
engine.refusals.Refusal: poll_closed: poll p40 closed at 12:00; look at its result
"""

from __future__ import annotations

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

CODES = {
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
    "method_wrong": "wrong",
    "media_type_wrong": "wrong",
    "choice_wrong": "wrong",
    "ballot_kind_wrong": "wrong",
    "election_wrong": "wrong",
    "parameter_wrong": "wrong",
    "too_large": "wrong",
    "too_slow": "wrong",
    "too_many_ties": "wrong",
    "charter_wrong": "wrong",
    "poll_not_ready": "wrong",
    # What was named does not exist.
    "command_unknown": "unknown",
    "kind_unknown": "unknown",
    "rule_unknown": "unknown",
    "preset_unknown": "unknown",
    "member_unknown": "unknown",
    "idea_unknown": "unknown",
    "poll_unknown": "unknown",
    "event_unknown": "unknown",
    "decision_unknown": "unknown",
    "thing_unknown": "unknown",
    "community_unknown": "unknown",
    # Nobody the door knows.
    "not_signed_in": "anonymous",
    "link_spent": "anonymous",
    # The charter does not allow it.
    "not_allowed": "forbidden",
    "foreign_origin": "forbidden",
    "not_on_roll": "forbidden",
    "not_author": "forbidden",
    "amendment_forbidden": "forbidden",
    # Not as things stand.
    "poll_not_open": "conflict",
    "poll_closed": "conflict",
    "poll_still_open": "conflict",
    "stage_closed": "conflict",
    "already_supported": "conflict",
    "already_founded": "conflict",
    "not_founded": "conflict",
    "already_forgotten": "conflict",
    "already_erased": "conflict",
    "points_short": "conflict",
    "funds_short": "conflict",
    "nothing_to_share": "conflict",
    "nothing_to_settle": "conflict",
    "nothing_lost": "conflict",
    "nothing_changed": "conflict",
    "openings_lost": "conflict",
    "idempotency_key_reused": "conflict",
    "limit_reached": "conflict",
    # The log does not hold together.
    "log_broken": "unsound",
    "log_unlawful": "unsound",
    "opening_lost": "unsound",
    "opening_wrong": "unsound",
    "checkpoint_wrong": "unsound",
    "proof_wrong": "unsound",
    "log_went_back": "unsound",
    "cannot_recount": "unsound",
    "key_missing": "unavailable",
    # Not the asker's fault.
    "clock_behind": "unavailable",
    "storage_failed": "unavailable",
    "storage_busy": "unavailable",
    "engine_fault": "unavailable",
}
"""Every code and its family."""


class Refusal(Exception):
    """A no, with its reason and the way out."""

    def __init__(self, code: str, thing: str, fact: str, way_out: str) -> None:
        super().__init__(code, thing, fact, way_out)
        self.code, self.thing, self.fact, self.way_out = code, thing, fact, way_out

    @property
    def family(self) -> str:
        return CODES[self.code]

    @property
    def status(self) -> int:
        """The HTTP status a door answers with."""
        return FAMILIES[self.family][0]

    def __str__(self) -> str:
        return f"{self.code}: {self.thing} {self.fact}; {self.way_out}"

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "thing": self.thing, "fact": self.fact, "way_out": self.way_out}


def refuse(code: str, thing: str, fact: str, way_out: str) -> Refusal:
    """A refusal to raise; the code must be one of `CODES`."""
    assert code in CODES, code
    return Refusal(code, thing, fact, way_out)
