"""Funding rules: how a pool of money matches people's gifts, and when lasting support is strong enough to be paid."""
