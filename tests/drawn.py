"""What lives are drawn from: a charter, choices, texts, and values that fit any field."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.kernel import charter
from engine.values import Id
from tests.anchored import anchored
from tests.delegating import delegating

TEXT = (
    delegating(charter.preset("product"))
    .replace("supports_min = 5", "supports_min = 2")
    .replace("minutes_open = 10080", "minutes_open = 60")
)
TEXT = TEXT.replace("expire_days = 730", "expire_days = 1").replace("hand_after_minutes = 1440", "hand_after_minutes = 10")
TEXT = TEXT.replace("minutes_open = 20160", "minutes_open = 60").replace("percent_min = 50", "percent_min = 1")
TEXT += """
[decisions.matter]
options = "free"
rule = "yes_no"
secrecy = "open"
quorum = { basis = "eligible", percent_min = 30, counts = "for_abstain" }
ties = "status_quo"
replaceable = false
minutes_open = 60
ends = ["early"]
late_quorum_minutes = 20
objection = { days = 1, percent_min = 40 }

[decisions.pact]
options = "free"
rule = "plurality"
secrecy = "open"
quorum = { basis = "eligible", percent_min = 1 }
ties = "oldest"
minutes_open = 60
ends = ["all_voted", "hand"]
hand_after_minutes = 10
council = { role = "founder", needed = 2, days = 1, objecting = 2 }
"""
TEXT = anchored(TEXT)
AMENDED = TEXT.replace("award_max = 500", "award_max = 900")
CHOICES = {"monthly": ["1", "1,2", ""], "ranking": ["1>2", "2=1", "3", ""], "spending": ["1", "2", ""], "charter": ["1", "1", "2"]}
CHOICES["pact"] = ["1", "2", "1", ""]
CHOICES["matter"] = ["1", "1", "1", "2", "3", ""]
texts = st.text(st.characters(categories=["L", "N"], max_codepoint=0x17F), min_size=1, max_size=12) | st.sampled_from(["Cafe\u0301", "❤️"])


def fitting(hint: object) -> st.SearchStrategy:
    """Values that fit a field."""
    if isinstance(hint, type) and issubclass(hint, Id):
        return st.integers(0, 60).map(hint.of)
    if hint is bool:
        return st.booleans()
    if hint in (int,) or getattr(hint, "__supertype__", None) is int:
        return st.integers(1, 500)
    return texts
