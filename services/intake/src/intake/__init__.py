"""Organisations, candidates, offers, referrals and screening."""
