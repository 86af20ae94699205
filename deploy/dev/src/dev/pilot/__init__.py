"""The pilot on medical incidents: a constructed cohort, played over HTTP, beside the report."""
