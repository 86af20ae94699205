"""Spells: whether the support of a case has ended, as casefile told."""
