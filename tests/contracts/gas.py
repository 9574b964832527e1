"""What our contracts cost, measured on the chain in process; `python -m tests.contracts.gas` prints the table of contracts/README.md.

An EVM counts gas the same everywhere, so the figures are exact, and a test holds the README to them.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.abi import checksummed
from contracts.tree import grow
from engine.log.merkle import Tree, leaf_hash
from tests.contracts.chain import DAY, NOBODY, Chain, hexed
from tests.contracts.deciding import OPEN, WINDOW, Moot

TYPES = ("uint256", "address", "bytes32", "uint256")
HEAD = "Head(uint64 size,bytes32 root,bytes32 previous)"
SHARES = 1000
"""A thousand leaves are ten levels."""


def heads(chain: Chain) -> Iterator[tuple[str, int]]:
    tree = Tree()
    for number in range(300):
        tree.append(leaf_hash(number.to_bytes(4)))
    contract = chain.deploy("checkpoints", leaf_hash(b"example.org/moot"))
    chain.do(contract.functions.anchor(1, tree.root(1)))
    yield "a head of the log, by the owner", chain.do(contract.functions.anchor(1_000_000, tree.root(200)))["gasUsed"]
    seats = chain.accounts[:9]
    chain.do(contract.functions.seat_council(seats, 5))
    used, last = [], 200
    for size, signers in ((250, 5), (300, 9)):
        signed = chain.sign(contract, HEAD, [str(1_000_000 + size), hexed(tree.root(size)), hexed(tree.root(last))], seats[:signers])
        used.append(chain.do(contract.functions.anchor_by_council(1_000_000 + size, tree.root(size), signed))["gasUsed"])
        last = size
    yield "a head, attested by 5 of 9", used[0]
    yield "  each further seat that signs, on average", (used[1] - used[0]) // 4


def claims(chain: Chain) -> Iterator[tuple[str, int]]:
    """The first of a word of the bitmap, the next one, and the bare transfer of the token beside them."""
    token = chain.deploy_test("plain", 10**30)
    for name, paid_in in (("coins", None), ("a token", token)):
        accounts = [checksummed(hexed(leaf_hash(number.to_bytes(4))[:20])) for number in range(SHARES)]
        tree = grow(
            TYPES, [(str(n), account, hexed(f"m{n}".encode().ljust(32, b"\0")), str(10**18 + n)) for n, account in enumerate(accounts)]
        )
        address = paid_in.address if paid_in else NOBODY
        contract = chain.deploy("payouts", leaf_hash(b"r"), tree.root, address, chain.now + 60 * DAY, chain.accounts[9], [], 0)
        if paid_in:
            chain.do(token.functions.transfer(contract.address, 10**22))
        else:
            chain.send(contract.address, 10**22)
        for account in accounts[:2]:  # who is paid has been paid before: a first coin costs 25,000 whoever sends it
            if paid_in:
                chain.do(token.functions.transfer(account, 1))
            else:
                chain.send(account, 1)
        used = []
        for number in (0, 1):
            index, account, member, amount = tree.values[number]
            proof = tree.proof(number)
            assert len(proof) == 10
            used.append(chain.do(contract.functions.claim(int(index), account, member, int(amount), proof))["gasUsed"])
        yield f"a claim in {name}, ten levels deep, first of its word", used[0]
        yield f"a claim in {name}, ten levels deep, warm word", used[1]
    sent = chain.do(token.functions.transfer(accounts[1], 1))["gasUsed"]
    yield "  of which the token's transfer, without its transaction", sent - 21_000


def decisions(chain: Chain) -> Iterator[tuple[str, int]]:
    moot = Moot(chain)
    till = chain.deploy_test("till")
    actions = [(till.address, 100, b"")]
    yield "a decision, opened (one action)", chain.do(moot.open(1, actions))["gasUsed"]
    chain.wait(OPEN)
    yield "a decision, attested by 5 of 9", chain.do(moot.queue(1, actions))["gasUsed"]
    chain.wait(WINDOW)
    yield "a decision, executed (one payment)", chain.do(moot.execute(1, actions))["gasUsed"]


def deployments(chain: Chain) -> Iterator[tuple[str, int]]:
    for name, arguments in (
        ("checkpoints", (leaf_hash(b"example.org/moot"),)),
        ("payouts", (leaf_hash(b"r"), leaf_hash(b"root"), NOBODY, chain.now + 60 * DAY, chain.accounts[9], [], 0)),
    ):
        contract = chain.deploy(name, *arguments)
        block = chain.web3.eth.get_block("latest", full_transactions=True)
        receipt = chain.web3.eth.get_transaction_receipt(block["transactions"][0]["hash"])
        assert receipt["contractAddress"] == contract.address
        yield f"`{name}` deployed", receipt["gasUsed"]
    moot = Moot(chain)
    block = chain.web3.eth.get_block("latest", full_transactions=True)
    receipt = chain.web3.eth.get_transaction_receipt(block["transactions"][0]["hash"])
    assert receipt["contractAddress"] == moot.contract.address
    yield "`decisions` deployed, with nine seats", receipt["gasUsed"]


def measured() -> dict[str, int]:
    chain = Chain()
    return {name: gas for part in (heads, claims, decisions, deployments) for name, gas in part(chain)}


def table(figures: dict[str, int]) -> str:
    return "\n".join(["| what | gas |", "| --- | --: |", *(f"| {name.replace('  ', '… ')} | {gas:,} |" for name, gas in figures.items())])


if __name__ == "__main__":
    print(table(measured()))
