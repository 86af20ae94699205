"""The case: the support of one client system, from acceptance to closing."""
