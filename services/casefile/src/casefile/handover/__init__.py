"""Handovers within a case team: offered by one, acknowledged by the other."""
