"""Messages to people and systems: what was to be sent, and what became of it."""
