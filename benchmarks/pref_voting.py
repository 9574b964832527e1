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
