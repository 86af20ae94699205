"""Needs by field of support: opened, met by whom, closed, and referrals to others."""
