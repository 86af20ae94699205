"""Views over what all services publish: offers, funnel, caseload and durations."""
