"""Spells: whether a case is open or closed, as it stands."""
