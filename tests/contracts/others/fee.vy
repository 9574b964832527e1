# pragma version 0.4.3
"""A token that keeps a tenth of what is sent."""
balanceOf: public(HashMap[address, uint256])

@deploy
def __init__(amount: uint256):
    self.balanceOf[msg.sender] = amount

@external
def transfer(to: address, amount: uint256) -> bool:
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[to] += amount - amount // 10
    return True
