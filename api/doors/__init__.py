"""Doors: who is asking."""
