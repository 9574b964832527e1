"""Whatever stands in `engine/rules/voting` is explained, exact, and keeps every promise it makes."""

import doctest
import inspect
import re
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import rules
from engine.elections.election import Election
from engine.elections.outcome import Outcome
from engine.refusals import Refusal
from tests.digests import settings as parameter_combinations
from tests.rules.promises import LAWS, some

RULES = [rules.rule("voting", name) for name in rules.names("voting")]
BY_NAME = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
PROMISES = [(rule, promise) for rule in RULES for promise in sorted(rule.promises)]


def parameter_settings(rule: rules.Rule) -> list[dict]:
    """Settings of the rule's parameters, without those that it refuses together, whatever the ballots are."""
    return settings_of(rule.name)


@cache
def settings_of(name: str) -> list[dict]:
    rule = rules.rule("voting", name)
    return [given for given in parameter_combinations(rule) if takes(rule, given)]


def takes(rule: rules.Rule, given: dict) -> bool:
    names, kind = rule.roles or ("a", "b", "c"), rule.ballots[0]
    row = list(range(len(names))) if kind == "ranked" else [int(place == 0) for place in range(len(names))]
    sample = Election.of(names, kind, [row], None, [1] * len(names), len(names))
    sample.eligible = sample.active = 1
    try:
        rules.count(rule, sample, given)
    except Refusal as refusal:
        return refusal.code != "parameter_wrong"
    return True


def given_parameters(rule: rules.Rule, data: st.DataObject) -> dict:
    return data.draw(st.sampled_from(parameter_settings(rule)))


@pytest.mark.parametrize(("rule", "promise"), PROMISES, ids=lambda item: getattr(item, "name", item))
@given(data=st.data())
def test_a_promise_is_kept(rule, promise, data):
    kept = [given for given in parameter_settings(rule) if rule.keeps(promise, given)]
    LAWS[promise](rule, data.draw(st.sampled_from(kept)), data)


def test_which_promises_are_about_complete_ballots_is_said():
    assert {name for name, law in LAWS.items() if "election = _strict(data" in inspect.getsource(law)} - {
        "monotonicity"
    } == rules.ON_COMPLETE


def test_other_names_of_rules_are_names():
    assert all(rules.called("voting", name) == name for name in rules.names("voting"))
    named = [each for rule in RULES for listed in re.findall(r"Also called ([^.:;]*)[.:;]", rule.page) for each in listed.split(",")]
    assert len(named) == len(set(named)) and all(1 <= len(each.split()) <= 3 for each in named)


@BY_NAME
@given(data=st.data())
@settings(max_examples=40)
def test_what_options_are_called_decides_only_where_that_is_said(rule, data):
    """Polls are counted by numbers, and explained by names: where names decide, no charter may ask for it."""
    election = some(rule, data)
    if rule.roles:
        return
    given = given_parameters(rule, data)
    if any(given.get(name) in values for name, values in rule.by_names.items()):
        return
    names = data.draw(st.permutations([f"option {number}" for number in range(len(election.options))]))
    called = dict(zip(election.options, names, strict=True))
    one, other = (rules.count(rule, each, given) for each in (election, election.changed(options=names)))
    assert tuple(called[name] for name in one.winners) == other.winners
    assert list(one.scores.values()) == list(other.scores.values())


@BY_NAME
@given(data=st.data())
@settings(max_examples=40)
def test_an_outcome_is_exact_and_explained(rule, data):
    election = some(rule, data)
    outcome = rules.count(rule, election, given_parameters(rule, data))
    assert outcome.steps and all(isinstance(step, str) and step for step in outcome.steps)
    assert list(outcome.scores) == list(election.options)
    assert all(type(score) in (int, Fraction) for score in outcome.scores.values())
    assert [name for name in election.options if name in outcome.winners] == list(outcome.winners)
    assert bool(outcome.winners) or rule.elects == "budget" or ("voters_min" in rule.parameters and not any(outcome.scores.values()))
    assert rule.elects != "one" or (len(outcome.winners) > 1) == bool(outcome.ties)
    assert no_float(outcome)


def no_float(value: object) -> bool:
    if isinstance(value, Outcome):
        return all(no_float(getattr(value, name)) for name in ("scores", "facts", "ties"))
    if isinstance(value, dict):
        return all(no_float(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(no_float(item) for item in value)
    return not isinstance(value, float)


@BY_NAME
def test_a_rule_has_a_page_with_a_source_and_a_worked_example(rule):
    assert "Source" in rule.page or "source" in rule.page
    assert doctest.DocTestParser().get_examples(inspect.getmodule(rule.function).__doc__)
    assert set(rule.promises) <= set(LAWS)
    assert {"anonymity"} <= rule.promises


@BY_NAME
def test_a_wrong_parameter_is_refused_by_name(rule):
    with pytest.raises(Refusal, match="is not a parameter"):
        rule.complete({"sense": 1})
    for name in rule.parameters:
        with pytest.raises(Refusal, match="parameter_wrong"):
            rule.complete({name: "nonsense"})


@BY_NAME
def test_an_election_without_ballots_is_refused_unless_silence_is_an_answer(rule):
    if rule.silence:
        silent = Election.read("options: yes, no\neligible: 9")
        assert rules.count(rule, silent, {}).winners == ("yes",)
        return
    with pytest.raises(Refusal, match="has no ballots"):
        rules.count(rule, Election.of("ab", rule.ballots[0], [], [], [1, 1], 1), rule.unseeded({}))


def test_a_rule_file_is_all_it_takes(tmp_path, monkeypatch):
    """CONTRIBUTING.md says so; this drops one in."""
    from engine import catalogue
    from engine.rules import voting

    (tmp_path / "last_named.py").write_text(
        '"""The last option wins."""\n'
        "from engine.elections.outcome import Outcome, Step\n"
        "from engine.elections.work import read_once\n"
        "from engine.rules import voting_rule\n\n"
        '@voting_rule(ballot="single", elects="one", work=read_once, promises={"anonymity"})\n'
        "def last_named(election):\n"
        "    return Outcome('last_named', election.options[-1:], dict.fromkeys(election.options, 0), (), lambda: [Step('the last')])\n"
    )
    monkeypatch.setattr(voting, "__path__", [*voting.__path__, str(tmp_path)])
    monkeypatch.setattr(catalogue, "names", lambda folder: ("last_named",))
    assert rules.tally("last_named", Election.read("3: a\n2: b")).winners == ("b",)
