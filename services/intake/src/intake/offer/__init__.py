"""The offer: a candidate is identified, offered case management or not, and answers."""
