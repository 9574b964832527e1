"""The rules of the house: pure but for `store/`. No clock, no chance, no network, no framework.

Start with `engine.rules.tally` for ballots, and `engine.community.Community` for a community.
"""
