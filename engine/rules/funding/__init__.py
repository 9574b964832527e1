"""Funding rules: how a pool of money matches what people give, and when a standing wish is strong enough to be paid."""
