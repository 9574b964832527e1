"""Events that a dishonest operator could add to `forging.lived()`, what an audit says of each, and facts of it that he could change."""

from __future__ import annotations

import json
from importlib.resources import files

from engine.kernel import charter as charters
from engine.log.checkpoint import Checkpoint
from tests.forging import closed, event, opened_early, waiting
from tests.moot import KEY, ORIGIN, START

DAY_MS = 86_400_000
WEEK = 8 * DAY_MS
"""Beyond the clock of every poll that is open for a week."""


def of(actor: str, kind: str, at: int = 0, **body):
    return lambda moot, poll: event(moot, actor, kind, body, at=at)


def about_poll(actor: str, kind: str, at: int = 0, **body):
    return lambda moot, poll: event(moot, actor, kind, {"poll": poll, **body}, at=at)


def earned(moot, actor: str, poll: str, cause: int | None = None) -> dict:
    body = {"member": "m2", "points": "500", "charter": 0, "entry": 3, "rule": "per_act@1", "act": "ballot_cast", "thing": poll}
    return event(moot, actor, "PointsEarned", body | {"vests_at": 0, "expires_at": 0}, cause=cause)


def lost(moot, size: int, root: bytes) -> dict:
    return {"head": KEY.sign(Checkpoint(ORIGIN, size, root))}


NOTHING = {"status": "no_ballots", "winners": [], "ties": [], "scores": [], "ballots": 0, "power_cast": "0", "outcome": None, "draw": None}

FORGERIES = {
    # Who is here, in which role, and who says so.
    "a second founding": (of("founder", "MemberJoined", name=None, email=None), "is founded already"),
    "a second charter by founding": (
        lambda moot, poll: event(
            moot, "founder", "CommunityFounded",
            {"format": "folkmoot-events/1", "origin": ORIGIN, "key": str(KEY.verifier), "charter": charters.preset("budget")},
        ),
        "is founded already",
    ),
    "a member entered by one who may not": (of("m2", "MemberEntered", name=None, email=None), "may not join_community"),
    "a member entered by a newcomer": (of("newcomer", "MemberEntered", name=None, email=None), "join_community is for members only"),
    "a joining by a member": (of("m2", "MemberJoined", name=None, email=None), "cannot ask for MemberJoined"),
    "a role given to herself": (of("m1", "RoleGiven", member="m1", role="founder"), "cannot give a role to herself"),
    "a role given by one who may not": (of("m2", "RoleGiven", member="m3", role="founder"), "may not give_role"),
    "a role the charter lacks": (of("m1", "RoleGiven", member="m3", role="queen"), "is not in the charter"),
    "a role taken from the last who holds it": (of("m1", "RoleTaken", member="m1", role="founder"), "is the last who may"),
    "a forgetting by a member who may not": (of("m2", "OtherForgotten", member="m3"), "may not erase"),
    "a forgetting of herself as another": (of("m1", "OtherForgotten", member="m1"), "forgets herself as if she were another"),
    "a forgetting of the last who may give roles": (of("m1", "SelfForgotten"), "is the last who may"),
    "a forgetting by a stranger": (of("m99", "SelfForgotten"), "leave is for members only"),
    # Time.
    "a step back in time": (of("newcomer", "MemberJoined", at=-1, name=None, email=None), "happened before the event before it"),
    "a clock set right by one alone": (of("m1", "ClockCorrected", to=1), "is not what another member has asked for"),
    "a clock set right to a later time": (of("m1", "ClockDoubted", to=2**45), "is not ahead of that"),
    "a clock doubted by one who may not": (of("m2", "ClockDoubted", to=1), "may not correct_clock"),
    "a poll out of a false time without one": (about_poll("m1", "PollMistimed"), "is PollMistimed without cause"),
    # Commands.
    "an event of another command": (
        lambda moot, poll: event(moot, "newcomer", "IdeaSupported", {"idea": "i8"}, cause=moot.state.seq - 1),
        "in one command with MemberJoined",
    ),
    "an event of another actor's command": (
        lambda moot, poll: event(moot, "m5", "IdeaSupported", {"idea": "i8"}, cause=moot.state.seq - 1),
        "does not belong to the command it names",
    ),
    # Ballots and polls.
    "a ballot by a stranger": (about_poll("m99", "BallotSealed", power="1", choice="0" * 64), "BallotSealed is for members only"),
    "a ballot by nobody": (about_poll("clock", "BallotSealed", power="1", choice="0" * 64), "BallotSealed is for members only"),
    "a ballot of more power": (about_poll("m2", "BallotSealed", power="2", choice="0" * 64), "another power than the roll says"),
    "a ballot after the close": (about_poll("m2", "BallotSealed", at=WEEK, power="1", choice="0" * 64), "takes no ballots any more"),
    "an open ballot in a sealed poll": (about_poll("m2", "BallotCast", power="1", choice="1"), "takes until_close ballots"),
    "a ballot by a member who joined later": (
        lambda moot, poll: event(moot, moot.members[-1], "BallotSealed", {"poll": poll, "power": "1", "choice": "0" * 64}),
        "is not on the roll",
    ),
    "a withdrawal without a forgetting": (about_poll("m1", "BallotWithdrawn", member="m3"), "is BallotWithdrawn without cause"),
    "an opening before the end": (lambda moot, poll: event(moot, "m1", "BallotsOpened", opened_early(moot, poll)), "has not ended"),
    "an end by the clock before its time": (about_poll("clock", "PollEnded"), "takes ballots until its time is over"),
    "an end by hand before its time": (about_poll("m1", "PollEnded"), "takes ballots until its time is over"),
    "an end by a member who may not": (about_poll("m2", "PollEnded", at=WEEK), "may not close_poll"),
    "a count before the end": (about_poll("clock", "PollClosed", **NOTHING), "has ballots that are not opened"),
    "a count of ballots that are not opened": (about_poll("clock", "PollClosed", at=WEEK, **NOTHING), "has ballots that are not opened"),
    "a decision without a count": (about_poll("m1", "DecisionFinal"), "is DecisionFinal without cause"),
    "a void by one who may not": (about_poll("m2", "PollVoided", at=WEEK, lost=[59]), "may not void_poll"),
    "a void before the end": (lambda moot, poll: event(moot, "m1", "PollVoided", {"poll": poll, "lost": [waiting(moot, poll)]}), "is not waiting to be closed"),
    "a void that names nothing": (about_poll("m1", "PollVoided", at=WEEK, lost=[]), "has lost nothing it needs"),
    "a void that names a ballot nobody waits for": (about_poll("m1", "PollVoided", at=WEEK, lost=[8]), "lost ballots it does not wait for"),
    "a void with every opening there": (
        lambda moot, poll: event(moot, "m1", "PollVoided", {"poll": poll, "lost": [waiting(moot, poll)]}, at=WEEK),
        "was erased and is still there",
    ),
    "an amendment by a poll about something else": (
        lambda moot, poll: event(moot, "m1", "CharterAmended", {"poll": closed(moot)}), "is a monthly poll",
    ),
    "an amendment by a member who may not": (
        lambda moot, poll: event(moot, "m2", "CharterAmended", {"poll": closed(moot)}), "may not amend_charter",
    ),
    # Ideas.
    "an idea that advances without cause": (of("m2", "IdeaAdvanced", idea="i17", stage="adopted", terms=0), "is IdeaAdvanced without cause"),
    "a second support": (of("m2", "IdeaSupported", idea="i17"), "has your support"),
    "a new version by no author": (of("m2", "IdeaRevised", idea="i17", title="0" * 64, text="1" * 64, cost=None), "is no author of idea"),
    # Points and money.
    "points without cause": (lambda moot, poll: earned(moot, "m2", poll), "is PointsEarned without cause"),
    "points beside an act that does not earn them": (
        lambda moot, poll: earned(moot, "newcomer", poll, moot.state.seq - 1), "is PointsEarned without cause",
    ),
    "points by a member who may not": (
        of("m2", "PointsAwarded", member="m3", points="5", reason="0" * 64, expires_at=0), "may not award_points",
    ),
    "points to herself": (of("m1", "PointsAwarded", member="m1", points="5", reason="0" * 64, expires_at=0), "cannot award herself"),
    "points expired before their time": (
        of("clock", "PointsExpired", members=[{"member": "m4", "points": "50"}]), "what has expired is not what the books say",
    ),
    "points expired in part": (
        of("clock", "PointsExpired", at=800 * DAY_MS, members=[{"member": "m2", "points": "1"}]), "what has expired is not what the books say",
    ),
    "a settling of nothing": (of("clock", "PointsExpired", members=[]), "what has expired is not what the books say"),
    "a settling by a member": (of("m1", "PointsExpired", members=[]), "cannot ask for PointsExpired"),
    "money paid in by a member who may not": (of("m2", "FundsPaidIn", amount="5", source="0" * 64), "may not pay_in"),
    "nothing paid in": (of("m1", "FundsPaidIn", amount="0", source="0" * 64), "amount is 0"),
    "a share of a round that is paid": (
        of("clock", "RewardShared", round="r57", shares=[{"member": "m2", "amount": "1", "points": "1"}], last=True), "is paid",
    ),
    "a round proposed by one who may not": (of("m2", "RoundProposed", reward="quarterly", pot="1"), "may not share_reward"),
    "a round above the funds": (of("m1", "RoundProposed", reward="quarterly", pot="900000000"), "in the funds"),
    # The vault and the log.
    "an erasure of a sealed choice": (
        lambda moot, poll: event(moot, "m1", "TextErased", {"seq": waiting(moot, poll), "field": "choice", "reason": "other"}),
        "erases 'choice'",
    ),
    "an erasure of what an open poll asks": (
        lambda moot, poll: event(moot, "m1", "TextErased", {"seq": int(poll[1:]), "field": "question", "reason": "other"}),
        "asks about that and is open",
    ),
    "an erasure of an address": (of("m1", "TextErased", seq=2, field="email", reason="other"), "erases 'email'"),
    "an erasure of nothing": (of("m1", "TextErased", seq=1, field="nope", reason="other"), "erases 'nope'"),
    "an erasure of what is to come": (of("m1", "TextErased", seq=10_000, field="text", reason="other"), "does not stand before this one"),
    "an erasure by a member who may not": (of("m2", "TextErased", seq=8, field="text", reason="spam"), "may not erase"),
    "a loss of what is not lost": (
        lambda moot, poll: event(moot, "m1", "LossDeclared", lost(moot, moot.state.seq, moot.state.tree.root())), "nothing_lost",
    ),
    "a loss by somebody who may not say so": (
        lambda moot, poll: event(moot, "m2", "LossDeclared", lost(moot, 9_999, bytes(32))), "may not declare_loss",
    ),
    "a loss nobody has signed for": (of("m1", "LossDeclared", head="nothing"), "checkpoint_wrong"),
}  # fmt: skip

DIGEST_OF = json.loads((files("engine.rules") / "digests.json").read_text())

CHANGED = {
    "another winner": ("PollClosed", {"winners": [2]}),
    "a quorum that was missed": ("PollClosed", {"status": "no_quorum", "winners": []}),
    "more power cast": ("PollClosed", {"power_cast": "99"}),
    "other scores": ("PollClosed", {"scores": ["9", "9"]}),
    "another digest of the outcome": ("PollClosed", {"outcome": "0" * 64}),
    "another secret of the draw": ("PollClosed", {"draw__secret": "0" * 64}),
    "more power on the roll": ("PollOpened", {"electorate__power": "99"}),
    "fewer members on the roll": ("PollOpened", {"electorate__count": 6}),
    "another roll": ("PollOpened", {"electorate__root": "0" * 64}),
    "no quorum asked for": ("PollOpened", {"terms__quorum__percent_min": 0}),
    "ties broken otherwise": ("PollOpened", {"terms__ties": "status_quo"}),
    "winners to another stage": ("PollOpened", {"terms__winners_to": "open"}),
    "no early end": ("PollOpened", {"terms__ends": []}),
    "an end by hand at once": ("PollOpened", {"terms__hand_after_minutes": 0}),
    "another secrecy": ("PollOpened", {"terms__secrecy": "open"}),
    "another rule": ("PollOpened", {"terms__rule__version": "plurality@1", "terms__rule__digest": DIGEST_OF["voting/plurality@1"]}),
    "power by points": ("PollOpened", {"terms__power__version": "by_points@1", "terms__power__digest": DIGEST_OF["power/by_points@1"]}),
    "an earlier close": ("PollOpened", {"closes_at": START + 1}),
    "another charter": ("PollOpened", {"charter": 1}),
    "another promise of the draw": ("PollOpened", {"draw_secret": "0" * 64}),
    "ballots of more power": ("BallotSealed", {"power": "2"}),
    "more points for an act": ("PointsEarned", {"points": "6"}),
    "points by another line of the charter": ("PointsEarned", {"entry": 2}),
    "points that never expire": ("PointsEarned", {"expires_at": 0}),
    "an award above the most": ("PointsAwarded", {"points": "501"}),
    "an award that never expires": ("PointsAwarded", {"expires_at": 0}),
    "a larger pot": ("RewardRoundOpened", {"pot": "999999999"}),
    "other points to share by": ("RewardRoundOpened", {"points": "1"}),
    "points that are not spent": ("RewardRoundOpened", {"terms__spends_points": False}),
    "a last share that is not the last": ("RewardShared", {"last": False}),
    "an idea adopted without a poll": ("IdeaAdvanced", {"stage": "adopted"}),
    "less paid in": ("FundsPaidIn", {"amount": "1"}),
    "another charter from the beginning": ("CommunityFounded", {"charter": charters.preset("budget")}),
}
"""The kind of event, and fields of all its events, which are rewritten."""
