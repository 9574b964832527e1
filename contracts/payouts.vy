# pragma version 0.4.3
# pragma evm-version shanghai
"""
@title The claims of one reward round
@license Apache-2.0
@notice One contract is one round: what it holds is the pot, so no round can be paid from another's.
        A claim is a leaf of an OpenZeppelin StandardMerkleTree over (uint256 index, address account, bytes32 member, uint256 amount).
        A member without a wallet is a leaf whose account is zero; the community, or its council, later attests an account for her.
        Whoever sends a claim, the leaf says who is paid. After the deadline the rest goes back to the community.
        Tokens: any ERC-20, whether or not it returns a value. One that takes a fee on transfer pays the member less than her
        leaf says, and less arrives here than was sent: fund until the pot covers the claims. One that pauses, or refuses an
        account, refuses the claim, which stays open. One whose balances shrink by themselves is not supported: whoever
        comes last would find too little.
"""

import council
initializes: council
exports: (council.term, council.needed, council.size, council.is_seated)

PROOF_MAX: constant(uint256) = 32
LEAST_OPEN: constant(uint256) = 7 * 86400  # nobody loses her share over a week's holiday
ATTESTATION: constant(bytes32) = keccak256("Account(bytes32 member,address account,uint256 nonce)")

ROUND: public(immutable(bytes32))  # the leaf hash, in the community's log, of the event that opened the round
ROOT: public(immutable(bytes32))
TOKEN: public(immutable(address))  # zero: the chain's own coin
DEADLINE: public(immutable(uint256))
COMMUNITY: public(immutable(address))  # attests accounts, and gets what nobody claimed

claimed: HashMap[uint256, uint256]  # a bit for each leaf, 256 in a word
account_of: public(HashMap[bytes32, address])
nonce_of: public(HashMap[bytes32, uint256])


event Claimed:
    index: indexed(uint256)
    account: indexed(address)
    member: indexed(bytes32)
    amount: uint256


event AccountAttested:
    member: indexed(bytes32)
    account: indexed(address)
    nonce: uint256


event Swept:
    amount: uint256


interface ERC20:
    def balanceOf(owner: address) -> uint256: view


@deploy
@payable
def __init__(
    round: bytes32,
    root: bytes32,
    token: address,
    deadline: uint256,
    community: address,
    seats: DynArray[address, council.SEATS_MAX],
    needed: uint256,
):
    assert community != empty(address), "payouts: no community to get the rest"
    assert deadline >= block.timestamp + LEAST_OPEN, "payouts: open for less than a week"
    assert token == empty(address) or token.is_contract, "payouts: no such token"
    assert token == empty(address) or msg.value == 0, "payouts: coins beside a token"
    ROUND = round
    ROOT = root
    TOKEN = token
    DEADLINE = deadline
    COMMUNITY = community
    if len(seats) > 0:
        council.seat(seats, needed)


@external
@payable
def __default__():
    """Coins for the pot; a token is simply sent here."""
    assert TOKEN == empty(address), "payouts: this round is paid in a token"


@external
def claim(index: uint256, account: address, member: bytes32, amount: uint256, proof: DynArray[bytes32, PROOF_MAX]):
    """Pay a leaf, once. Anybody may send this; `account` is part of the leaf, and zero where the member had none."""
    assert block.timestamp < DEADLINE, "payouts: the deadline has passed"
    word: uint256 = self.claimed[index >> 8]
    bit: uint256 = 1 << (index & 255)
    assert word & bit == 0, "payouts: claimed already"
    node: bytes32 = keccak256(keccak256(abi_encode(index, account, member, amount)))
    for sibling: bytes32 in proof:
        if convert(node, uint256) < convert(sibling, uint256):
            node = keccak256(concat(node, sibling))
        else:
            node = keccak256(concat(sibling, node))
    assert node == ROOT, "payouts: no such claim"
    paid: address = account
    if paid == empty(address):
        paid = self.account_of[member]
        assert paid != empty(address), "payouts: nobody has attested an account for this member"
    # Written before anything is sent: whoever calls back in finds it claimed.
    self.claimed[index >> 8] = word | bit
    log Claimed(index=index, account=paid, member=member, amount=amount)
    self._send(paid, amount)


@external
def attest_account(member: bytes32, account: address):
    """The community says whose account this is. Until it is paid, an error can be put right by saying it again."""
    assert msg.sender == COMMUNITY, "payouts: only the community attests"
    self._attest(member, account)


@external
def attest_account_by_council(member: bytes32, account: address, signatures: DynArray[council.Signature, council.SEATS_MAX]):
    """The council says so; the nonce keeps an earlier word from being sent again."""
    message: bytes32 = keccak256(abi_encode(ATTESTATION, member, account, self.nonce_of[member]))
    council.attest(council.term, message, signatures)
    self._attest(member, account)


@external
def sweep():
    """What nobody claimed in time goes to the community, whoever asks."""
    assert block.timestamp >= DEADLINE, "payouts: the deadline has not passed"
    amount: uint256 = self.balance
    if TOKEN != empty(address):
        amount = staticcall ERC20(TOKEN).balanceOf(self)
    log Swept(amount=amount)
    self._send(COMMUNITY, amount)


@external
@view
def is_claimed(index: uint256) -> bool:
    return self.claimed[index >> 8] & (1 << (index & 255)) != 0


@internal
def _attest(member: bytes32, account: address):
    assert account != empty(address) and account != self, "payouts: not an account"
    nonce: uint256 = self.nonce_of[member]
    self.nonce_of[member] = nonce + 1
    self.account_of[member] = account
    log AccountAttested(member=member, account=account, nonce=nonce)


@internal
def _send(account: address, amount: uint256):
    """Paid or reverted. Old tokens return nothing, and some return false where others revert: nothing is good, false is not."""
    if TOKEN == empty(address):
        raw_call(account, b"", value=amount)
    else:
        assert TOKEN.is_contract, "payouts: the token is gone"  # a call to nobody would pass for a payment
        method: Bytes[4] = method_id("transfer(address,uint256)")
        answer: Bytes[32] = raw_call(TOKEN, concat(method, abi_encode(account, amount)), max_outsize=32)
        if len(answer) > 0:
            assert convert(answer, uint256) == 1, "payouts: the token refused"
