"""Tracks: procedures that run beside a case with clocks of their own, defined as data."""
