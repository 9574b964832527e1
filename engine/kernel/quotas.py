"""How much one member may add to the log in a day."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.event import Event, Record
from engine.kernel import charter as charters
from engine.kernel.charter import Terms
from engine.refusals import Code, Refusal, refuse
from engine.state import Part, State
from engine.values import DAY_MS, MemberId

QUOTA_REACHED = Code("quota_reached", "conflict")


@dataclass(frozen=True)
class QuotaTerms(Terms):
    """What one member may do in a day (UTC): commands, and bytes of the log and its vault; 0 for no bound."""

    key = "quotas"
    commands_per_day: int = 0
    bytes_per_day: int = 0


@dataclass
class Usage(Part):
    """What members have done on the newest day of the log: commands, and bytes of lines."""

    day: int = -1
    commands: dict[MemberId, int] = field(default_factory=dict)
    size: dict[MemberId, int] = field(default_factory=dict)


def check_quota(state: State, record: Record[Event]) -> None:
    """Refuse a command beyond what its member may do in a day."""
    usage = state[Usage]
    if record.seq != record.cause or usage.day != record.at // DAY_MS or record.actor not in usage.commands:
        return
    terms, member = charters.in_force(state)[QuotaTerms], MemberId(record.actor)
    done, written = usage.commands[member], usage.size[member]
    if terms.commands_per_day and done >= terms.commands_per_day:
        raise _reached(member, "has done {count} things today, as many as the charter allows", done)
    if terms.bytes_per_day and written >= terms.bytes_per_day:
        raise _reached(member, "has written {count} bytes today, as many as the charter allows", written)


@dataclass
class VaultBytes:
    """What members have put into the vault on one day, as far as this process has seen: no public fact, so no part of the state."""

    day: int = -1
    size: dict[str, int] = field(default_factory=dict)
    _adding: dict[str, int] = field(default_factory=dict)
    """What the batch that is being written adds; it counts for good once that is committed."""

    def begin(self) -> None:
        """A batch begins, or begins again."""
        self._adding = {}

    def of(self, actor: str, at: int) -> int:
        """How many bytes an actor has put there on the day of `at` (UTC)."""
        if self.day != at // DAY_MS:
            self._turn_to(at // DAY_MS)
        return self.size.get(actor, 0) + self._adding.get(actor, 0)

    def add(self, actor: str, at: int, size: int) -> None:
        if self.day != at // DAY_MS:
            self._turn_to(at // DAY_MS)
        self._adding[actor] = self._adding.get(actor, 0) + size

    def _turn_to(self, day: int) -> None:
        self.day, self.size, self._adding = day, {}, {}

    def commit(self) -> None:
        """The batch is committed."""
        for actor, size in self._adding.items():
            self.size[actor] = self.size.get(actor, 0) + size
        self._adding = {}


def check_bytes(state: State, record: Record[Event], vault: VaultBytes, more: int) -> None:
    """Refuse to keep more bytes for a member than she may add in a day: those of her lines, and in the vault those of today and `more`."""
    terms, actor = (charters.in_force(state).get(QuotaTerms) if state.seq else None), record.actor
    if terms is not None and terms.bytes_per_day and actor[:1] == "m":
        usage = state[Usage]
        written = usage.size.get(MemberId(actor), 0) if usage.day == record.at // DAY_MS else 0
        size = written + vault.of(actor, record.at) + more
        if size > terms.bytes_per_day:
            raise _reached(actor, "would have written {count} bytes today, more than the charter allows", size)


def note(state: State, record: Record[Event]) -> None:
    """Count one more record of the log, in the day it was written."""
    if record.actor[:1] != "m":
        return
    usage, day = state[Usage], record.at // DAY_MS
    member: MemberId = record.actor  # type: ignore[assignment]  # as a plain string, which both are at run time
    if day != usage.day:
        usage.day = day
        usage.commands.clear()
        usage.size.clear()
    usage.size[member] = usage.size.get(member, 0) + record.size
    if record.seq == record.cause:
        usage.commands[member] = usage.commands.get(member, 0) + 1


def _reached(member: str, fact: str, count: int) -> Refusal:
    return refuse(QUOTA_REACHED, "member {member}", fact, "go on tomorrow", member=member, count=count)
