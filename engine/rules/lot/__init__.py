"""Rules that choose by lot, from a seed with which anybody can repeat the draw."""
