"""Deadlines: what has to be done by the end of a day, by which policy, and what became of it."""
