"""What keeps a poll from opening: each fact, and what closes it (law 10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine import rules
from engine.features.council.seats import Seating, holes
from engine.features.ideas.state import IdeaId, Ideas
from engine.features.polls.state import KEEP, POLL_NOT_READY, POLLS_OPEN_MAX, Option, Polls, Question
from engine.features.polls.terms import Decision, asks_the_active
from engine.features.treasury.state import Treasury
from engine.features.treasury.terms import money_of
from engine.kernel import charter as charters
from engine.kernel.hooks import incompatibilities
from engine.limits import COST_MAX, OPTIONS_PER_POLL_MAX, POWER_TOTAL_MAX, WORK_MAX
from engine.refusals import Refusal, refuse
from engine.state import State

Problems = Iterable[Refusal]


def readiness_problems(state: State, asked: Question, decision: Decision, at: int, council: Seating | None) -> Problems:
    """Each refusal's `fact` completes "cannot open with …"; its way out says what to do."""
    yield from _about_voters(asked)
    yield from _about_options(state, asked, decision)
    rule = rules.rule_of_version("voting", asked.terms.rule.version)
    if rule.elects == "budget":
        yield from _about_money(state, asked)
    elif asked.budget is not None:
        yield _not_ready("a budget its rule does not use", "leave the budget out")
    if (decision.ties == "lot") != (asked.draw_secret is not None):
        yield _not_ready("no secret to draw by", "open it again")
    yield from _about_amendment(state, asked, decision)
    for fact, way_out, values in holes(council) if council is not None else ():
        yield _not_ready(fact, way_out, **values)
    if asked.opens_at < at:
        yield _not_ready("an opening in the past", "leave opens_at out to open it now")
    if state[Polls].unsettled >= POLLS_OPEN_MAX:
        yield _not_ready("{count} other polls open beside it", "close some (ClosePoll)", count=POLLS_OPEN_MAX)


def _about_voters(asked: Question) -> Problems:
    electorate = asked.electorate
    if not electorate.count:
        yield _not_ready("nobody on its roll", "let members join (JoinCommunity) or earn points first")
    if electorate.power > POWER_TOTAL_MAX:
        yield _not_ready("a power of {power}", "cap it in the charter: power_parameters.at_most", power=electorate.power)
    nobody = electorate.active is None or not electorate.active.count
    if asks_the_active(asked.terms.quorum.basis, asked.terms.rule.parameters) and nobody:
        yield _not_ready(
            "a quorum of the active, of whom there is nobody", "let members take part in something first, or ask for a part of all"
        )


def _about_options(state: State, asked: Question, decision: Decision) -> Problems:
    rule, options = rules.rule_of_version("voting", asked.terms.rule.version), asked.options
    needed, roles = 1 if rule.elects == "budget" else 2, rule.roles
    if roles and not len(roles) - 1 <= len(options) <= len(roles):
        yield _not_ready(
            "{count} options where its rule asks about {roles}", "name them in that order", count=len(options), roles=", ".join(roles)
        )
    if len(options) < needed:
        more = {
            "ideas": "bring more ideas to the stage {stage} (supports do that, where the charter says how many)",
            "free": "give more options",
            "amendment": "give the new charter",
        }[decision.options]
        yield _not_ready("{count} of the {needed} options it needs", more, count=len(options), needed=needed, stage=decision.stage)
    if len(options) > OPTIONS_PER_POLL_MAX:
        yield _not_ready("{count} options", "name at most {most}", count=len(options), most=OPTIONS_PER_POLL_MAX)
    if decision.options == "ideas":
        ideas = [option.idea for option in options if option.idea]
        if ideas != sorted(set(ideas), key=IdeaId.seq):
            yield _not_ready("its ideas twice or not oldest first", "name each idea once")
    if decision.options == "amendment" and len(options) != KEEP:
        yield _not_ready("options of its own", "an amendment is adopted or not")
    for option in options:
        yield from _about_option(state, option, decision)


def work_problems(asked: Question) -> Problems:
    """A poll whose count could take too long, or be given up, is not opened: of all ballots there may be on its roll, whatever they say.

    Asked by who opens it and by no audit: how long a count may take is this copy's to say, and no reason why a log would be unlawful.
    """
    rule = rules.rule_of_version("voting", asked.terms.rule.version)
    count = len(asked.options)
    ballots = min(asked.electorate.count, {"single": count + 1, "approval": 1 << count}.get(asked.terms.ballot, asked.electorate.count))
    shape = rules.shape_of(ballots, asked.options, rule.complete(asked.terms.rule.parameters), max(asked.terms.points_max, 1))
    points = count if asked.terms.ballot == "ranked" else max(asked.terms.points_max, 1)
    shape = shape._replace(votes=asked.electorate.power * count * points)
    units = rule.work(shape)
    if units > WORK_MAX:
        yield _not_ready(
            "a count that could take {units:,} steps, of {most:,} at most", "ask about fewer options, or by a rule that takes less work",
            units=units, most=WORK_MAX,
        )  # fmt: skip
    elif rule.gives_up(shape):
        yield _not_ready(
            "a search by {rule} among {count} options that may have to be given up", "ask about fewer options, or by a rule that elects one by one",
            rule=rule.name, count=count,
        )  # fmt: skip


def _about_option(state: State, option: Option, decision: Decision) -> Problems:
    if decision.options == "ideas":
        idea = state[Ideas][option.idea or ""]
        if idea.stage != decision.stage:
            yield _not_ready(
                "idea {idea}, which is {stage}", "choose ideas that are {wanted}", idea=idea.id, stage=idea.stage, wanted=decision.stage
            )
        elif option.version != idea.versions[-1] or option.cost != idea.cost or option.label is not None:
            yield _not_ready("idea {idea} in another version than its last", "open it again", idea=idea.id)
    elif option.idea is not None or (option.label is not None) != (decision.options == "free"):
        yield _not_ready("an option of the wrong sort", "this decision is about {about}", about=decision.options)
    elif option.version is not None or (option.cost is not None and decision.options != "free"):
        yield _not_ready("an option of another sort", "this decision is about {about}", about=decision.options)
    elif option.cost is not None and option.cost > COST_MAX:
        yield _not_ready("a cost out of bounds", "give 0 to {most}", most=COST_MAX)


def _about_money(state: State, asked: Question) -> Problems:
    funds, money, budget = state[Treasury].funds, money_of(state), asked.budget or 0
    if budget <= 0:
        yield _not_ready("no budget", "give budget in OpenPoll")
    elif budget > COST_MAX:
        yield _not_ready("a budget of {budget}", "give at most {most}", budget=money.shown(budget), most=money.shown(COST_MAX))
    elif budget > funds:
        yield _not_ready(
            "a budget of {budget} above the funds of {funds}", "give a smaller budget, or pay in more (PayIn)",
            budget=money.shown(budget), funds=money.shown(funds),
        )  # fmt: skip
    not_final = (*state[Polls].open.values(), *state[Polls].contested.values())
    others = [poll.asked for poll in not_final if poll.asked.budget is not None]
    taken = {option.idea for other in others for option in other.options if option.idea}
    for number, option in enumerate(asked.options, 1):
        name = f"idea {option.idea}" if option.idea else f"option {number}"
        if option.idea in taken:
            yield _not_ready("{name}, which another open budget asks about", "wait for that poll", name=name)
        if option.cost is None:
            yield _not_ready("no cost for {name}", "improve the idea (ReviseIdea), or give the option a cost", name=name)
        elif option.cost > budget > 0:
            yield _not_ready(
                "a cost of {cost} for {name}, more than the budget", "ask without it, or give a larger budget",
                cost=money.shown(option.cost), name=name,
            )  # fmt: skip


def _about_amendment(state: State, asked: Question, decision: Decision) -> Problems:
    if (decision.options == "amendment") != (asked.amendment is not None):
        yield _not_ready("no text to decide on, or one it does not decide on", "give the whole new charter as amendment")
        return
    if asked.amendment is None:
        return
    if asked.amendment == charters.text_in_force(state):
        yield _not_ready("the charter as it is for its new one", "change something in it")
        return
    try:
        problems = list(incompatibilities(state, charters.lawful(asked.amendment)))
    except Refusal as refusal:
        problems = [refusal]
    for problem in problems[:1]:
        yield _not_ready(
            "a charter that cannot be put in force: {thing} {problem}", "mend its text: {way_out}",
            thing=problem.thing, problem=problem.fact, way_out=problem.way_out,
        )  # fmt: skip


def _not_ready(fact: str, way_out: str, /, **values: Any) -> Refusal:
    return refuse(POLL_NOT_READY, "the poll", fact, way_out, **values)
