"""Yes-or-no decisions in a community: what passes, what silence means, and what a charter may ask of them."""

from __future__ import annotations

import pytest

from engine.elections.election import Election
from engine.features.polls.state import Active, Polls
from engine.kernel import charter as charters
from engine.refusals import Refusal
from engine.rules import check_roles, rule, tally
from engine.verify import verify
from tests.moot import Moot, without_early_ends


def charter_by(rule: str, parameters: str = "") -> str:
    text = (
        charters.preset("product")
        .replace('rule = "schulze"', f'rule = "{rule}"\n{parameters}')
        .replace('ties = "lot"', 'ties = "status_quo"')
    )
    if rule in ("optimistic", "lazy_consensus"):
        text = without_early_ends(text)
    return text.replace('{ basis = "eligible", percent_min = 20 }', '{ basis = "none" }')


def moot_by(rule: str, parameters: str = "", members: int = 9) -> Moot:
    return Moot(members=members, text=charter_by(rule, parameters))


@pytest.mark.parametrize(
    ("parameters", "choices", "passes"),
    [
        ("", ["1", "1", "2"], True),
        ("", ["1", "2"], False),
        ("parameters = { strictly = false }", ["1", "2"], True),
        ('parameters = { share = "2/3" }', ["1", "1", "2"], False),
        ('parameters = { share_of = "eligible" }', ["1"] * 5, False),
        ('parameters = { share_of = "eligible" }', ["1"] * 6, True),
        ('parameters = { share_of = "all_valid" }', ["1", "3", "3"], False),
        ('parameters = { quorum = "1/2", quorum_basis = "for" }', ["1"] * 4 + ["3"] * 3, False),
        ('parameters = { quorum = "1/2", quorum_basis = "for_abstain" }', ["1"] * 2 + ["3"] * 3, True),
        ('parameters = { quorum = "1/2", quorum_basis = "for_abstain" }', ["1"] * 3 + ["2"] * 2, False),
        ('parameters = { quorum = "1/2", quorum_basis = "all_valid" }', ["1"] * 3 + ["2"] * 2, True),
        ('parameters = { quorum = "1/2" }', ["1"] * 3, False),
        ('active_days = 30\nparameters = { quorum = "1/2", quorum_of = "active" }', ["1"] * 3, True),
    ],
)
def test_what_passes(parameters, choices, passes):
    moot = moot_by("yes_no", parameters)
    moot.idea()  # somebody who is active
    poll = moot.poll()
    moot.vote(poll, *choices)
    moot.end(poll)
    assert moot.of(Polls)[poll].result.winners == ((1,) if passes else (2,))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize(
    ("rule", "against", "passes"),
    [("optimistic", 0, True), ("optimistic", 3, True), ("optimistic", 4, False), ("lazy_consensus", 0, True), ("lazy_consensus", 1, False)],
)
def test_silence_is_consent(rule, against, passes):
    """Ten may vote: four against are the first to be a third of them."""
    moot = moot_by(rule)
    poll = moot.poll()
    moot.vote(poll, *["2"] * against)
    moot.end(poll)
    result = moot.of(Polls)[poll].result
    assert (result.status, result.winners) == ("decided", (1,) if passes else (2,))
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_poll_whose_options_have_roles_names_them_all():
    with pytest.raises(Refusal, match="4 options where its rule asks about for, against, abstain"):
        moot_by("yes_no").poll(options=4)


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (('ties = "status_quo"', 'ties = "lot"'), "asks about for, against, abstain"),
        (('"1/2"', '"3/2"'), "is '3/2'"),
        (('"1/2"', '"0.5"'), "0.5"),
        (('"1/2"', '"1/0"'), "1/0"),
        (("yes_no", "optimistic"), "takes silence for an answer"),
    ],
)
def test_a_charter_that_asks_wrongly_is_refused(change, fact):
    text = charter_by("yes_no", 'parameters = { share = "1/2" }')
    if change[1] == "optimistic":
        text = text.replace('{ basis = "none" }', '{ basis = "eligible", percent_min = 20 }')
    with pytest.raises(Refusal, match=fact):
        Moot(text=text.replace(*change))


def test_a_file_that_does_not_say_how_many_may_vote_cannot_meet_a_quorum():
    with pytest.raises(Refusal, match="eligible: 500"):
        tally("yes_no", Election.read("3: yes\n2: no"), quorum="1/2")
    assert tally("yes_no", Election.read("eligible: 9\n3: yes\n2: no"), quorum="1/2").winners == ("yes",)


def test_more_than_all_is_never_reached_and_refused():
    with pytest.raises(Refusal, match="more than all is never reached"):
        tally("yes_no", Election.read("options: for, against\n3: for"), share="1")


def test_more_ballots_than_could_be_cast_are_refused():
    with pytest.raises(Refusal, match="more ballots than the 3"):
        Election.read("eligible: 3\n10: for")


def test_where_no_option_has_the_votes_it_needs_things_stay_as_they_are():
    text = charters.preset("product").replace('rule = "schulze"', 'rule = "impact"\nparameters = { voters_min = 17 }\npoints_max = 1000')
    moot = Moot(members=3, text=text.replace('ties = "lot"', 'ties = "oldest"'))
    poll = moot.poll()
    moot.vote(poll, "1:900", "2:10")
    moot.end(poll)
    result = moot.of(Polls)[poll].result
    assert (result.status, result.winners) == ("uncountable", ())
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


@pytest.mark.parametrize(
    ("rule", "parameters"), [("yes_no", 'parameters = { share = "1" }'), ("stv", "parameters = { seats = 1, decimals = 13 }")]
)
def test_a_charter_whose_rule_refuses_its_parameters_is_no_charter(rule, parameters):
    """Else its polls could be neither closed nor voided."""
    text = charter_by(rule, parameters).replace('ties = "status_quo"', 'ties = "oldest"' if rule == "stv" else 'ties = "status_quo"')
    with pytest.raises(Refusal, match="parameters do not fit"):
        Moot(text=text)


@pytest.mark.parametrize(("days_since", "active", "status"), [(29, 8, "no_quorum"), (30, 8, "no_quorum"), (31, 1, "decided")])
def test_a_quorum_of_the_active_asks_less_where_fewer_took_part_of_late(days_since, active, status):
    """Eight vote, and days later two do: that is less than 30 % of eight, and enough of the one who has written since."""
    text = charters.preset("product").replace(
        'quorum = { basis = "eligible", percent_min = 20 }\nties = "lot"',
        'quorum = { basis = "active", percent_min = 30 }\nactive_days = 30\nties = "lot"',
    )
    moot = Moot(members=9, text=text)
    moot.idea()
    moot.vote(moot.poll(), *["1 > 2 > 3"] * 8)
    moot.wait(days_since * 24 * 60)
    if active == 1:
        with pytest.raises(Refusal, match="a quorum of the active, of whom there is nobody"):
            moot.poll()
        moot.idea("m3")
    poll = moot.poll()
    moot.vote(poll, "1 > 2 > 3", "1 > 3 > 2")
    moot.end(poll)
    ended = moot.of(Polls)[poll]
    assert ended.asked.electorate.active == Active(active, active)
    assert ended.result.status == status
    assert verify(moot.community.store, allow_unsigned=True).verdict == "sound"


def test_a_charter_that_asks_for_the_active_says_who_they_are():
    with pytest.raises(Refusal, match="active_days is missing"):
        Moot(text=charter_by("yes_no", 'parameters = { quorum = "1/2", quorum_of = "active" }'))
    with pytest.raises(Refusal, match="active_days is 9999"):
        Moot(text=charter_by("yes_no", "active_days = 9999"))


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("percent_min = 20", "percent_min = 0", 'asks for 0 % of somebody; give percent_min, or basis = "none"'),
        ('rule = "schulze"', 'rule = "yes_no"\nparameters = { quorum = "3/2" }', 'or a share from 0 to 1 such as "2/3"'),
        ('rule = "schulze"', 'rule = "yes_no"\nparameters = { quorum = 0.5 }', 'or a share from 0 to 1 such as "2/3"'),
        (
            'quorum = { basis = "eligible", percent_min = 50 }',
            'quorum = { basis = "active", percent_min = 50 }\nactive_days = 9',
            "where nobody is, this charter could not be changed",
        ),
    ],
)
def test_a_charter_whose_parts_are_none_is_refused(old, new, fact):
    with pytest.raises(Refusal) as refused:
        Moot(text=charters.preset("product").replace(old, new))
    assert fact in str(refused.value)


def test_where_nobody_is_asked_nobody_need_be_active():
    moot = moot_by("yes_no", 'active_days = 30\nparameters = { quorum = "0", quorum_of = "active" }')
    assert moot.poll()


def test_the_steps_say_which_option_is_for_it():
    """The one named first, whatever it is called."""
    outcome = tally("yes_no", Election.read("5: build\n6: wait"))
    assert outcome.steps[0] == "for: build 5; against: wait 6; abstaining 0"
    for name in ("yes_no", "optimistic", "lazy_consensus"):
        with pytest.raises(Refusal, match="the option 'no' stands first, and .* would count it as for; say in which order"):
            check_roles(rule("voting", name), Election.read("eligible: 90\n5: no\n6: yes").options)
    with pytest.raises(Refusal, match="list what stands for each, in that order"):
        tally("yes_no", Election.read("9: yes"))
    missed = tally("yes_no", Election.read("eligible: 90\n6: yes\n3: no"), quorum="1/2")
    assert missed.steps[-1] == "6 of 9 for and against is more than 1/2: without its quorum it does not pass"


def test_orders_read_as_single_ballots_keep_who_could_vote():
    votes = Election.of_orders(2, [[0, 1], [1, 0], [0, 1]])
    votes.eligible, votes.active = 5, 2
    assert tally("yes_no", votes, quorum="1/2", quorum_of="active").winners == ("0",)


def test_a_file_says_how_many_are_active():
    votes = "eligible: 90\nactive: 9\n3: yes\n2: no"
    assert tally("yes_no", Election.read(votes), quorum="1/2", quorum_of="active").winners == ("yes",)
    assert tally("yes_no", Election.read(votes), quorum="1/2").winners == ("no",)
    with pytest.raises(Refusal, match="active: 300"):
        tally("yes_no", Election.read("3: yes\n2: no"), quorum="1/2", quorum_of="active")
    with pytest.raises(Refusal, match="has nobody active"):
        tally("yes_no", Election.read("active: 0\n3: yes\n2: no"), quorum="1/2", quorum_of="active")
    with pytest.raises(Refusal, match="has 91 active and 90 who could vote"):
        Election.read("eligible: 90\nactive: 91\n3: yes")
