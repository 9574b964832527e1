# pragma version 0.4.3
# pragma evm-version shanghai
"""Puts whatever code it is told at one and the same address, again and again: CREATE2 with initcode that asks its maker."""
code_next: Bytes[8192]
made: public(address)

@external
def make(code: Bytes[8192]):
    self.code_next = code
    # PUSH0 ×4 CALLER GAS STATICCALL POP · RETURNDATASIZE PUSH0 PUSH0 RETURNDATACOPY · RETURNDATASIZE PUSH0 RETURN
    self.made = raw_create(x"5f5f5f5f335afa503d5f5f3e3d5ff3", salt=empty(bytes32))

@external
def run(data: Bytes[64]):
    raw_call(self.made, data)

@external
@view
@raw_return
def __default__() -> Bytes[8192]:
    return self.code_next
