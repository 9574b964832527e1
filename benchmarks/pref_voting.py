"""Our rules by the names of pref_voting (Pacuit & Holliday), with the parameters that make ours the same: for its speed, and in tests/peers."""

from __future__ import annotations

from typing import Any

SAME: dict[str, tuple[str, dict[str, Any]]] = {
    "plurality": ("plurality", {}),
    "anti_plurality": ("anti_plurality", {}),
    "borda": ("borda", {}),
    "black": ("blacks", {}),
    "copeland": ("copeland", {}),
    "minimax": ("minimax", {"strength": "margins"}),
    "schulze": ("beat_path", {"strength": "margins"}),
    "ranked_pairs": ("ranked_pairs", {}),
    "river": ("river", {}),
    "split_cycle": ("split_cycle", {}),
    "kemeny": ("kemeny_young", {}),
    "smith_set": ("top_cycle", {}),
    "schwartz_set": ("gocha", {}),
    "uncovered_set": ("uc_gill", {}),
    "instant_runoff": ("instant_runoff_put", {}),
    "coombs": ("coombs_put", {}),
    "baldwin": ("baldwin_put", {}),
    "nanson": ("weak_nanson", {"at_average": "drop"}),
    "bucklin": ("bucklin", {}),
    "contingent": ("plurality_with_runoff_put", {}),
    "smith_irv": ("smith_irv_put", {}),
    "tideman_alternative": ("tideman_alternative_smith_put", {}),
}
STV = {"stv_meek": "stv_meek", "stv_warren": "stv_warren", "stv_scotland": "stv_scottish"}
"""Their proportional methods. Their `stv_wig` is another convention than `stv`: who reaches the quota while surpluses of one round move still
gets more."""
GRADED = {"score": "score_voting", "approval": "approval", "star": "star", "majority_judgment": "majority_judgement"}
"""Their methods for grades, 0 and 1 for approvals."""
