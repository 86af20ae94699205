"""Backups: since when one of the team stands in for whoever is away, and until when."""
