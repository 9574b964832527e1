# pragma version 0.4.3
# pragma evm-version shanghai
"""
@title Who attests for a community
@license Apache-2.0
@notice A council is a set of seats and how many of them it takes. Each new council is a new term; what was opened under
        an earlier one is still judged by that one, so that nobody takes a seat in order to decide what is already open.
        Signatures are EIP-712 (name Folkmoot, version 1, this chain, this contract), ECDSA, low s only.
        This is a module: it is compiled into each contract that needs it.
"""

SEATS_MAX: constant(uint256) = 32
# secp256k1's order halved: of the two values of s that fit one signature, the lower alone is taken.
LOW_S_MAX: constant(uint256) = 57896044618658097711785492504343953926418782139537452191302581570759080747168
DOMAIN_TYPE: constant(bytes32) = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
NAME: constant(bytes32) = keccak256("Folkmoot")
VERSION: constant(bytes32) = keccak256("1")


event CouncilSeated:
    term: indexed(uint64)
    seats: DynArray[address, SEATS_MAX]
    needed: uint256


struct Signature:
    v: uint256
    r: uint256
    s: uint256


term: public(uint64)
needed: public(HashMap[uint64, uint256])
size: public(HashMap[uint64, uint256])
is_seated: public(HashMap[uint64, HashMap[address, bool]])


@internal
def seat(seats: DynArray[address, SEATS_MAX], needed: uint256):
    """A new term begins. One seat twice, or a council that can never agree, or always does, is no council."""
    assert needed > 0 and needed <= len(seats), "council: needs at least one seat, at most all"
    term: uint64 = self.term + 1
    for one: address in seats:
        assert one != empty(address), "council: a seat is nobody's"
        assert not self.is_seated[term][one], "council: a seat is given twice"
        self.is_seated[term][one] = True
    self.term = term
    self.needed[term] = needed
    self.size[term] = len(seats)
    log CouncilSeated(term=term, seats=seats, needed=needed)


@internal
@view
def digest(message: bytes32) -> bytes32:
    """What is signed. The chain's id is asked for each time: a chain that forks is two chains."""
    domain: bytes32 = keccak256(abi_encode(DOMAIN_TYPE, NAME, VERSION, chain.id, self))
    return keccak256(concat(x"1901", domain, message))


@internal
@view
def attest(term: uint64, message: bytes32, signatures: DynArray[Signature, SEATS_MAX]) -> DynArray[address, SEATS_MAX]:
    """Refused unless enough different seats of that term signed. Signers come in rising order, so that none counts twice."""
    assert len(signatures) >= self.needed[term] and len(signatures) > 0, "council: too few signed"
    signed: bytes32 = self.digest(message)
    signers: DynArray[address, SEATS_MAX] = []
    last: address = empty(address)
    for signature: Signature in signatures:
        assert signature.s <= LOW_S_MAX, "council: a signature has a twin (high s)"
        signer: address = ecrecover(signed, signature.v, signature.r, signature.s)
        assert convert(signer, uint160) > convert(last, uint160), "council: signers are not in rising order"
        assert self.is_seated[term][signer], "council: somebody without a seat signed"
        signers.append(signer)
        last = signer
    return signers
