"""Tracks: the procedures that run beside a case with clocks of their own, as the programme defines them."""
