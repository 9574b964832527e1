"""The tamper corpus: every way to cheat that the tests know, written out as data that any implementation can read.

`python -m tests.tampering` writes `tests/tamper/` from the tables that the tests of each feature try; its README has the format.
"""
