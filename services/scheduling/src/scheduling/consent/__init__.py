"""Consents: what of a case has stopped, as they stand."""
