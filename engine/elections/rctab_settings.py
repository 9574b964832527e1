"""What a contest of RCTab states as its rules: how marks are read, how many are elected and how, and how ties are broken.

What is not counted here is refused by its name, and so is any setting that is not known. Sources: Bright Spots, RCTab 2.0 and
its Configuration File Parameters, 2023.

>>> rule_of({"winnerElectionMode": "bottomsUp", "tiebreakMode": "random", "randomSeed": "7"}, seats=2)
('rctab', {'winners': 'bottoms_up', 'ties': 'random', 'tie_seed': 7})
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.elections.java import SEED_BITS
from engine.elections.ranks import Marks
from engine.limits import INTEGER_MAX
from engine.refusals import Refusal, refuse

TIES = {
    "useCandidateOrder": "order",
    "generatePermutation": "order",
    "random": "random",
    "previousRoundCountsThenRandom": "previous_random",
    "previousRoundCountsThenAsk": "previous_ask",
    "stopCountingAndAsk": "ask",
}
DRAWN = ("generatePermutation", "random", "previousRoundCountsThenRandom")
"""Ways to break ties that need a seed."""
SEED_MAX = 1 << SEED_BITS - 1
"""As far as RCTab takes them: Java keeps no more of a seed."""
WINNERS = {
    "multiWinnerAllowMultipleWinnersPerRound": "several_a_round",
    "multiWinnerAllowOnlyOneWinnerPerRound": "one_a_round",
    "bottomsUp": "bottoms_up",
    "multiPassIrv": "multi_pass",
}
ONE_WINNER = "singleWinnerMajority"
TRANSFERRED = ("several_a_round", "one_a_round")
DECIMALS_MAX = 20
"""As many as RCTab takes."""
PLAIN = {
    "minimumVoteThreshold": ("", "0", 0),
    "continueUntilTwoCandidatesRemain": (False,),
    "stopTabulationEarlyAfterRound": ("", None),
    "multiSeatBottomsUpPercentageThreshold": ("", None),
    "doesFirstRoundDetermineThreshold": (False,),
    "treatBlankAsUndeclaredWriteIn": (False,),
}
"""Settings that are counted at one value only; a contest that leaves them out means that value."""
LABELS = ("overvoteLabel", "skippedRankLabel", "undeclaredWriteInLabel")
SETTINGS = frozenset(
    {
        *PLAIN, *LABELS, "undervoteLabel", "tiebreakMode", "overvoteRule", "winnerElectionMode", "randomSeed", "numberOfWinners", "hareQuota",
        "decimalPlacesForVoteArithmetic", "maxSkippedRanksAllowed", "maxRankingsAllowed", "nonIntegerWinningThreshold", "batchElimination",
        "exhaustOnDuplicateCandidate", "rulesDescription",
    }
)  # fmt: skip
"""All that a contest may state as its rules; older contests state labels there too."""
Stated = Mapping[str, Any]


def uncounted(name: str, value: object, counted: str, /, **values: object) -> Refusal:
    """The refusal of a setting that is not counted here at this value; `counted` says what is."""
    return refuse(
        "file_unreadable", "the contest", "sets {setting} to {value!r}", "we do not count that: " + counted,
        setting=name, value=str(value)[:40], **values,
    )  # fmt: skip


def flag(stated: Stated, name: str) -> bool:
    """Whether a setting is on; one that is left out is not."""
    value = stated.get(name) or False
    if value not in (True, False):
        raise uncounted(name, value, "it must be true or false")
    return bool(value)


def marks_of(stated: Stated, candidates: int) -> Marks:
    """How a contest reads marks."""
    overvotes = {"exhaustImmediately": True, "alwaysSkipToNextRank": False}
    rule = stated["overvoteRule"]
    if rule not in overvotes:
        raise refuse(
            "file_unreadable", "the contest", "has the overvote rule {rule!r}", "we count {known}", rule=rule, known=" and ".join(overvotes)
        )
    return Marks(
        overvotes[rule],
        _most(stated, "maxSkippedRanksAllowed", "unlimited", None),
        flag(stated, "exhaustOnDuplicateCandidate"),
        _most(stated, "maxRankingsAllowed", "max", candidates),
    )


def _most(stated: Stated, name: str, word: str, means: int | None) -> int | None:
    """A bound in RCTab's words: a number, or the word for none."""
    text = str(stated[name])
    if text.lower() == word:
        return means
    if not re.fullmatch("[0-9]{1,16}", text) or int(text) > INTEGER_MAX:
        raise uncounted(name, text, "it must be a whole number or {word}", word=word)
    return int(text)


def whole(stated: Stated, name: str, least: int, most: int) -> int:
    """The whole number that a setting states, within bounds."""
    text = str(stated[name])
    if not re.fullmatch("[0-9]{1,16}", text) or not least <= int(text) <= most:
        raise uncounted(name, text, "it must be a whole number from 1 to {most}", most=most)
    return int(text)


def rule_of(stated: Stated, seats: int) -> tuple[str, dict[str, Any]]:
    """The rule that a contest states, with its parameters; refused by name if it asks for what is not counted here."""
    for name in stated:
        if name not in SETTINGS:
            raise uncounted(name, stated[name], "it is no setting of RCTab that we know")
    for name, plain in PLAIN.items():
        if name in stated and stated[name] not in plain:
            raise uncounted(name, stated[name], "only contests without it")
    mode, batch, hare = stated["winnerElectionMode"], flag(stated, "batchElimination"), flag(stated, "hareQuota")
    if mode not in (ONE_WINNER, *WINNERS):
        raise refuse(
            "file_unreadable", "the contest", "elects by {mode!r}", "we count {known}", mode=mode, known=", ".join([ONE_WINNER, *WINNERS])
        )
    if seats < 1:
        raise uncounted("numberOfWinners", seats, "at least one must be elected")
    if seats == 1 and mode != ONE_WINNER:
        raise uncounted("winnerElectionMode", mode, "where one is elected, RCTab takes {known}", known=ONE_WINNER)
    if seats > 1 and mode == ONE_WINNER:
        raise uncounted("winnerElectionMode", mode, "where {seats} are elected, RCTab takes {known}", seats=seats, known=", ".join(WINNERS))
    winners = WINNERS.get(mode, "")
    if hare and winners not in TRANSFERRED:
        raise uncounted("hareQuota", True, "RCTab takes it only where surpluses are transferred")
    if batch and winners not in ("", "multi_pass"):
        raise uncounted("batchElimination", True, "RCTab takes it only where one is elected")
    ties = _ties(stated)
    if winners not in TRANSFERRED:
        return "rctab", ({"winners": winners} if winners else {}) | ({} if winners == "bottoms_up" else {"batch": batch}) | ties
    decimals = whole(stated, "decimalPlacesForVoteArithmetic", 1, DECIMALS_MAX)
    quota, in_whole = "hare" if hare else "droop", not flag(stated, "nonIntegerWinningThreshold")
    return "rctab", {"winners": winners, "quota": quota, "whole": in_whole, "decimals": decimals} | ties


def _ties(stated: Stated) -> dict[str, Any]:
    """How ties are broken; where a contest does not say, RCTab's operator would be asked."""
    mode = stated.get("tiebreakMode", "stopCountingAndAsk")
    if mode not in TIES:
        raise refuse("file_unreadable", "the contest", "breaks ties by {mode!r}", "we know {known}", mode=mode, known=", ".join(TIES))
    ties = TIES[mode]
    return {"ties": ties} | ({"tie_seed": seed_of(stated) % (1 << SEED_BITS)} if ties.endswith("random") else {})


def seed_of(stated: Stated) -> int:
    """The seed that a contest states, which Java takes as a whole number of 48 bits."""
    text = str(stated.get("randomSeed"))
    if not re.fullmatch("-?[0-9]{1,16}", text) or not -SEED_MAX <= int(text) < SEED_MAX:
        raise uncounted("randomSeed", text, "where ties are drawn it must be a whole number of 48 bits")
    return int(text)
