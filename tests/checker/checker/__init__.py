"""Decides from what was stored, sent and answered whether the promises R1 to R8 were kept."""
