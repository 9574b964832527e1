# pragma version 0.4.3
"""A token that its issuer can pause."""
balanceOf: public(HashMap[address, uint256])
is_paused: public(bool)

@deploy
def __init__(amount: uint256):
    self.balanceOf[msg.sender] = amount

@external
def pause(on: bool):
    self.is_paused = on

@external
def transfer(to: address, amount: uint256) -> bool:
    assert not self.is_paused, "token: paused"
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[to] += amount
    return True
