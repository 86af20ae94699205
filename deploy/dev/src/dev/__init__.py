"""Everything that Leidraad needs, started on one machine without containers."""
