"""Organisations that take part: those that refer, and each programme's desk."""
