"""Server-rendered pages: Jinja templates over what `api.views` shows. They work without JavaScript."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api import money, texts
from api.doors.asker import member_of
from api.pages.charts import bars
from api.pages.comparison import spoken as compared_in_words
from api.pages.comparison import verdicts
from api.pages.pictures import duels, grades, part, rounds, rounds_in_words, tied_in, whole
from api.pages.rows import actor, log_rows, spoken
from api.views import PAGE, besides, place_of, resolved
from api.views.community import done, home
from engine.features.treasury.terms import MoneyTerms
from engine.kernel import charter as charters
from engine.kernel.charter import Charter, RoleTerms, all_terms
from engine.kernel.members import Members
from engine.refusals import Refusal
from engine.state import State


def wanted(request: Request) -> bool:
    """Whether a browser asks, for a person, rather than a program."""
    return "text/html" in request.headers.get("accept", "")


@cache
def environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    made = Environment(
        loader=FileSystemLoader([folder, *sorted(path for path in folder.iterdir() if path.is_dir())]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.globals.update(rounds=rounds, rounds_in_words=rounds_in_words, duels=duels, grades=grades, part=part, tied_in=tied_in, whole=whole)
    made.globals.update(verdicts=verdicts, compared_in_words=compared_in_words)
    made.globals.update(bars=bars, when=texts.when, span=texts.span, spoken=spoken, log_rows=log_rows, actor=actor, place_of=place_of)
    made.trim_blocks = made.lstrip_blocks = True
    return made


def render(request: Request, page: str, shown: Any, status: int = 200) -> HTMLResponse:
    """A page; besides what is shown it knows the community, and who is looking and what she may do.

    What it needs of the state is copied under the lock; texts are read, and the page is made, when the lock is free.
    """
    community = request.app.state.community
    signed_in = member_of(request)
    with community.reading() as state:
        looking = _looking(state, signed_in)
        member = looking["me"] and looking["me"]["id"]
        context = {"community": home.function(state), **looking}
        for view in besides(page):
            context |= view.function(state, shown, member)
        charter = charters.in_force(state)
    terms = charter[MoneyTerms]
    context = resolved(community, context) | {
        "page": page,
        "shown": shown,
        "charter": _by_key(charter),
        "money": partial(_money, terms),
        "decimal": _decimal,
        "decimals": terms.decimals,
        "plain_money": partial(money.typed, terms),
        "done": done(community, _number(request, "done"), member),
        "start": _number(request, "start") or 0,
        "step": PAGE,
    }
    return HTMLResponse(environment().get_template(f"{page}.html").render(context), status)


def _looking(state: State, signed_in: str | None) -> dict[str, Any]:
    """Who looks at a page, and the rights she has."""
    member = state[Members].get(signed_in) if signed_in else None
    if member is None or member.forgotten:
        return {"me": None, "may": set()}
    roles = charters.in_force(state)[RoleTerms].by_name
    return {"me": texts.person(member.id), "may": {right for role in member.roles if role in roles for right in roles[role].may}}


def _by_key(charter: Charter) -> SimpleNamespace:
    """What the charter says as templates name it: `charter.ideas.stages`, and a table of tables by its names: `charter.rewards`."""
    said: dict[str, Any] = {"name": charter.name, "purpose": charter.purpose}
    for key, kind in all_terms().items():
        try:
            terms = charter[kind]
        except Refusal:
            terms = None
        said[key] = getattr(terms, "by_name", terms)
    return SimpleNamespace(**said)


def _number(request: Request, name: str) -> int | None:
    """A number somebody put into the address; nothing else is shown."""
    given = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else None


def _money(terms: MoneyTerms, amount: int | str) -> str:
    """An amount that no line break parts from its unit."""
    return money.shown(terms, amount).replace(" ", "\u00a0")


def _decimal(number: int | str) -> str:
    """A fraction to two places, for reading."""
    hundredths = round(Fraction(number) * 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def render_refusal(request: Request, refusal: Refusal, status: int) -> HTMLResponse:
    """A refusal in words for people, with the way back; it is shown even while the community itself cannot be."""
    try:
        return render(request, "refusal", _in_words(request, refusal), status)
    except Refusal:
        return render_alone(request, refusal, status)


def render_alone(request: Request, refusal: Refusal, status: int) -> HTMLResponse:
    """The same of nothing but itself: the community is not asked."""
    return HTMLResponse(environment().get_template("fault.html").render(shown=_in_words(request, refusal)), status)


def _in_words(request: Request, refusal: Refusal) -> dict[str, Any]:
    shown: dict[str, Any] = {name: texts.in_words(said) for name, said in refusal.as_json().items() if name != "code"}
    return shown | {"code": refusal.code, "asked": request.method != "GET", "back": came_from(request)}


def came_from(request: Request) -> str:
    """The page of ours that a form was sent from; the first one where the browser does not say."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # it is whatever somebody sends
        return "/"
    ours = page.netloc == request.headers.get("host") and re.fullmatch(r"/(?!/)[\w./-]*", page.path)
    return page.path if ours else "/"
