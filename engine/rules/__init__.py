"""Rules: one file is one choice a charter can make.

A rule is a decorated function. Its keyword-only arguments are its parameters: the signature is the schema. The file's
name is the rule's name; `borda_2.py` is version 2 of borda, and version 1 stays, because old polls name it.

>>> tally("plurality", Election.read("3: garden\\n2: pool")).winners
('garden',)
>>> tally("pluralty", Election.read("3: garden"))
Traceback (most recent call last):
engine.refusals.Refusal: rule_unknown: voting rule 'pluralty' is not known here; did you mean 'plurality'?
>>> tally("IRV", Election.read("3: garden"))
Traceback (most recent call last):
engine.refusals.Refusal: rule_unknown: voting rule 'IRV' is called instant_runoff here; name instant_runoff
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_type_hints

from engine import catalogue
from engine.elections.election import Election
from engine.elections.kinds import Kind
from engine.elections.outcome import Outcome
from engine.elections.work import Shape, Work, check_work, never, read_once
from engine.limits import DECIMAL_DIGITS_MAX
from engine.refusals import refuse
from engine.rules.parameters import allowed, fits
from engine.rules.secrecy import Secrecy
from engine.values import Digest, Money, Points, PositiveMoney, Power, Share, is_whole

Parameters = dict[str, Any]
AMOUNTS = (Money, Points, Power, PositiveMoney)
"""Parameters of these types are written as decimals in quotes; a charter may leave the quotes out."""
FAMILIES = ("voting", "funding", "lot", "power", "earning", "reward", "metric", "secrecy")
"""The sockets, each a folder of rules."""
ON_COMPLETE = frozenset({"majority_loser", "condorcet_loser", "clone_independence", "reversal_symmetry", "resolvability"})
"""Promises about rankings that hold where every ballot ranks all options, no two equal, as the literature states them."""
NO_SEED = Digest("0" * 64)
"""What stands where a seed will be drawn."""


@dataclass(frozen=True)
class Rule:
    """One rule: what it is called, what it takes, what it promises, and the function that is it."""

    family: str
    name: str
    function: Callable[..., Any]
    parameters: Mapping[str, tuple[Any, Any]]
    """Name to (type, default); a default of `inspect.Parameter.empty` means it must be given."""
    ballots: tuple[Kind, ...] = ()
    elects: Literal["", "one", "several", "budget"] = ""
    scores: str = ""
    """What a voting rule's scores are, in the plural: votes, points."""
    strict: bool = False
    """Whether it takes only ballots that rank no two options equal."""
    roles: tuple[str, ...] = ()
    """What its options stand for, by their places, if they have roles; the last may be left out."""
    silence: bool = False
    """Whether it gives an answer without any ballot."""
    rounds: bool = False
    """Whether it counts in rounds and tells the scores of those before the last."""
    several_seats: bool = False
    """Whether an option may win several seats: its score is how many."""
    settles_by: Literal["", "sums", "roles"] = ""
    """How one can tell, before everybody has voted, that no ballot still to come changes who wins: the options with the highest sums of
    what ballots give them win; or a vote for, against or abstaining only ever helps that side. Empty where it is not proved."""
    promises: frozenset[str] = frozenset()
    provided: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    """For promises that only some parameters keep, those parameters: parameter to values."""
    by_names: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Parameters under which what options are called decides, with their values: no poll is counted so, whose options go by numbers."""
    reads_points: bool = False
    work: Work = read_once
    """At most how much work a count takes, by the shape of the election."""
    gives_up: Callable[[Shape], bool] = never
    """Whether a count of such a shape may be refused as too large, once its ballots are known."""

    @property
    def taken(self) -> tuple[Kind, ...]:
        """The kinds of ballot a poll by it can ask for: a budget by approvals also takes knapsacks, and nobody casts money."""
        knapsack: tuple[Kind, ...] = ("knapsack",) if self.elects == "budget" and "approval" in self.ballots else ()
        return tuple(kind for kind in self.ballots[:1] + knapsack + self.ballots[1:] if kind != "gifts" or self.family == "funding")

    @property
    def takes_seed(self) -> bool:
        """Whether it involves chance: in a poll, the seed is that of its draw."""
        return "seed" in self.parameters

    def unseeded(self, given: Mapping[str, Any]) -> Parameters:
        """Parameters as a poll freezes them: no seed stands where one will be drawn."""
        return {**given, "seed": NO_SEED} if self.takes_seed else dict(given)

    @property
    def version(self) -> str:
        """`borda@1`."""
        stem, _, number = self.name.rpartition("_")
        return f"{stem}@{number}" if stem and is_whole(number) else f"{self.name}@1"

    @property
    def page(self) -> str:
        """The manual page: the docstring of the rule's file."""
        return inspect.cleandoc(inspect.getmodule(self.function).__doc__ or "(This rule has no page yet.)")

    def keeps(self, promise: str, given: Mapping[str, Any]) -> bool:
        """Whether the rule makes a promise when counted with these parameters."""
        complete = self.complete(given)
        return promise in self.promises and all(complete[name] in kept for name, kept in self.provided.get(promise, {}).items())

    def complete(self, given: Mapping[str, Any]) -> Parameters:
        """All parameters written out; refused when one is unknown, missing or out of bounds."""
        for name in given:
            if name not in self.parameters:
                raise refuse(
                    "parameter_wrong", "{rule}.{name}", "is not a parameter of this rule", "{near}",
                    rule=self.name, name=name, near=catalogue.did_you_mean(name, sorted(self.parameters)),
                )  # fmt: skip
        values = {}
        for name, (hint, default) in self.parameters.items():
            value = given.get(name, default)
            if value is inspect.Parameter.empty:
                raise refuse(
                    "parameter_wrong", "{rule}.{name}", "is not given", "give {allowed}", rule=self.name, name=name, allowed=allowed(hint)
                )
            if hint in AMOUNTS and isinstance(value, str) and is_whole(value) and len(value) <= DECIMAL_DIGITS_MAX:
                value = int(value)
            if hint is Share and type(value) is int:
                value = str(value)  # 0 or 1, as people type them
            if not fits(value, hint):
                raise refuse(
                    "parameter_wrong", "{rule}.{name}", "is {value!r}", "give {allowed}",
                    rule=self.name, name=name, value=value, allowed=allowed(hint),
                )  # fmt: skip
            values[name] = value
        return values

    def written(self, given: Mapping[str, Any]) -> Parameters:
        """All parameters as an event states them: amounts as decimals in quotes."""
        return {name: str(value) if self.parameters[name][0] in AMOUNTS else value for name, value in self.complete(given).items()}


def rule(family: str, name: str) -> Rule:
    """The rule of a family by its name, imported when it is asked for."""
    if name not in names(family) and (known := called(family, name)):
        raise refuse(
            "rule_unknown", "{family} rule {name!r}", "is called {known} here", "name {known}", family=family, name=name, known=known
        )
    rule = catalogue.load(f"engine.rules.{family}", name)
    assert isinstance(rule, Rule), f"{family}/{name}.py must define a rule called {name}"
    return rule


def called(family: str, name: str) -> str | None:
    """The rule that people elsewhere call `name`.

    >>> called("voting", "alternative vote"), called("voting", "mes")
    ('instant_runoff', 'equal_shares')
    """
    return _also_called(family).get(_bare(name)) if family == "voting" else None


@cache
def _also_called(family: str) -> dict[str, str]:
    """Other names for a family's rules, as their pages give them (`Also called IRV, alternative vote.`), and which rule each means."""
    aliases = {_bare(name): name for name in names(family)}
    for name in names(family):
        for listed in re.findall(r"Also called ([^.:;]*)[.:;]", rule(family, name).page):
            aliases = {_bare(other.removeprefix(" or ")): name for other in listed.split(",")} | aliases
    return aliases


def _bare(name: str) -> str:
    return re.sub(r"\W|_", "", name.lower())


def rule_of_version(family: str, version: str) -> Rule:
    """The rule that a log names as `borda@1`; `cannot_recount` when this copy lacks it."""
    stem, _, number = version.partition("@")
    name = stem if number == "1" else f"{stem}_{number}"
    if name not in catalogue.names(f"engine.rules.{family}"):
        raise refuse(
            "cannot_recount", "{family} rule {version}", "is not known to this copy", "use a newer folkmoot", family=family, version=version
        )
    return rule(family, name)


@cache  # every ballot asks for its poll's
def secrecy(name: str) -> Secrecy:
    """The secrecy of a name, such as `until_close`."""
    secrecy = catalogue.load("engine.rules.secrecy", name)
    assert isinstance(secrecy, Secrecy), f"secrecy/{name}.py must define a Secrecy called {name}"
    return secrecy


def names(family: str) -> tuple[str, ...]:
    return catalogue.names(f"engine.rules.{family}")


@cache
def digests() -> dict[str, str]:
    """The behaviour digest of every rule by `family/name@version`, as `make digests` wrote them."""
    recorded: dict[str, str] = json.loads((files("engine.rules") / "digests.json").read_text())
    return recorded


def digest_of(rule: Rule) -> str:
    return digests()[f"{rule.family}/{rule.version}"]


def check_digest(family: str, version: str, digest: str) -> None:
    """Refuse, as `cannot_recount`, a rule that this copy lacks or that behaves differently in it."""
    if digest_of(rule_of_version(family, version)) != digest:
        raise refuse(
            "cannot_recount", "{family} rule {version}", "behaves differently in this copy", "use the version it was named with",
            family=family, version=version,
        )  # fmt: skip


def counting_rule(name: str) -> Rule:
    """The voting or funding rule of a name or, as a log names it, of a version such as `borda@1`."""
    if not isinstance(name, str):
        raise TypeError("tally(rule, election): the rule's name comes first")
    bare = name.partition("@")[0]
    family = "funding" if bare in names("funding") and bare not in names("voting") else "voting"
    chosen = rule_of_version(family, name) if "@" in name else rule(family, name)
    if not chosen.ballots:
        raise refuse("rule_unknown", "the rule {name!r}", "does not count ballots", "see its page: folkmoot rules", name=name)
    return chosen


def tally(name: str, election: Election, **parameters: Any) -> Outcome:
    """What the voting or funding rule `name` makes of an election. Law 1: exact; law 2: ties are values."""
    return count(counting_rule(name), election, parameters)


def terms(rule: Rule, election: Election, given: Mapping[str, Any]) -> Parameters:
    """All the parameters with which a rule counts an election; the number of seats may have come with the ballots."""
    if "seats" in rule.parameters and "seats" not in given and election.seats is not None:
        given = {**given, "seats": election.seats}
    return rule.complete(given)


NO, YES = frozenset({"no", "nay", "against"}), frozenset({"yes", "aye", "for"})
"""Names of options that show which role they play."""


def check_roles(rule: Rule, options: Sequence[str]) -> None:
    """Refuse options of a file whose names show that they are not in the order of the rule's roles: a file lists them
    as they come up.

    Of these rules, none looks at names; whoever reads a file does, before it is counted.
    """
    if rule.roles and len(options) > 1 and (options[0].casefold() in NO or options[1].casefold() in YES):
        raise refuse(
            "election_wrong", "the option {options!r}", "stands first, and {rule} would count it as {roles}",
            "say in which order they stand, such as options: yes, no, or rename it", options=options[0], rule=rule.name, roles=rule.roles[0]
        )  # fmt: skip


def count(rule: Rule, election: Election, parameters: Mapping[str, Any]) -> Outcome:
    complete = terms(rule, election, parameters)
    if rule.roles and not len(rule.roles) - 1 <= len(election.options) <= len(rule.roles):
        raise refuse(
            "election_wrong", "the election", "has {options_count} options",
            "{rule} asks about {roles}: list what stands for each, in that order (options: yes, no)",
            options_count=len(election.options), rule=rule.name, roles=", ".join(rule.roles),
        )  # fmt: skip
    if not election.rows and not rule.silence:
        raise refuse("election_wrong", "the election", "has no ballots", "count it when somebody has voted")
    if rule.elects == "budget" and election.budget is None:
        raise refuse(
            "election_wrong", "the election", "has no budget and costs",
            "{rule} shares out a budget: give a .pb file, or the lines costs: and budget:", rule=rule.name
        )  # fmt: skip
    if rule.family == "voting":
        check_work(rule.name, rule.work, shape_of(election.rows, election.options, complete, election.points_max))
    outcome: Outcome = rule.function(election.as_kind(rule.ballots), **complete)
    return replace(outcome, rule=rule.version)


def shape_of(ballots: int, options: Sequence[object], parameters: Mapping[str, Any], points: int = 1) -> Shape:
    """What the work of a count depends on."""
    return Shape(ballots, len(options), parameters.get("seats", 1), points, parameters)


def voting_rule(
    *,
    ballot: Kind | Sequence[Kind],
    elects: Literal["one", "several", "budget"],
    work: Work,
    promises: set[str] | frozenset[str],
    gives_up: Callable[[Shape], bool] = never,
    provided: Mapping[str, Mapping[str, tuple[Any, ...]]] | None = None,
    scores: str = "votes",
    strict: bool = False,
    roles: tuple[str, ...] = (),
    silence: bool = False,
    rounds: bool = False,
    by_names: Mapping[str, tuple[Any, ...]] | None = None,
    several_seats: bool = False,
    settles_by: Literal["", "sums", "roles"] = "",
) -> Callable[[Callable[..., Outcome]], Rule]:
    """A function of an election becomes a voting rule. `scores` says what its scores are, `strict` that it takes no
    ballot that ranks two options equal, `roles` what its options stand for (the last may be left out), `silence` that
    it gives an answer without ballots, `rounds` that its outcome tells earlier rounds, `several_seats` that an option may win several,
    `by_names` with which values of parameters what options are called decides, `settles_by` how one can tell that the ballots still to come change nothing, `work` at most how much
    work it takes, `gives_up` where it may be refused for all that. `promises` are checked by Hypothesis, those in `provided` only with
    these values of parameters."""
    ballots: tuple[Any, ...] = (ballot,) if isinstance(ballot, str) else tuple(ballot)

    def make(function: Callable[..., Outcome]) -> Rule:
        made = _rule("voting", function)
        return replace(
            made,
            ballots=ballots,
            elects=elects,
            scores=scores,
            strict=strict,
            roles=roles,
            silence=silence,
            rounds=rounds,
            promises=frozenset(promises),
            provided=provided or {},
            by_names=by_names or {},
            several_seats=several_seats,
            settles_by=settles_by,
            work=work,
            gives_up=gives_up,
        )

    return make


def power_rule(*, reads_points: bool) -> Callable[[Callable[..., list[int]]], Rule]:
    """A function of members' points becomes a power rule; one that does not read points weighs each member on her own."""

    def make(function: Callable[..., list[int]]) -> Rule:
        return replace(_rule("power", function), reads_points=reads_points)

    return make


def funding_rule(function: Callable[..., Any]) -> Rule:
    """A function of gifts becomes a funding rule: an election by amounts of money that each contributor gives to options."""
    made = _rule("funding", function)
    takes_gifts = next(iter(get_type_hints(function).values()), None) is Election
    return replace(made, ballots=("gifts",) if takes_gifts else (), scores="money")


def lot_rule(function: Callable[..., Any]) -> Rule:
    """A function of people and a seed becomes a rule that draws."""
    return _rule("lot", function)


def earning_rule(function: Callable[..., Any]) -> Rule:
    return _rule("earning", function)


def reward_rule(function: Callable[..., Any]) -> Rule:
    return _rule("reward", function)


def metric_rule(function: Callable[..., Any]) -> Rule:
    return _rule("metric", function)


def _rule(family: str, function: Callable[..., Any]) -> Rule:
    hints = get_type_hints(function)
    parameters = {
        name: (hints[name], parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    return Rule(family, function.__name__, function, parameters)


__all__ = ["FAMILIES", "Election", "Outcome", "Rule", "rule", "tally"]
