"""Server-rendered pages: Jinja templates over what `api.views` shows. They work without JavaScript."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api import money, own, texts, views
from api.doors.asker import now, who
from api.pages.charts import bars
from engine.kernel.charter import MoneyTerms
from engine.refusals import Refusal


def wanted(request: Request) -> bool:
    """Whether a browser asks, for a person, rather than a program."""
    return "text/html" in request.headers.get("accept", "")


@cache
def environment() -> Environment:
    made = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined)
    made.globals.update(bars=bars, when=texts.when, spoken=_spoken)
    made.trim_blocks = made.lstrip_blocks = True
    return made


def render(request: Request, page: str, shown: Any, status: int = 200) -> HTMLResponse:
    """A page; besides what is shown it knows the community, and who is looking and what she may do."""
    community = request.app.state.community
    with community.reading() as state:
        member = who(request)
        found = state.members.get(member) if member else None
        may = set(state.charter.roles[found.role].may) if found is not None and not found.forgotten else set()
        context = {
            "page": page,
            "shown": shown,
            "community": views.home(community, state),
            "charter": state.charter,
            "me": None if found is None or found.forgotten else {"id": found.id, "name": texts.member_name(community, found.id)},
            "may": may,
            "money": partial(_money, state.charter.money),
            "decimal": _decimal,
            "decimals": state.charter.money.decimals,
            "plain_money": partial(money.typed, state.charter.money),
            "done": views.done(community, state, _number(request, "done"), member),
            "start": _number(request, "start") or 0,
            "step": views.PAGE,
        }
        if page == "home":
            context |= {"polls": views.current(community, state, 6), "ideas": views.most_supported(community, state, 6)}
        if page in ("home", "polls"):
            context["voted"] = set() if found is None else own.voted(state, found.id)
        if page == "polls":
            context |= {"decisions": views.decisions(state), "charter_text": views.charter(community, state)["text"]}
        if page == "idea":
            context["mine"] = own.idea(state, shown["id"], None if found is None else found.id)
        if page == "event" and found is not None:
            context["mine"] = own.opening(community, state, shown["event"], found.id)
        if page == "poll" and found is not None:
            context["mine"] = own.ballot(community, state, shown["id"], found.id)
        if page == "poll":
            context["waiting"] = shown["status"] == "open" and now() < state.poll(shown["id"]).terms.opens_at
    return HTMLResponse(environment().get_template(f"{page}.html").render(context), status)


def _number(request: Request, name: str) -> int | None:
    """A number somebody put into the address; nothing else is shown."""
    given = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else None


def _spoken(kind: str) -> str:
    """`BallotSealed` as `ballot sealed`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def _money(terms: MoneyTerms, amount: int | str) -> str:
    """An amount that no line break parts from its unit."""
    return money.shown(terms, amount).replace(" ", "\u00a0")


def _decimal(number: int | str) -> str:
    """A fraction to two places, for reading."""
    hundredths = round(Fraction(number) * 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def render_refusal(request: Request, refusal: Refusal, status: int) -> HTMLResponse:
    """A refusal in words for people, with the way back; it is shown even while the community itself cannot be."""
    shown = {name: texts.in_words(said) for name, said in refusal.as_json().items() if name != "code"}
    shown |= {"code": refusal.code, "asked": request.method != "GET", "back": _came_from(request)}
    try:
        return render(request, "refusal", shown, status)
    except Refusal:
        return HTMLResponse(environment().get_template("fault.html").render(shown=shown), status)


def _came_from(request: Request) -> str:
    """The page of ours that a form was sent from; the first one where the browser does not say."""
    page = urlsplit(request.headers.get("referer", ""))
    ours = page.netloc == request.headers.get("host") and re.fullmatch(r"/(?!/)[\w./-]*", page.path)
    return page.path if ours else "/"
