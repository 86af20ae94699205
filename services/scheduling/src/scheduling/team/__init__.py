"""The case team, as far as it decides to whom a case is open."""
