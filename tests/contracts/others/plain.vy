# pragma version 0.4.3
"""An ERC-20 as the standard has it."""
balanceOf: public(HashMap[address, uint256])

@deploy
def __init__(amount: uint256):
    self.balanceOf[msg.sender] = amount

@external
def transfer(to: address, amount: uint256) -> bool:
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[to] += amount
    return True
