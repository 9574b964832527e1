# pragma version 0.4.3
# pragma evm-version shanghai
"""
@title Decisions of a community that execute on a chain
@license Apache-2.0
@notice A poll's actions are pinned here when it opens: target, value, call data, and the hash of the code that stands at the
        target. The council that held its seats on that day attests the result; then everybody has a window to look; then it
        executes, or it expires. The pins are compared at each step. No step can be left out, and none is shorter than a
        day: nothing is decided and done in one block. Only stopping is fast: some seats object, or the veto's holder vetoes,
        until the veto's own last day. There is no delegatecall: nobody else's code runs as this contract.
        Not seen: a proxy that changes what it points to keeps its own code, so pin the implementation's upgrade rights instead;
        who is paid inside call data; a resubmission that differs by one byte. The council recounts, and sees those.
        Attested by ECDSA; one BLS aggregate through EIP-2537 is left for later.
"""

import council
initializes: council
exports: (council.term, council.needed, council.size, council.is_seated)

ACTIONS_MAX: constant(uint256) = 8
DATA_MAX: constant(uint256) = 1024
DAY: constant(uint256) = 86400
SUNSET_MOST: constant(uint256) = 2 * 365 * DAY
NO_CODE: constant(bytes32) = keccak256("")
DECISION: constant(bytes32) = keccak256("Decision(bytes32 poll,bytes32 pins,bytes32 result)")


struct Action:
    target: address
    value: uint256
    data: Bytes[DATA_MAX]


struct Decision:
    pins: bytes32
    term: uint64
    opened_at: uint256
    queued_at: uint256
    objections: uint256
    is_cancelled: bool
    is_executed: bool


OPEN_LEAST: public(immutable(uint256))  # seconds from opening until it may be queued
OPEN_MOST: public(immutable(uint256))  # seconds from opening after which it has lapsed
WINDOW: public(immutable(uint256))  # seconds in which it can be challenged
GRACE: public(immutable(uint256))  # seconds in which it can be executed
COOLDOWN: public(immutable(uint256))  # seconds before what was not executed may be opened again
VETO_HOLDER: public(immutable(address))
VETO_UNTIL: public(immutable(uint256))

grave: public(HashMap[uint64, uint256])  # seats it takes to change this contract's own council
stops: public(HashMap[uint64, uint256])  # seats whose objections cancel
decisions: public(HashMap[bytes32, Decision])
last_poll: HashMap[bytes32, bytes32]  # of the same actions
has_objected: public(HashMap[bytes32, HashMap[address, bool]])
is_veto_over: public(bool)


event Opened:
    poll: indexed(bytes32)
    pins: bytes32
    term: uint64


event Queued:
    poll: indexed(bytes32)
    result: bytes32
    executable_at: uint256


event Objected:
    poll: indexed(bytes32)
    seat: indexed(address)


event Cancelled:
    poll: indexed(bytes32)


event Executed:
    poll: indexed(bytes32)


@deploy
@payable
def __init__(
    seats: DynArray[address, council.SEATS_MAX],
    needed: uint256,
    grave: uint256,
    stops: uint256,
    open_least: uint256,
    open_most: uint256,
    window: uint256,
    grace: uint256,
    cooldown: uint256,
    veto_holder: address,
    veto_until: uint256,
):
    assert open_least >= DAY and window >= DAY and grace >= DAY, "decisions: nothing is decided and done within a day"
    assert open_most > open_least, "decisions: it would lapse before it may be queued"
    assert veto_until <= block.timestamp + SUNSET_MOST, "decisions: a veto ends within two years"
    OPEN_LEAST = open_least
    OPEN_MOST = open_most
    WINDOW = window
    GRACE = grace
    COOLDOWN = cooldown
    VETO_HOLDER = veto_holder
    VETO_UNTIL = veto_until
    self._seat(seats, needed, grave, stops)


@external
@payable
def __default__():
    """The community's money, to be spent by decisions."""
    assert len(msg.data) == 0, "decisions: no such function"


@external
def open(poll: bytes32, actions: DynArray[Action, ACTIONS_MAX]):
    """Pin what the poll would do, on the day it opens. By a seat: a stranger could pin a poll's name to other actions."""
    assert council.is_seated[council.term][msg.sender], "decisions: only a seat of the council opens"
    assert self.decisions[poll].opened_at == 0, "decisions: opened already"
    assert len(actions) > 0, "decisions: nothing to do"
    for action: Action in actions:
        assert len(action.data) == 0 or action.target.is_contract, "decisions: a call to a target without code"
    same: bytes32 = keccak256(abi_encode(actions))
    earlier: Decision = self.decisions[self.last_poll[same]]
    if earlier.opened_at != 0 and not earlier.is_executed:
        assert block.timestamp >= earlier.opened_at + COOLDOWN, "decisions: the same was tried not long ago"
    self.last_poll[same] = poll
    pins: bytes32 = self._pins(actions)
    self.decisions[poll].pins = pins
    self.decisions[poll].term = council.term
    self.decisions[poll].opened_at = block.timestamp
    log Opened(poll=poll, pins=pins, term=council.term)


@external
def queue(
    poll: bytes32,
    actions: DynArray[Action, ACTIONS_MAX],
    result: bytes32,
    signatures: DynArray[council.Signature, council.SEATS_MAX],
):
    """The council of the day it opened attests the result: the leaf hash of the final decision in the community's log."""
    decision: Decision = self.decisions[poll]
    assert decision.opened_at != 0, "decisions: it was never opened"
    assert not decision.is_cancelled, "decisions: it was cancelled"
    assert decision.queued_at == 0, "decisions: queued already"
    assert block.timestamp >= decision.opened_at + OPEN_LEAST, "decisions: too soon after its opening"
    assert block.timestamp < decision.opened_at + OPEN_MOST, "decisions: it has lapsed"
    assert self._pins(actions) == decision.pins, "decisions: not what was pinned when it opened"
    message: bytes32 = keccak256(abi_encode(DECISION, poll, decision.pins, result))
    signers: DynArray[address, council.SEATS_MAX] = council.attest(decision.term, message, signatures)
    for action: Action in actions:
        assert action.target not in signers, "decisions: a signer is paid or called by it"
        if action.target == self:
            assert len(signers) >= self.grave[decision.term], "decisions: too few signed to change the council"
    self.decisions[poll].queued_at = block.timestamp
    log Queued(poll=poll, result=result, executable_at=block.timestamp + WINDOW)


@external
def object(poll: bytes32):
    """A seat of that council says it is wrong. Enough of them, fewer than attest, stop it."""
    decision: Decision = self.decisions[poll]
    assert decision.queued_at != 0 and not decision.is_cancelled, "decisions: it is not queued"
    assert block.timestamp < decision.queued_at + WINDOW, "decisions: its window is over"
    assert council.is_seated[decision.term][msg.sender], "decisions: only a seat of its council objects"
    assert not self.has_objected[poll][msg.sender], "decisions: objected already"
    self.has_objected[poll][msg.sender] = True
    self.decisions[poll].objections = decision.objections + 1
    log Objected(poll=poll, seat=msg.sender)
    if decision.objections + 1 >= self.stops[decision.term]:
        self._cancel(poll)


@external
def veto(poll: bytes32):
    """Stop it at once, whatever its stage; not after the veto's last day, and not once it is given up."""
    assert msg.sender == VETO_HOLDER, "decisions: only the veto's holder"
    assert block.timestamp < VETO_UNTIL and not self.is_veto_over, "decisions: the veto is over"
    decision: Decision = self.decisions[poll]
    assert decision.opened_at != 0 and not decision.is_executed and not decision.is_cancelled, "decisions: nothing to stop"
    self._cancel(poll)


@external
def give_up_veto():
    """For good, before its last day. Nothing prolongs it."""
    assert msg.sender == VETO_HOLDER, "decisions: only the veto's holder"
    self.is_veto_over = True


@external
def execute(poll: bytes32, actions: DynArray[Action, ACTIONS_MAX]):
    """Do it, whoever asks: all of its actions, or none."""
    decision: Decision = self.decisions[poll]
    assert decision.queued_at != 0, "decisions: it is not queued"
    assert not decision.is_cancelled, "decisions: it was cancelled"
    assert not decision.is_executed, "decisions: executed already"
    ready: uint256 = decision.queued_at + WINDOW
    assert block.timestamp >= ready, "decisions: it can still be challenged"
    assert block.timestamp < ready + GRACE, "decisions: it has expired"
    assert self._pins(actions) == decision.pins, "decisions: not what was pinned when it opened"
    # Written before anything is called: whoever calls back in finds it done.
    self.decisions[poll].is_executed = True
    log Executed(poll=poll)
    codes: DynArray[bytes32, ACTIONS_MAX] = []
    for action: Action in actions:
        codes.append(self._code(action.target))
    for number: uint256 in range(len(actions), bound=ACTIONS_MAX):
        action: Action = actions[number]
        # An earlier action may have put other code in its place.
        assert self._code(action.target) == codes[number], "decisions: not what was pinned when it opened"
        raw_call(action.target, action.data, value=action.value)


@external
def seat_council(seats: DynArray[address, council.SEATS_MAX], needed: uint256, grave: uint256, stops: uint256):
    """A new council, by a decision alone."""
    assert msg.sender == self, "decisions: only by a decision"
    self._seat(seats, needed, grave, stops)


@external
@view
def stage(poll: bytes32) -> String[9]:
    """unknown, open, lapsed, queued, ready, expired, cancelled or executed."""
    decision: Decision = self.decisions[poll]
    if decision.opened_at == 0:
        return "unknown"
    if decision.is_executed:
        return "executed"
    if decision.is_cancelled:
        return "cancelled"
    if decision.queued_at == 0:
        return "open" if block.timestamp < decision.opened_at + OPEN_MOST else "lapsed"
    if block.timestamp < decision.queued_at + WINDOW:
        return "queued"
    return "ready" if block.timestamp < decision.queued_at + WINDOW + GRACE else "expired"


@external
@view
def pins_of(actions: DynArray[Action, ACTIONS_MAX]) -> bytes32:
    """What would be pinned today."""
    return self._pins(actions)


@internal
@view
def _pins(actions: DynArray[Action, ACTIONS_MAX]) -> bytes32:
    pins: bytes32 = empty(bytes32)
    for action: Action in actions:
        pins = keccak256(abi_encode(pins, action.target, action.value, keccak256(action.data), self._code(action.target)))
    return pins


@internal
@view
def _code(target: address) -> bytes32:
    """An account without code is one, whether or not it has ever held a coin."""
    return target.codehash if target.is_contract else NO_CODE


@internal
def _cancel(poll: bytes32):
    self.decisions[poll].is_cancelled = True
    log Cancelled(poll=poll)


@internal
def _seat(seats: DynArray[address, council.SEATS_MAX], needed: uint256, grave: uint256, stops: uint256):
    assert grave >= needed and grave <= len(seats), "decisions: changing the council takes no fewer seats than a decision"
    assert stops > 0 and stops <= needed, "decisions: stopping takes no more seats than deciding"
    council.seat(seats, needed)
    self.grave[council.term] = grave
    self.stops[council.term] = stops
