"""`folkmoot demo` and `folkmoot import`: a whole community made before your eyes, and verified."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api import beside_the_file
from engine import rules
from engine.community import Community
from engine.elections import pabulib
from engine.elections.files import read_text
from engine.elections.outcome import write_money
from engine.features.ideas.state import Ideas
from engine.features.polls.state import Polls
from engine.kernel.authority import ALREADY_FOUNDED
from engine.kernel.members import Members
from engine.refusals import refuse
from engine.store import folder as folders
from engine.store.atomic_files import alive
from engine.values import DAY_MS, typed
from engine.verify import Report, verify
from simulations import real_vote, roastery
from simulations.asking import Progress


@dataclass(frozen=True)
class Made:
    """A community made for showing: what to print, and whose sign-in links to print."""

    summary: dict[str, Any]
    lines: list[str]
    member_links: tuple[str, ...]


@contextmanager
def made(folder: Path, source: Path | None, chance: bytes, now: int, bars: AbstractContextManager[Progress]) -> Iterator[Made]:
    """Make the community in `folder` (or take up the demo that is there), verify it, say what happened."""
    with bars as progress:
        if source is None and (folder / "community.db").is_file():
            community = folders.open_folder(folder)
            folders.check_not_gone_back(community)
            lines = [f"Taking up the demo in {folder} (remove that folder to begin anew)."]
            report = _verified(community, folder, progress)
            summary: dict[str, Any] = {"made": False}
        else:
            with beside(folder) as place:
                if source is None:
                    community, summary, lines = _roastery(place, chance, now, progress)
                else:
                    community, summary, lines = _real(place, source, chance, now, progress)
                report = _verified(community, folder, progress)
            summary |= {"made": True}
            lines[0] += f", in {folder}"
    summary |= {"folder": str(folder), "events": report.checked["events"], "verdict": report.verdict}
    lines.append(
        f"Verified: {report.checked['events']:,} events, {report.checked['PollClosed']} poll{'' if report.checked['PollClosed'] == 1 else 's'} recounted."
    )
    yield Made(summary, lines, ("m1", "m2", "m3"))


def _verified(community: Community, folder: Path, progress: Progress) -> Report:
    """Audit a community as a stranger would, and close it."""
    try:
        community.checkpoint()
        report = verify(community.store, progress=lambda seq: progress("verifying", seq, community.store.size()))
    finally:
        folders.close(community)
    if report.problem is not None:
        raise refuse(
            "log_unlawful",
            "{folder}",
            "does not verify: {problem}",
            "remove it and begin anew",
            folder=str(folder),
            problem=str(report.problem),
        )
    return report


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A place to make a community in that bears its name only once it is whole; what stopped processes left is removed."""
    if folder.exists() and any(folder.iterdir()):
        raise refuse(ALREADY_FOUNDED, "{folder}", "is not empty", "name a new folder (with demo: --dir)", folder=str(folder))
    whole = folder.absolute()
    for left in whole.parent.glob(f".{whole.name}.*.making"):
        pid = left.name.split(".")[-2]
        if pid.isdecimal() and not alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    place = whole.with_name(f".{whole.name}.{os.getpid()}.making")
    try:
        yield place
        place.replace(folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _roastery(folder: Path, chance: bytes, now: int, progress: Progress) -> tuple[Community, dict[str, Any], list[str]]:
    start = now - (roastery.DAYS + 1) * DAY_MS
    community = folders.found(folder, roastery.charter(), roastery.ORIGIN, start, chance, roastery.FOUNDER)
    roastery.play(community, b"kestrel", now, progress)
    with community.reading() as state:
        closed = sum(1 for poll in state[Polls].polls.values() if poll.result)
        summary = {"members": len(state[Members]), "ideas": len(state[Ideas].ideas), "closed_polls": closed}
    return community, summary, [
        f"Kestrel Coffee, an invented roaster: {summary['members']} members, {summary['ideas']} ideas, {closed} closed polls"
    ]  # fmt: skip


def _real(folder: Path, source: Path, chance: bytes, now: int, progress: Progress) -> tuple[Community, dict[str, Any], list[str]]:
    if source.suffix.lower() != ".pb":
        raise refuse("file_foreign", "{file}", "is no Pabulib file", "give a .pb file", file=str(source))
    budget = pabulib.read(read_text(source))
    origin = "pabulib/" + (re.sub(r"[^A-Za-z0-9._-]", "-", source.stem)[:60] or "vote")
    community = folders.found(folder, real_vote.charter_of(budget), origin, now, chance, None)
    held = real_vote.hold(community, budget, chance, now, progress)
    rule, parameters = real_vote.rule_for(budget)
    election, beside = budget.election, held.agreement
    counting = rules.counting_rule(rule)
    terms = rules.terms(counting, election, parameters)
    spent = write_money(held.spent, budget.decimals)
    whole = f"{write_money(election.budget or 0, budget.decimals)} {budget.meta.get('currency', '')}".strip()
    summary = {
        "rule": held.rule,
        "rule_chosen_by": "us" if held.rule_is_ours else "the file",
        "voters": len(election.table),
        "winners": list(held.winners),
        "spent": str(held.spent),
        "decimals": budget.decimals,
        "official": None if beside is None else beside.elected,
    } | beside_the_file.as_json(election, counting, terms, held.winners)
    clauses = [beside_the_file.whose_rule(election, counting, terms), beside_the_file.places(election, counting, terms)]
    shown = ", ".join([held.rule, *(f"{name}: {typed(value)}" for name, value in parameters.items())])
    said = "; ".join([shown, *(str(clause) for clause in clauses if clause is not None)])
    # A rule that is not the file's is named in the very first line.
    instead = f", counted by {held.rule} because {election.stated.why_not}" if held.rule_is_ours and election.stated else ""
    return community, summary, [
        f"{budget.meta.get('description', source.stem)}: {summary['voters']:,} voters, {len(election.options)} projects{instead}",
        f"Rule: {said}",
        f"Funded: {len(held.winners)} projects for {spent} of {whole}: {', '.join(held.winners)}",
        *beside_the_file.lines(election, held.winners),
    ]  # fmt: skip
