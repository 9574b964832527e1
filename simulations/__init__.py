"""Invented and real people under the same rules: everything here speaks commands only."""
