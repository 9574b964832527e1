"""What a poll's terms say of its quorum, its end and its finality, as sentences.

>>> quorum_said(Quorum("eligible", 20), Conditions(counts="rejection"))
'it is rejected if more than 20 % of those on the roll are against'
>>> quorum_said(Quorum("power"), Conditions(counts="for", dynamic=DynamicQuorum(1_000, 1_550, 500_000)))
'10 % of all power on the roll in favour, and 0.5 % more for each 1 % against, up to 15.5 %'
>>> for sentence in waits_said(Conditions(late_quorum_minutes=120, objection=ObjectionTerms(3, 10))):
...     print(sentence)
If its quorum is first reached in its last 2 hours, it takes ballots for 2 hours from then.
What it decides is final 3 days after the count, unless objections from 10 % of those on the roll overturn it before.
"""

from __future__ import annotations

import numpy as np

from api.texts import person, span, text, when
from api.views import Json
from engine.elections.outcome import Step
from engine.features.polls.object import objections_of
from engine.features.polls.quorum import DynamicQuorum, Quorum
from engine.features.polls.state import Conditions, Poll
from engine.features.polls.terms import ObjectionTerms
from engine.values import DAY_MS

__all__ = ["Conditions", "DynamicQuorum", "ObjectionTerms", "Quorum", "objections", "quorum_said", "waits_said"]

WHOLES = {"eligible": "those on the roll", "active": "those on the roll who were active", "power": "all power on the roll"}
SHARES = {
    "all_valid": "{percent} % of {whole}",
    "for": "{percent} % of {whole} in favour",
    "for_abstain": "{percent} % of {whole} in favour or abstaining",
    "rejection": "it is rejected if more than {percent} % of {whole} are against",
}
GROWS = "{least}, and {more} % more for each 1 % against, up to {most} %"
LATE = "If its quorum is first reached in its last {span}, it takes ballots for {span} from then."
OBJECTION = "What it decides is final {days} after the count, unless objections from {percent} % of {whole} overturn it before."
MINUTES_A_DAY = DAY_MS // 60_000
SHOWN_MAX = 100
"""Objections whose reasons stand on a poll's page; all of them stand in the log."""


def quorum_said(quorum: Quorum, conditions: Conditions) -> str:
    """Whom a poll needs to be decided at all."""
    if quorum.basis == "none":
        return "none"
    dynamic, whole = conditions.dynamic, WHOLES[quorum.basis]
    percent = str(quorum.percent_min) if dynamic is None else _decimal(dynamic.bps_min, 2)
    share = Step(SHARES[conditions.counts], percent=percent, whole=whole)
    if dynamic is None:
        return str(share)
    return str(Step(GROWS, least=share, more=_decimal(dynamic.coefficient, 6), most=_decimal(dynamic.bps_max, 2)))


def waits_said(conditions: Conditions) -> list[str]:
    """What else its end and its finality may wait for."""
    said, minutes, objection = [], conditions.late_quorum_minutes, conditions.objection
    if minutes:
        said.append(Step(LATE, span=span(minutes)))
    if objection is not None:
        days = span(objection.days * MINUTES_A_DAY)
        said.append(Step(OBJECTION, days=days, percent=objection.percent_min, whole=WHOLES[objection.basis]))
    return [str(each) for each in said]


def objections(poll: Poll) -> Json:
    """How many object so far, how many it takes, until when it may be done, and the first with their reasons; None when it may not."""
    terms = poll.conditions.objection
    if poll.objections is None or terms is None:
        return None
    count, needed = objections_of(poll)
    seqs, roll = poll.objections.seq, poll.objections.roll
    places = np.flatnonzero(seqs >= 0)
    first = places[np.argsort(seqs[places])][:SHOWN_MAX].tolist()
    return {
        "count": str(count),
        "needed": str(needed),
        "basis": terms.basis,
        "until": when(poll.objections_until),
        "raised": [{"seq": (seq := int(seqs[place])), "by": person(roll.member(place)), "reason": text(seq, "reason")} for place in first],
    }


def _decimal(number: int, places: int) -> str:
    """A whole number of so many decimal places, as people write it."""
    whole, part = divmod(number, 10**places)
    return f"{whole}.{part:0{places}d}".rstrip("0").rstrip(".")
