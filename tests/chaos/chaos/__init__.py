"""A campaign of faults against the real processes: kills, servers that go away, and a verdict."""
