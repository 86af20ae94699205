"""Consents: what the client agrees to, and what ends when that is taken back."""
