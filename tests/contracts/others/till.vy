# pragma version 0.4.3
# pragma evm-version shanghai
"""What decisions call: it counts, and fails when told to."""
count: public(uint256)
is_broken: public(bool)

@external
def add(amount: uint256):
    assert not self.is_broken, "till: broken"
    self.count += amount

@external
def break_it(on: bool):
    self.is_broken = on

@external
@payable
def __default__():
    pass
