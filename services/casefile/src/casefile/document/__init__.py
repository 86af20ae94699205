"""Documents: which there are on a case, what was checked of them, and who got them."""
