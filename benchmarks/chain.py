"""`make bench-chain`: signed ballots cast and audited, and claim trees, beside what the libraries beneath them do alone.

Ratios in one run. Bare recovery is `coincurve`'s over the same signatures, on all cores: a process for each.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path

from coincurve import PublicKey
from py_arkworks_bls12381 import GT, G1Point, G2Point
from sha3 import keccak_256

from api.recovering import Beside
from benchmarks.community import NOW, ORIGIN, ask, join, opened, say, terms, timed
from contracts.tree import grow
from engine.community import Community, Receipt
from engine.elections import choice as choices
from engine.event import Ask
from engine.features.keys.messages import REGISTER, digest_of
from engine.features.keys.register import RegisterKey
from engine.features.polls.cast import BallotSignature, CastBallot
from engine.features.polls.signing import BallotMessage
from engine.features.polls.state import PollId, Polls
from engine.log import attest
from engine.log.signing import SecretKey
from engine.store import folder
from engine.verify import verify

FAR = 4_000_000_000
POLLS = 10


def key(member: str) -> SecretKey:
    return SecretKey(sha256(member.encode()).digest())


def registered(community: Community, members: list[str]) -> None:
    state = community.state
    asks = [
        ask(member, RegisterKey(key(member).address, key(member).sign(digest_of(state, REGISTER, member=member, key=key(member).address))))
        for member in members
    ]
    assert all(isinstance(answer, Receipt) for answer in community.execute_many(asks))


def ballots(community: Community, poll: str, members: list[str]) -> tuple[list[Ask], list[tuple[bytes, bytes]]]:
    """A signed ballot of each, and what a bare recovery is given of it."""
    each = community.state[Polls][poll]
    asks, bare = [], []
    for number, member in enumerate(members):
        choice = choices.read(f"{number % 5 + 1}>{(number + 1) % 5 + 1}", "ranked", 5, 0, 0)
        digest = BallotMessage.of(community.state, each, key(member).address, choice, 1, FAR).digest
        sig = key(member).sign(digest)
        asks.append(ask(member, CastBallot(PollId(poll), choice, BallotSignature(1, FAR, sig))))
        data = bytes.fromhex(sig[2:])
        bare.append((digest, data[:64] + bytes([data[64] - 27])))
    return asks, bare


def recovered(bare: list[tuple[bytes, bytes]]) -> int:
    return sum(len(PublicKey.from_signature_and_message(sig, digest, hasher=None).format()) for digest, sig in bare)


def unsigned(path: Path, count: int) -> float:
    """Ballots a second that nobody signed."""
    community = folder.found(path, terms(), ORIGIN, NOW, bytes(32))
    members, asks = join(community, count // POLLS), list[Ask]()
    for poll in [opened(community, 5) for _ in range(POLLS)]:
        asks += [ask(member, CastBallot(PollId(poll), f"{number % 5 + 1}>{(number + 1) % 5 + 1}")) for number, member in enumerate(members)]
    speed = count / timed(lambda: community.execute_many(asks))
    folder.close(community)
    return speed


def bare_limit(bare: list[tuple[bytes, bytes]]) -> float:
    """Recoveries a second of all cores together."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(recovered, [bare[:1]] * cores))  # they have begun
        return len(bare) / timed(lambda: list(pool.map(recovered, [bare[number::cores] for number in range(cores)])))


def tree(leaves: int) -> None:
    """The tree of so many claims, beside the hashes it is made of."""
    values = [(f"0x{number:040x}", str(number + 1)) for number in range(leaves)]
    row = bytes(64)

    def hashes() -> None:
        for _ in range(leaves):
            keccak_256(keccak_256(row).digest()).digest()
        for _ in range(leaves - 1):
            keccak_256(row).digest()

    bare, spent = timed(hashes), timed(lambda: grow(("address", "uint256"), values))
    say(f"a tree of {leaves:,} claims", spent, "seconds", f"{spent / bare:.2f}× its hashes alone")


def aggregate(signers: int, rounds: int = 40) -> None:
    """One signature of so many members of councils, beside the library's own sums and pairings of the same points."""
    secrets = [attest.CouncilSecret.from_seed(sha256(str(number).encode()).digest()) for number in range(signers)]
    keys, messages = [secret.public for secret in secrets], [b"p%d: adopted" % number for number in range(rounds)]
    sums = [attest.aggregate([secret.sign(message) for secret in secrets]) for message in messages]
    points = [G1Point.from_compressed_bytes(bytes.fromhex(key[2:])) for key in keys]

    def bare() -> None:
        for message, signature in zip(messages, sums, strict=True):
            whole = G1Point.identity()
            for point in points:
                whole = whole + point
            given = G2Point.from_compressed_bytes(bytes.fromhex(signature[2:]))
            assert GT.pairing_check([whole, -G1Point()], [G2Point.hash_to_curve(message, attest.SIGNING), given])

    def ours() -> None:
        for message, signature in zip(messages, sums, strict=True):
            attest.check_aggregate(keys, message, signature)

    attest.check_aggregate(keys, b"p0: adopted", sums[0])  # the keys have been read
    limit, spent = timed(bare), timed(ours)
    say(f"an aggregate of {signers:,} judged", spent / rounds * 1000, "ms", f"{spent / limit:.2f}× the library's own")


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        cast = unsigned(Path(place) / "unsigned", count)
        community = folder.found(Path(place) / "signed", terms(), ORIGIN, NOW, bytes(32))
        members = join(community, count // POLLS)
        registered(community, members)
        asks, bare = [], []
        for poll in [opened(community, 5) for _ in range(POLLS)]:
            some = ballots(community, poll, members)
            asks += some[0]
            bare += some[1]
        limit = bare_limit(bare)
        say("bare recoveries of coincurve, all cores", limit, "a second")
        say("unsigned ballots through execute_many", cast, "a second")
        with Beside() as beside:
            community.ahead = beside
            beside(
                [(digest, ask.command.signature()) for (digest, _), ask in zip(bare[:100], asks[:100], strict=True)]
            )()  # they have begun
            answers: list[object] = []
            signed = count / timed(lambda: answers.extend(community.execute_many(asks)))
        assert all(isinstance(answer, Receipt) for answer in answers)
        say("signed ballots through execute_many", signed, "a second", f"{100 * signed / min(cast, limit):.0f} % of the lower of the two")
        community.checkpoint()
        path = Path(place) / "signed"
        folder.close(community)
        began = time.perf_counter()
        with Beside() as beside:
            store = folder.untrusted(path)
            report = verify(store, ahead=beside)
            store.close()
        spent = time.perf_counter() - began
        assert report.verdict == "sound", report
        events = report.checked["events"]
        say(f"verify of {events:,} events, {count:,} ballots signed", events / spent, "events/s")
        say("  their signatures alone", count / spent, "a second", f"{100 * count / spent / limit:.0f} % of bare recovery")


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    main(many)
    tree(10 * many)
    aggregate(1_000)
