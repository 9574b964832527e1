# pragma version 0.4.3
# pragma evm-version shanghai
"""An account that calls back in while a decision pays it."""
data: Bytes[4096]
was_refused: public(bool)

@external
def prepare(data: Bytes[4096]):
    self.data = data

@external
@payable
def __default__():
    done: bool = raw_call(msg.sender, self.data, revert_on_failure=False)
    self.was_refused = not done
