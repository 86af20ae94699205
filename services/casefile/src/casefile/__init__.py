"""Cases, their tracks and journals, and who works on them."""
