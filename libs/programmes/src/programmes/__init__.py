"""Programme definitions: what a programme of case management declares, as data."""
