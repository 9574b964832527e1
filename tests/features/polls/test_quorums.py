"""What counts towards a quorum, one that grows with those against, and one of those against."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.features.polls.ballots import Ballots
from engine.features.polls.quorum import COEFFICIENT_MAX, DynamicQuorum, Measure, Quorum, Votes, is_reached, is_rejected
from engine.features.polls.roll import RollBook
from engine.features.polls.state import Polls
from engine.log.json import parse_own
from engine.refusals import Refusal
from engine.values import MemberId
from engine.verify import verify
from tests.features.polls.test_charters import saying
from tests.forging import of_kind, rewritten
from tests.moot import Moot, without_early_ends

GOLDEN = [
    # against, of 200; least and most in basis points; coefficient in millionths; votes in favour needed.
    # Source: nounsDAO/nouns-monorepo, packages/nouns-contracts/test/governance/dynamicQuorum.test.ts (their nine cases).
    (12, 1_000, 4_000, 0, 20),
    (18, 1_000, 4_000, 1_000_000, 38),
    (22, 1_000, 4_000, 1_000_000, 42),
    (45, 1_000, 4_000, 1_000_000, 65),
    (30, 1_000, 4_000, 100_000, 23),
    (30, 1_000, 4_000, 500_000, 35),
    (30, 1_000, 4_000, 1_500_000, 65),
    (60, 1_000, 10_000, 3_000_000, 200),
    (30, 1_000, 4_000, 2_000_000, 80),
]
YES_NO = ('rule = "yes_no"', 'ties = "status_quo"')


@pytest.mark.parametrize(("against", "least", "most", "coefficient", "needed"), GOLDEN)
def test_a_quorum_grows_with_those_against_as_nouns_tests_it(against, least, most, coefficient, needed):
    assert DynamicQuorum(least, most, coefficient).votes(against, 200) == needed


@given(
    st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, COEFFICIENT_MAX)
)  # fmt: skip
def test_more_against_never_lowers_a_quorum_and_it_keeps_its_bounds(whole, against, one, other, coefficient):
    least, most = sorted((one, other))
    quorum, against = DynamicQuorum(least, most, coefficient), min(against, whole)
    here = quorum.votes(against, whole)
    assert whole * least // 10_000 <= here <= whole * most // 10_000
    assert quorum.votes(min(against + 1, whole), whole) >= here


@pytest.mark.parametrize(("voters", "reached"), [(3_299, False), (3_300, True), (3_301, True)])
def test_a_share_is_reached_and_a_rejection_exceeded_to_the_voter(voters, reached):
    """Of ten thousand, 33 % are 3,300: as many reach a quorum, and one more rejects."""
    votes = Votes(Measure(voters, voters), Measure(0, 0), Measure(voters, voters))
    quorum = Quorum("eligible", 33)
    assert is_reached(quorum, "all_valid", None, votes, 10_000) == reached
    assert is_rejected(quorum, "rejection", votes, 10_000) == (voters > 3_300)


def result(moot: Moot, *choices: str):
    """What a poll comes to when these members have voted and nobody else."""
    poll = moot.poll()
    moot.vote(poll, *choices)
    moot.wait(8 * 24 * 60)
    moot.end(poll)
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"
    return moot.of(Polls)[poll].result


@pytest.mark.parametrize(
    ("counts", "choices", "status"),
    [
        # Ten may vote, and four of them are the quorum.
        ("all_valid", ["1", "3", "2", ""], "decided"),
        ("all_valid", ["1", "3", ""], "no_quorum"),
        ("for_abstain", ["1", "3", "2", ""], "no_quorum"),
        ("for_abstain", ["1", "3", "1", "", "2"], "decided"),
        ("for", ["1", "1", "1", "3", ""], "no_quorum"),
        ("for", ["1", "1", "1", "1", "2"], "decided"),
        ("rejection", ["1", "1", "1", "1", "1", "1", "2", "2", "2", "2"], "decided"),
        ("rejection", ["1", "1", "1", "1", "1", "2", "2", "2", "2", "2"], "rejected"),
        ("rejection", ["1"], "decided"),
    ],
)
@pytest.mark.parametrize("basis", ["eligible", "power"])
@pytest.mark.parametrize("secrecy", ["open", "until_close"])
def test_what_counts_towards_a_quorum(counts, choices, status, basis, secrecy):
    quorum = f'quorum = {{ basis = "{basis}", percent_min = 40, counts = "{counts}" }}'
    counted = result(Moot(members=9, text=saying("ranking", *YES_NO, quorum, f'secrecy = "{secrecy}"')), *choices)
    assert counted.status == status and bool(counted.winners) == (status == "decided")


@pytest.mark.parametrize(("against", "status", "winners"), [(0, "decided", (1,)), (2, "decided", (1,)), (3, "rejected", ())])
def test_silence_is_consent_unless_those_against_are_more_than_the_quorum(against, status, winners):
    """Snapshot's quorum of rejection: of ten, 20 % against do not reject it, and one more does, however many are in favour or silent."""
    quorum = 'quorum = { basis = "eligible", percent_min = 20, counts = "rejection" }'
    text = saying("ranking", 'rule = "optimistic"', 'parameters = { share = "1" }', 'ties = "status_quo"', quorum)
    counted = result(Moot(members=9, text=without_early_ends(text)), *["2"] * against)
    assert (counted.status, counted.winners) == (status, winners)


@pytest.mark.parametrize(
    ("choices", "status"),
    [(["1"] * 2, "decided"), (["1"] * 2 + ["2"], "no_quorum"), (["1"] * 3 + ["2"], "decided"), (["1"] * 4 + ["2"] * 3, "no_quorum")],
)
def test_the_more_are_against_the_more_it_takes(choices, status):
    """Of ten, two in favour suffice where nobody is against; each who is against asks for one more."""
    quorum = 'quorum = { basis = "eligible", counts = "for", dynamic = { bps_min = 2000, bps_max = 9000, coefficient = 1000000 } }'
    assert result(Moot(members=9, text=saying("ranking", *YES_NO, quorum)), *choices).status == status


@pytest.mark.parametrize(
    ("lines", "fact"),
    [
        (('quorum = { basis = "eligible", percent_min = 9, counts = "for" }',), "asks who is for or against, and schulze does not"),
        ((*YES_NO, 'quorum = { basis = "none", counts = "for" }'), "counts for of nobody"),
        ((*YES_NO, 'quorum = { basis = "none", counts = "rejection" }'), "counts rejection of nobody"),
        ((*YES_NO, 'quorum = { basis = "eligible", counts = "rejection" }'), "asks for 0 % of somebody"),
        ((*YES_NO, 'quorum = { basis = "eligible", percent_min = 101, counts = "for" }'), "percent_min is 101"),
        (
            (*YES_NO, 'quorum = { basis = "eligible", percent_min = 9, counts = "all" }'),
            "give one of for, for_abstain, all_valid, rejection",
        ),
        (('rule = "optimistic"', YES_NO[1], 'quorum = { basis = "eligible", percent_min = 9, counts = "for" }'), "takes silence"),
    ],
)
def test_a_quorum_that_does_not_hold_together_is_refused(lines, fact):
    with pytest.raises(Refusal, match=fact):
        Moot(text=without_early_ends(saying("ranking", *lines)))


@pytest.mark.parametrize(
    ("more", "least", "most", "coefficient", "fact"),
    [
        ('counts = "all_valid", ', 1, 9, 1, "grows with those against, and counts them towards it"),
        ('counts = "rejection", percent_min = 0, ', 1, 9, 1, "grows with those against, and counts them towards it"),
        ('counts = "for", percent_min = 5, ', 1, 9, 1, "is a share and one that grows"),
        ('counts = "for", ', 10, 9, 1, "bps_min is 10; give 0 to 9"),
        ('counts = "for", ', 0, 0, 1, "bps_max is 0; give 1 to 10000"),
        ('counts = "for", ', 0, 10_001, 1, "bps_max is 10001"),
        ('counts = "for", ', 0, 9, COEFFICIENT_MAX + 1, "coefficient is 4294967296"),
    ],
)
def test_a_quorum_that_grows_has_its_bounds(more, least, most, coefficient, fact):
    grows = f"dynamic = {{ bps_min = {least}, bps_max = {most}, coefficient = {coefficient} }}"
    with pytest.raises(Refusal, match=fact):
        Moot(text=saying("ranking", *YES_NO, f'quorum = {{ basis = "eligible", {more}{grows} }}'))


def test_a_quorum_that_grows_of_nobody_is_refused():
    with pytest.raises(Refusal, match="asks for a part of nothing"):
        quorum = 'quorum = { basis = "none", counts = "for", dynamic = { bps_min = 1, bps_max = 9, coefficient = 1 } }'
        Moot(text=saying("ranking", *YES_NO, quorum))


def opened(text: str) -> dict:
    moot = Moot(members=2, text=text)
    moot.poll()
    return parse_own(moot.log()[-1])


def test_a_poll_whose_terms_name_none_of_it_is_logged_as_it_ever_was():
    assert opened(saying("ranking"))["kind"] == "PollOpened"
    assert (
        opened(saying("ranking", *YES_NO, 'quorum = { basis = "eligible", percent_min = 9, counts = "all_valid" }'))["kind"] == "PollOpened"
    )
    line = opened(saying("ranking", *YES_NO, 'quorum = { basis = "eligible", percent_min = 9, counts = "for" }'))
    assert line["kind"] == "PollOpened.2" and line["body"]["conditions"]["counts"] == "for"
    assert line["body"]["terms"]["quorum"] == {"basis": "eligible", "percent_min": 9}


CHANGED = {
    "a quorum of other ballots": ("PollOpened.2", {"conditions__counts": "rejection"}),
    "no time after a late quorum": ("PollOpened.2", {"conditions__late_quorum_minutes": 0}),
    "no time to object": ("PollOpened.2", {"conditions__objection": None}),
    "no early end of a poll with conditions": ("PollOpened.2", {"terms__ends": []}),
}


def with_conditions() -> Moot:
    """A poll with every condition that a charter can set."""
    lines = ('secrecy = "open"', "replaceable = false", 'ends = ["early"]', "hand_after_minutes = 0", "late_quorum_minutes = 9")
    quorum = 'quorum = { basis = "eligible", percent_min = 9, counts = "for" }'
    moot = Moot(members=2, text=saying("ranking", *YES_NO, quorum, *lines, "objection = { days = 1, percent_min = 5 }"))
    moot.poll()
    return moot


@pytest.mark.parametrize("name", CHANGED)
def test_conditions_are_frozen_as_the_charter_has_them(name):
    kind, fields = CHANGED[name]
    report = verify(rewritten(with_conditions(), of_kind(kind, **fields)))
    assert "is frozen otherwise than the charter says" in str(report.problem)


@pytest.mark.parametrize(("text", "kind", "other"), [("", "PollOpened", "PollOpened.2"), ("counts", "PollOpened.2", "PollOpened")])
def test_each_poll_is_opened_by_the_kind_that_can_state_it(text, kind, other):
    lines = [*YES_NO, 'quorum = { basis = "eligible", percent_min = 9, counts = "for" }'] if text else []
    moot = Moot(members=2, text=saying("ranking", *lines))
    moot.poll()

    def change(line: dict) -> None:
        if line["kind"] == kind:
            line["kind"] = other
            line["body"].pop("conditions", None)
            if other == "PollOpened.2":
                line["body"]["conditions"] = {"counts": "all_valid", "dynamic": None, "late_quorum_minutes": 0, "objection": None}

    assert "is frozen otherwise than the charter says" in str(verify(rewritten(moot, change)).problem)


steps = st.lists(st.tuples(st.sampled_from("pswo"), st.integers(0, 4), st.sampled_from(["1", "2", "3", "", "1>2"])), max_size=30)


@given(steps, st.lists(st.integers(1, 9), min_size=5, max_size=5))
@example([(what, 0, choice) for what, choice in ("p1", "p2", "p3", "s-", "s-", "o1", "p2", "s-", "w-")], [2, 3, 5, 7, 9])
def test_votes_that_are_kept_up_are_those_that_are_counted_afresh(steps, powers):
    book = RollBook()
    book.enter(range(5), powers, range(5))
    kept = Ballots.none_yet(0, book.roll(), sealed=True)
    assert kept.votes.cast.voters == 0
    for number, (what, who, choice) in enumerate(steps, 1):
        member, there = MemberId.of(who), kept.cast_by(f"m{who}")
        if what == "p":
            kept.put(member, number, choice)
        elif what == "s":
            kept.seal(member, number, "0" * 64)
        elif what == "w" and there >= 0:
            kept.withdraw(member)
        elif what == "o" and there in kept.sealed():
            kept.open(there, choice)
        assert kept.votes == kept.held_still().votes
        assert (kept.votes.cast.voters, kept.votes.cast.power) == (kept.cast, kept.cast_power)
