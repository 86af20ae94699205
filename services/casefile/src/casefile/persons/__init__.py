"""The client system: the persons around a case, who is the client and who speaks for whom."""
