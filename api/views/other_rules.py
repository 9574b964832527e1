"""What other rules would have made of a closed poll."""

from __future__ import annotations

from api import explaining
from api.counted import closed_poll
from api.other_rules import as_json, other_rules
from api.texts import text
from api.views import Json, Plain, Written, side
from engine.features.polls.state import PollId
from engine.state import State


@side(PollId, "other-rules")
def others(state: State, name: str) -> Json:
    """What other rules would have made of a closed poll: who would have won by which, and how many ballots, or how much power, would turn each."""
    each = closed_poll(state, name)
    assert each.result is not None
    return {
        "poll": each.id,
        "question": text(each.seq, "question"),
        "rule": each.asked.terms.rule.version,
        "ballot": each.asked.terms.ballot,
        "budget": None if each.asked.budget is None else str(each.asked.budget),
        "status": each.status,
        "winners": list(each.result.winners),
        "ballots": each.result.ballots,
        "power": str(each.result.power_cast),
        "options": Written(
            explaining.label_texts(each),
            lambda texts: [
                {"number": number, "label": label}
                for number, label in enumerate(explaining.called_apart(explaining.option_labels(texts, each)), 1)
            ],
        ),
        "compared": Plain(lambda community: as_json(other_rules(community, each), each)),
    }
