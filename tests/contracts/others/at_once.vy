# pragma version 0.4.3
# pragma evm-version shanghai
"""Beanstalk's attacker: whatever it takes, in one transaction."""
@external
def run(target: address, calls: DynArray[Bytes[4096], 4]):
    for data: Bytes[4096] in calls:
        raw_call(target, data)
