"""Appointments on a case: planned, confirmed, called off, held."""
