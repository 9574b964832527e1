"""Rules that choose by lot, from a seed by which anybody can draw again."""
