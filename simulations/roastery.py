"""The demo community: Kestrel Coffee, a small roaster that decides with its customers. Invented, seeded, commands only.

Forty members, twenty-five ideas in several stages, three closed polls under different rules and one open, a few votes
handed on, points earned on the way, and one reward round.
"""

from __future__ import annotations

from random import Random

from engine.community import Community
from engine.features.amendments.amend import AmendCharter
from engine.features.delegation.delegate import Delegate
from engine.features.ideas.comment import CommentIdea
from engine.features.ideas.revise import ReviseIdea
from engine.features.ideas.state import IdeaId, Ideas
from engine.features.ideas.submit import SubmitIdea
from engine.features.ideas.support import SupportIdea, check_may_support
from engine.features.points.award import AwardPoints
from engine.features.polls.cast import CastBallot
from engine.features.polls.close import ClosePoll
from engine.features.polls.open import FreeOption, OpenPoll
from engine.features.polls.state import ADOPT, PollId, Polls
from engine.features.rewards.share import ShareReward
from engine.features.treasury.pay_in import PayIn
from engine.kernel import charter as charters
from engine.kernel.join import JoinCommunity
from engine.refusals import Refusal
from engine.values import DAY_MS, MemberId, Money, Name, Points
from simulations.asking import Progress, Script, quiet

ORIGIN = "kestrel.example/moot"
FOUNDER = "Imogen Vale"
DAYS = 90
NAMES = (
    "Amara Diallo", "Ben Okafor", "Chiara Rossi", "Dmitri Volkov", "Elif Kaya", "Farid Haddad", "Greta Lindqvist", "Hiro Tanaka",
    "Ines Duarte", "Jonas Weber", "Kavita Rao", "Liam Byrne", "Mei Lin", "Noor Aziz", "Oskar Nowak", "Priya Nair", "Quentin Leroy",
    "Rosa Méndez", "Sami Virtanen", "Tove Berg", "Uma Chandra", "Viktor Horák", "Wanjiru Kamau", "Xiomara Paz", "Yusuf Demir",
    "Zofia Kowal", "Anton Maier", "Bianca Popa", "Callum Reid", "Dalia Peretz", "Emeka Eze", "Freya Dahl", "Gustavo Lima",
    "Hana Suzuki", "Ivo Marek", "Jola Baran", "Kwame Asante", "Leila Saab", "Marek Zeman",
)  # fmt: skip
IDEAS = (
    ("Refill jars at the counter", "Bring a jar, pay by weight, and leave the bag where it is.", 42_000),
    ("A single-origin subscription", "One farm a month, with a card that says who grew it and what they were paid.", 15_000),
    ("Open roasting on Saturdays", "Let people watch a roast from green to brown, and smell every minute of it.", 30_000),
    ("Decaf that tastes of something", "A sugarcane-process decaf, roasted as carefully as the rest.", 60_000),
    ("A bicycle delivery round", "Two mornings a week, within five kilometres, no van.", 95_000),
    ("Brewing classes in the evening", "Six people, three brewers, one table.", 25_000),
    ("Chaff for gardeners", "The chaff goes to whoever has a compost heap; now it goes to the bin.", 5_000),
    ("A quiet hour without music", "The first hour of the day, for those who came to read.", 0),
    ("Smaller bags, 125 g", "For people who live alone and like it fresh.", 38_000),
    ("A water station for dogs", "A tap at knee height by the door.", 12_000),
    ("Publish what farmers are paid", "The price per kilo of green coffee, on every bag and on the page.", 8_000),
    ("Oat milk without a surcharge", "It costs us 12 cents; we could carry it.", 90_000),
    ("A community shelf", "Leave a book, take a book.", 6_000),
    ("Staff choose a guest roast", "Every quarter, another roaster's coffee on the second grinder.", 20_000),
    ("A repair afternoon for grinders", "Burrs wear out. We have the tools.", 18_000),
    ("Cupping notes by members", "Print what members tasted beside what we tasted.", 4_000),
    ("Later closing on Thursdays", "Until nine, for the choir that comes after practice.", 55_000),
    ("A loyalty card made of wood", "It lasts, and nobody loses it.", 16_000),
    ("Cold brew on tap", "From May to September.", 110_000),
    ("Apprenticeship place", "One paid place a year to learn roasting, chosen by the members.", 240_000),
    ("Bags without plastic lining", "Paper and plant film; they keep four weeks instead of eight.", 70_000),
    ("A bench by the south wall", "It has the sun until three.", 35_000),
    ("Tasting flight of three", "Three small cups of what is on, for the price of one.", 9_000),
    ("Menu in braille", "Two copies, renewed with every season.", 7_000),
    ("Coffee for the night shelter", "Ten kilos a month at cost, carried over by whoever goes that way.", 48_000),
)
REMARKS = (
    "I would come for this alone.", "Who would look after it in winter?", "My sister's café did this and kept it.",
    "Could it be tried for a month first?", "Yes, and cheaper than you think: I can lend the tools.",
    "I am against it at this price, for it at half.", "The people next door would join in.", "Please do this before the summer.",
)  # fmt: skip


FUNDS = 500_000
DELEGATION = """
[delegation]             # who has no time lets another vote for her; not about this charter
decisions = ["monthly", "ranking", "spending"]
days_max = 365
depth_max = 4
"""
DELEGATIONS = (
    (30, 4, None),
    (31, 30, None),
    (33, 31, None),
    (22, 17, "spending"),
    (23, 17, "spending"),
    (22, 9, None),
    (38, 39, None),
    (39, 38, None),
)
"""Who lets whom vote for her, by their places in the order of joining, and in what; the last two let each other."""


def charter() -> str:
    """The preset for product communities, in Kestrel's own name, with delegation."""
    text = charters.preset("product")
    text = text.replace('"A product community"', '"Kestrel Coffee"').replace(
        '"cast_ballot", "leave"]', '"cast_ballot", "delegate", "leave"]'
    )
    return text.replace('"points"', '"beans"') + DELEGATION


def play(community: Community, seed: bytes, now: int, progress: Progress = quiet) -> None:
    """Ninety days of Kestrel Coffee up to `now`, in a community founded with `charter()`, and what else one likes in it, before they began."""
    script, draw = Script(community, seed, now - DAYS * DAY_MS), Random(seed)
    members = ["m1"]
    for name in NAMES:
        script.now += DAY_MS // 8
        members.append(f"m{script.do('newcomer', JoinCommunity(name)).seq}")
    progress("joining", len(members), len(members))
    script.do("m1", PayIn(Money(FUNDS), "What Kestrel puts aside for its members"))
    ideas = _put_forward(script, draw, members, progress)
    for member, delegate, topic in DELEGATIONS:
        script.do(members[member], Delegate(MemberId(members[delegate]), None if topic is None else Name(topic)))
    adopted = _monthly(script, draw, members)
    _ranking(script, draw, members)
    _spending(script, draw, members)
    _amend(script, draw, members)
    script.now += DAY_MS
    for member, points, reason in (
        (members[4], 120, "Carried the refill jars through the inspection"),
        (members[17], 80, "Translated the menu"),
    ):
        script.do("m1", AwardPoints(MemberId(member), Points(points), reason))  # type: ignore[arg-type]
    script.do("m1", ShareReward(Name("quarterly"), Money(60_000)))
    for idea in [idea for idea in ideas if idea != adopted][-6:]:
        for member in draw.sample(members, 7):
            _try_support(script, member, idea)
    script.now = now - 2 * DAY_MS
    poll = script.do("m1", OpenPoll(Name("ranking"), "What shall the guest roast be this spring?", options=(
        FreeOption("A washed Ethiopian from Kochere"), FreeOption("A natural Brazilian from Cerrado"), FreeOption("A honey-processed Costa Rican"),
    )))  # fmt: skip
    for member in draw.sample(members[1:], 17):
        script.now += DAY_MS // 40
        script.do(member, CastBallot(PollId(f"p{poll.seq}"), _ranks(draw, 3)))
    progress("ninety days", 1, 1)


def _put_forward(script: Script, draw: Random, members: list[str], progress: Progress) -> list[IdeaId]:
    ideas = []
    for number, (title, text, cost) in enumerate(IDEAS):
        script.now += DAY_MS // 2
        author = members[1 + number % 30]
        idea = IdeaId(f"i{script.do(author, SubmitIdea(title, text, Money(cost))).seq}")
        ideas.append(idea)
        for member in draw.sample(members, draw.randint(0, 3)):
            script.now += DAY_MS // 50
            script.do(member, CommentIdea(idea, draw.choice(REMARKS)))
        if number % 6 == 2:
            better = f"{text} First for a month, then we look at what it did."
            script.do(author, ReviseIdea(idea, title, better, Money(cost)))
        for member in draw.sample(members, draw.choice([1, 2, 3, 4, 6, 7, 9])):
            _try_support(script, member, idea)
        progress("ideas", number + 1, len(IDEAS))
    return ideas


def _try_support(script: Script, member: str, idea: IdeaId) -> None:
    """Support, unless this member has done so already or the idea is past it: people do not keep count."""
    with script.community.reading() as state:
        try:
            check_may_support(state, member, idea)
        except Refusal:
            return
    script.now += DAY_MS // 500
    script.do(member, SupportIdea(idea))


def _monthly(script: Script, draw: Random, members: list[str]) -> IdeaId:
    poll = PollId(f"p{script.do('m1', OpenPoll(Name('monthly'), 'Which idea shall we do first?')).seq}")
    with script.community.reading() as state:
        options = state[Polls][poll].asked.options
    for member in draw.sample(members, 33):
        script.now += DAY_MS // 10
        script.do(member, CastBallot(poll, _approvals(draw, len(options))))
    _close(script, poll)
    with script.community.reading() as state:
        result = state[Polls][poll].result
    adopted = options[result.winners[0] - 1].idea if result and result.winners else None
    return adopted or IdeaId("i0")


def _close(script: Script, poll: PollId) -> None:
    """End a poll by hand; where votes were handed on it is counted by the next command, as the clockwork asks for it."""
    script.do("m1", ClosePoll(poll))
    with script.community.reading() as state:
        waits = poll in state[Polls].open
    if waits:
        script.do("clock", ClosePoll(poll))


def _approvals(draw: Random, options: int) -> str:
    return ",".join(map(str, sorted(draw.sample(range(1, options + 1), draw.randint(1, min(4, options))))))


def _ranks(draw: Random, options: int) -> str:
    order = draw.sample(range(1, options + 1), draw.randint(1, options))
    return ">".join(map(str, order))


def _ranking(script: Script, draw: Random, members: list[str]) -> None:
    options = tuple(
        FreeOption(label) for label in ("Red kestrel on cream", "Kestrel feather, black", "A plain bag with a stamp", "Members draw it")
    )
    poll = PollId(f"p{script.do('m1', OpenPoll(Name('ranking'), 'What shall the new bag look like?', options=options)).seq}")
    for member in draw.sample(members, 29):
        script.now += DAY_MS // 20
        script.do(member, CastBallot(poll, _ranks(draw, 4)))
    _close(script, poll)


def _spending(script: Script, draw: Random, members: list[str]) -> None:
    budget = Money(200_000)
    with script.community.reading() as state:
        within = tuple(one.id for one in state[Ideas].ideas.values() if one.stage == "shortlist" and (one.cost or 0) <= budget)
    opened = script.do("m1", OpenPoll(Name("spending"), "What shall we spend 2,000 euros on?", within, budget=budget))
    poll = PollId(f"p{opened.seq}")
    with script.community.reading() as state:
        options = len(state[Polls][poll].asked.options)
    for member in draw.sample(members, 31):
        script.now += DAY_MS // 15
        script.do(member, CastBallot(poll, _approvals(draw, options)))
    _close(script, poll)


def _amend(script: Script, draw: Random, members: list[str]) -> None:
    """The members agree to a longer memory for their beans; the charter changes only so."""
    with script.community.reading() as state:
        text = charters.text_in_force(state).replace("expire_days = 730", "expire_days = 1095")
    opened = script.do("m1", OpenPoll(Name("charter"), "Shall beans last three years instead of two?", amendment=text))
    poll = PollId(f"p{opened.seq}")
    for member in draw.sample(members, 26):
        script.do(member, CastBallot(poll, "1" if draw.random() < 0.8 else "2"))
    with script.community.reading() as state:
        script.now, decided = state[Polls][poll].asked.closes_at, poll
    script.do("clock", ClosePoll(poll))
    with script.community.reading() as state:
        result = state[Polls][decided].result
    if result is not None and result.winners == (ADOPT,):
        script.do("m1", AmendCharter(poll, text))
