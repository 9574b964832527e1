# pragma version 0.4.3
"""A token that returns false where others revert."""
balanceOf: public(HashMap[address, uint256])

@deploy
def __init__(amount: uint256):
    self.balanceOf[msg.sender] = amount

@external
def transfer(to: address, amount: uint256) -> bool:
    if self.balanceOf[msg.sender] < amount:
        return False
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[to] += amount
    return True
