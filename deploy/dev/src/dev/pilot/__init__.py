"""The pilot on medical incidents: a constructed cohort, played over HTTP and held against the report."""
