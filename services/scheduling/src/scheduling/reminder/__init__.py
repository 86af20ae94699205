"""Reminders: whether those of a case may be sent, as consents stand."""
