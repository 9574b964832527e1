"""What happens in the demonstration, from the first contract to the last look at the chain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from api.chain_demo.stage import COIN, DAY, Decision, Stage
from engine.kernel.members import Members
from engine.store import folder as folders
from engine.values import DAY_MS
from simulations import roastery

if TYPE_CHECKING:
    from contracts.sender import Cost
    from engine.log.signing import SecretKey

SEATS, NEEDED = 5, 3
PAYEE = "0x" + "c0ffee" * 6 + "c0ff"
"""A workshop that repairs grinders."""
PRICE, FUNDS = 3 * COIN // 2, 2 * COIN
POT, TIMES = 60_000, 10**12
"""What the round shares out, in cents, and how many of the coin's smallest unit a cent is."""
CHARTER = """
[roles.council]
may = []

[decisions.matter]       # what is carried out on the chain
options = "free"
rule = "yes_no"
secrecy = "open"
signed = "required"
ties = "status_quo"
minutes_open = 10080
ends = ["all_voted"]
quorum = {{ basis = "eligible", percent_min = 50 }}
council = {{ role = "council", needed = {needed}, days = 7, objecting = 2 }}

[keys]                   # what members sign is meant for this chain and contract
chain_id = {chain_id}
contract = "{contract}"

[anchors.chain]
chain_id = {chain_id}
contract = "{contract}"
confirmations = 2
"""


class Told(NamedTuple):
    """How it begins, how it ends, and its figures for programs."""

    opening: str
    ending: str
    summary: dict[str, Any]


def told(stage: Stage, chance: bytes, now: int) -> Told:
    """Play the whole of it."""
    from api.chain_demo import cheats

    stage.new_key("account", 10)
    stage.new_key("thief", 1)
    members = founded(stage, chance, now)
    council = seated(stage, members)
    decision = opened(stage, members, council)
    voted(stage, decision)
    cheats.with_a_council_key(stage, decision)
    for done, member in enumerate(council[:NEEDED]):
        stage.progress("attesting", done, NEEDED)
        stage.run("attest", stage.moot, decision.poll, "--as", member, "--key", stage.key_file(f"{member}.council"), *stage.opening())
    carried_out(stage, decision)
    stage.run("anchor", stage.moot, *stage.paying("account"))
    older = cheats.kept_copy(stage)
    claims = paid(stage)
    stage.run("anchor", stage.moot, *stage.paying("account"))
    cheats.with_an_older_copy(stage, older)
    verified = stage.run("verify", stage.moot, "--allow-unsigned", "--chain", stage.url)
    checked, on_chain = verified["checked"], verified["chain"]["checked"]
    ballots = stage.run("show", stage.moot, decision.poll)["signatures"]["signed"]
    opening = (
        f"Kestrel Coffee, an invented roaster, on chain {stage.chain_id} in a process beside this one: {len(members)} members, "
        f"{ballots} signed ballots, {NEEDED} of {SEATS} attest, {claims} claims"
    )
    ending = (
        f"Verified: {checked['events']:,} events recounted, and held against the chain: {on_chain['heads']} heads, "
        f"{on_chain['decisions']} steps of a decision, {on_chain['claims']} round of claims. So it stands."
    )
    figures = {"members": len(members), "signed_ballots": ballots, "claims": claims, "events": checked["events"]}
    return Told(opening, ending, figures | {"verdict": verified["verdict"], "on_chain": on_chain})


def founded(stage: Stage, chance: bytes, now: int) -> list[str]:
    """The contract for its heads first, since the charter names it; then ninety days of the community. Gives its members."""
    from api.anchors import deployed

    with stage.sender("account") as (sender, journal):
        contract = deployed(sender, journal, roastery.ORIGIN, _agreed).contract
    terms = CHARTER.format(needed=NEEDED, chain_id=stage.chain_id, contract=contract)
    charter = roastery.charter().replace('"pay_in", ', '"pay_in", "anchor", ', 1) + terms
    start = now - (roastery.DAYS + 1) * DAY_MS
    community = folders.found(stage.moot, charter, roastery.ORIGIN, start, chance, roastery.FOUNDER)
    try:
        roastery.play(community, b"kestrel", now, stage.progress)
        with community.reading() as state:
            everybody = state[Members]
            return [everybody.at(number).id for number in range(len(everybody))]
    finally:
        folders.close(community)


def seated(stage: Stage, members: list[str]) -> list[str]:
    """Every member registers a key of her own; five are the council, and register one to attest with, which theirs vouches for."""
    council = members[1 : SEATS + 1]
    for done, member in enumerate(members, 1):
        stage.new_key(member)
        stage.do(member, "RegisterKey", member)
        stage.progress("registering keys", done, len(members))
    for member in council:
        stage.do("m1", "GiveRole", member=member, role="council")
        stage.new_council_key(f"{member}.council")
        stage.do(member, "RegisterCouncilKey", f"{member}.council", member)
    stage.node.ask("local_pay", _address(stage.key(council[0])), COIN)  # who pins the decision on the chain has a seat there, and pays
    return council


def opened(stage: Stage, members: list[str], council: list[str]) -> Decision:
    """The contract that carries decisions out, and a poll whose actions are pinned there on the day it opens."""
    from api.paying import made
    from contracts import actions, decisions

    with stage.sender("account") as (sender, journal):
        veto_until = stage.node.time() + 90 * DAY
        terms = decisions.Terms(NEEDED, SEATS, 2, DAY, 60 * DAY, DAY, 7 * DAY, DAY, sender.account, veto_until)
        data = decisions.creation([_address(stage.key(member)) for member in council], terms)
        contract = made(sender, journal, data, {"what": "decisions"}, _agreed, "a contract for decisions", FUNDS).contract
    assert contract is not None
    file = stage.place / "actions.json"
    file.write_text(json.dumps([{"target": PAYEE, "value": str(PRICE), "data": "0x"}]))
    digest = actions.digest(actions.read(file.read_bytes())).hex()
    question = f"Shall the repair workshop have 1.5 coins for a second grinder? (0x{digest})"
    labels = [{"label": "For"}, {"label": "Against"}]
    poll = stage.do("m1", "OpenPoll", decision="matter", question=question, options=labels)["id"]
    decision = Decision(poll, contract, file, members, council)
    carried(stage, decision)
    return decision


def voted(stage: Stage, decision: Decision) -> None:
    """Everybody casts a ballot that she signs; before the last of them somebody cheats."""
    from api.chain_demo import cheats

    *others, last = decision.members
    for done, member in enumerate(others):
        stage.do(member, "CastBallot", member, poll=decision.poll, choice="2" if done % 5 == 4 else "1")
        stage.progress("signed ballots", done + 1, len(decision.members))
    cheats.with_ballots(stage, decision, others[-1], last)
    stage.do(last, "CastBallot", last, poll=decision.poll, choice="1")
    stage.do("clock", "ClosePoll", poll=decision.poll)


def carried_out(stage: Stage, decision: Decision) -> None:
    """The result goes to the contract with signatures of the council, is open to challenge for a day, and is done."""
    from api.chain_demo import cheats

    stage.a_day_goes_by()
    to_sign = carried(stage, decision)["to_sign"]
    keys = [stage.key(member) for member in decision.council[:NEEDED]]
    cheats.with_too_few(stage, decision, keys[:-1])
    carried(stage, decision, *(key.sign(bytes.fromhex(to_sign[2:])) for key in keys))
    cheats.within_the_window(stage, decision)
    stage.a_day_goes_by()
    cheats.with_other_actions(stage, decision)
    carried(stage, decision)
    assert stage.node.balance(_address_of(PAYEE)) == PRICE, "the workshop has its money"


def carried(stage: Stage, decision: Decision, *signatures: str) -> Any:
    """`folkmoot carry`, paid by a seat of the council."""
    given = [word for one in signatures for word in ("--signature", one)]
    words = [stage.moot, decision.poll, decision.file, "--contract", decision.contract, *given]
    return stage.run("carry", *words, *stage.paying(decision.council[0]))


def paid(stage: Stage) -> int:
    """A reward round, claimed on the chain by each who has a share in it; gives how many."""
    from api.chain_demo import cheats

    round_ = stage.do("m1", "ShareReward", reward="quarterly", pot=str(POT))["id"]
    out = stage.place / "claims"
    stage.run("claims", stage.moot, round_, out, "--times", TIMES, *stage.paying("account"))
    files = sorted((out / "members").iterdir(), key=lambda file: int(file.stem[1:]))
    cheats.with_a_larger_claim(stage, files[0])
    for done, file in enumerate(files, 1):
        stage.run("claim", file, *stage.paying("account"))
        stage.progress("claiming", done, len(files))
    cheats.with_a_claim_again(stage, files[0])
    return len(files)


def _agreed(what: str, cost: Cost) -> None:
    """Coins out of nothing are spent without asking."""


def _address(key: SecretKey) -> str:
    return _address_of(key.address)


def _address_of(address: str) -> str:
    from contracts.abi import checksummed

    return checksummed(address)
