"""What other rules would have made of a closed poll: counted once, outside every lock, within a bound, and never before it is closed."""

from __future__ import annotations

import json
import re
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import other_rules
from api.long_work import LongWork
from api.pages.comparison import spoken, verdicts
from api.views import view_of
from engine import rules
from engine.features.ideas.comment import CommentIdea
from engine.features.polls.cast import CastBallot
from engine.features.polls.state import Polls
from engine.kernel.erase import EraseText
from engine.refusals import Refusal
from engine.rules.comparing import compare
from tests.api.conftest import HTML
from tests.api.test_ballot_files import BUDGETS, POLLS, choices, held
from tests.delegating import OPEN, delegate, hold


def closed(moot) -> str:
    poll = moot.poll()
    moot.vote(poll, "1>2>3", "1>3", "2>3>1", "3>2>1", "2")
    moot.end(poll)
    return poll


@pytest.mark.parametrize("rule", [name for name in POLLS if name != "random_ballot"])
@given(data=st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_polls_own_rule_says_what_the_poll_said(rule, data):
    """Before ties are broken as the charter says; and what shares out a budget is compared with what does."""
    moot, poll = held(rule, data.draw(st.lists(choices(POLLS[rule][0]), min_size=2, max_size=5)))
    result = moot.of(Polls)[poll].result
    shown = view_of(moot.community, f"{poll}/other-rules")["compared"]
    own = [answer for answer in shown["answers"] if answer["own"]]
    if result.outcome is None:
        return
    assert [answer["rule"] for answer in own] == [rule]
    if result.status == "decided" and not own[0]["tied"]:
        assert own[0]["winners"] == list(result.winners)
    elif result.status == "decided":
        assert set(result.winners) <= set(own[0]["winners"])
    elects = {rules.rule("voting", answer["rule"]).elects for answer in shown["answers"]}
    assert elects <= ({"budget"} if rule in BUDGETS else {"one", "several"})


def test_nothing_is_said_before_a_poll_is_closed(client, moot):
    poll = moot.poll()
    moot.vote(poll, "1>2", "2", "2")
    for headers in ({}, HTML):
        answer = client.get(f"/polls/{poll}/other-rules", headers=headers)
        assert answer.status_code == 409
    assert client.get(f"/polls/{poll}/other-rules").json()["code"] == "poll_still_open"
    assert "other-rules" not in client.get(f"/polls/{poll}", headers=HTML).text
    moot.of(Polls)[poll].ended_at = moot.now
    assert client.get(f"/polls/{poll}/other-rules").status_code == 409, "its ballots may still be sealed"
    assert client.get("/polls/p9999/other-rules").status_code == client.get("/polls/m1/other-rules").status_code == 404


def test_it_is_counted_once(client, moot, monkeypatch):
    poll, counts = closed(moot), []
    monkeypatch.setattr(other_rules, "compare", lambda *given, **named: (counts.append(1), compare(*given, **named))[1])
    first = client.get(f"/polls/{poll}/other-rules").json()
    moot.idea("m2")  # the log grows, and the poll stays as it is
    assert client.get(f"/polls/{poll}/other-rules").json() == first
    client.get(f"/polls/{poll}/other-rules", headers=HTML)
    assert counts == [1]


def test_nobody_waits_while_it_is_counted(client, moot, monkeypatch):
    """Others read and write, and of those who ask for the same, some wait and the rest are told to come back."""
    poll, idea = closed(moot), moot.idea("m2")
    begun, go_on = threading.Event(), threading.Event()

    def slow(*given, **named):
        begun.set()
        assert go_on.wait(20)
        return compare(*given, **named)

    monkeypatch.setattr(other_rules, "compare", slow)
    monkeypatch.setattr(other_rules, "_WORK", LongWork("the comparison of rules", 2))
    answers = []
    ask = lambda: answers.append(view_of(moot.community, f"{poll}/other-rules"))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads[0].start()
    assert begun.wait(20)
    threads[1].start()
    moot.do("m3", CommentIdea(idea, "and a roof"))
    assert client.get(f"/polls/{poll}").json()["status"] == "decided"
    while other_rules._WORK._waiting._value:
        threads[1].join(0.01)
    busy = client.get(f"/polls/{poll}/other-rules")
    assert (busy.status_code, busy.json()["code"]) == (503, "server_busy")
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 2 and answers[0] == answers[1]


@pytest.mark.parametrize("moot_text", [OPEN], indirect=True)
def test_where_ballots_have_different_power_it_is_power_that_turns_a_poll(client, moot):
    """Given one who speaks for two others; then it is said that power is counted, not ballots, of which there are fewer."""
    delegate(moot, "m3>m2", "m4>m2")
    poll = moot.poll()
    moot.vote(poll, "1>2>3", "1>2>3")
    moot.do("m5", CastBallot(poll, "2>1>3"))
    hold(moot, poll)
    shown = view_of(moot.community, f"{poll}/other-rules")
    answers = {answer["rule"]: answer for answer in shown["compared"]["answers"]}
    assert (shown["ballots"], shown["power"]) == (3, "5")
    assert (answers["borda"]["swing"], answers["borda"]["swing_in"]) == (2, "power")
    assert "turned to option 1 by ballots with a power of at most 2" in " ".join(other_rules.lines(shown))
    assert "a power of 2, for option 1" in spoken(verdicts(shown))
    said = client.get(f"/polls/{poll}/other-rules", headers=HTML).text
    assert "How much power would turn it" in said and "5 together" in said and "of the 3 ballots" not in said


def test_what_would_take_too_long_is_left_out_by_name(client, moot, monkeypatch):
    monkeypatch.setattr(other_rules, "COMPARING_WORK_MAX", 0)
    poll = closed(moot)
    shown = client.get(f"/polls/{poll}/other-rules").json()["compared"]
    assert [answer["rule"] for answer in shown["answers"]] == ["schulze"]
    (reason,) = [reason for reason in shown["left_out"] if "borda" in reason["rules"]]
    assert "takes too long by so many rules" in reason["why"] and "plurality" in reason["rules"]
    page = client.get(f"/polls/{poll}/other-rules", headers=HTML).text
    assert "takes too long by so many rules" in page and "not looked for" in page


def test_what_was_erased_is_not_shown(client, moot):
    poll = closed(moot)
    assert "option 1" in client.get(f"/polls/{poll}/other-rules", headers=HTML).text
    moot.do("m1", EraseText(int(poll[1:]), "options.1.label", "asked"))
    assert "option 1" not in client.get(f"/polls/{poll}/other-rules", headers=HTML).text
    assert "(erased)" in json.dumps(client.get(f"/polls/{poll}/other-rules").json())


def test_a_poll_without_a_ballot_has_nothing_to_compare(client, moot):
    poll = moot.poll()
    moot.end(poll)
    assert client.get(f"/polls/{poll}/other-rules").json()["fact"] == "was closed without a ballot"
    assert "other-rules" not in client.get(f"/polls/{poll}", headers=HTML).text


def test_the_picture_is_said_in_words_and_has_no_style_of_its_own(client, moot):
    poll = closed(moot)
    page = client.get(f"/polls/{poll}/other-rules", headers=HTML).text
    shown = client.get(f"/polls/{poll}/other-rules").json()
    assert " style=" not in page and page.count("<script") == 1
    assert f'href="/polls/{poll}/other-rules"' in client.get(f"/polls/{poll}", headers=HTML).text
    said = verdicts(shown)
    assert f'aria-label="{spoken(said)}"' in page
    assert sum(verdict.rules for verdict in said) == len(shown["compared"]["answers"])
    assert page.count('<td class="yes"') + page.count('<td class="tie"') == sum(
        len(row["winners"]) for row in shown["compared"]["grid"]["rows"]
    )
    for answer in shown["compared"]["answers"]:
        assert f'href="/rules/{answer["rule"]}"' in page
    assert all(0 <= float(x) <= 96 for x in re.findall(r'x2="([\d.]+)%"', page))


@given(st.data())
@settings(max_examples=50)
def test_the_groups_of_a_picture_hold_every_rule_once(data):
    options = [{"number": number, "label": f"option {number}"} for number in range(1, 4)]
    answer = st.fixed_dictionaries(
        {
            "winners": st.lists(st.integers(1, 3), unique=True).map(sorted),
            "tied": st.booleans(),
            "swing": st.none() | st.integers(1, 9),
            "sought": st.just(True),
            "swing_in": st.just("ballots"),
            "own": st.just(False),
            "rival": st.integers(1, 3),
        }
    )
    answers = [{"rule": f"rule_{number}", **each} for number, each in enumerate(data.draw(st.lists(answer, max_size=12)))]
    for each in answers:
        each["rival"] = each["rival"] if each["swing"] else None
    said = verdicts({"options": options, "winners": [1], "compared": {"answers": answers}})
    assert sum(verdict.rules for verdict in said) == len(answers)
    groups = [group for verdict in said for group in verdict.groups]
    assert sum(len(group.names) + group.more for group in groups) == len(answers)
    assert all((group.part == 100) == (group.swing == max(each["swing"] or 0 for each in answers)) for group in groups if group.swing)
    assert len(groups) == len({(tuple(each["winners"]), each["tied"], each["swing"]) for each in answers})


def test_a_turn_is_given_back_by_who_fails():
    turns = LongWork("the work", 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.taken():
            raise ZeroDivisionError
    with turns.taken(), pytest.raises(Refusal, match="the work is waited for by 1 others"), turns.taken():
        pass
