"""One life for each feature, in which everything happens that can: `life()`, and the public views its golden log must give.

A feature's file names its views `view_1`, `view_2` …: new facts make a new one, and the old ones stay.
"""
