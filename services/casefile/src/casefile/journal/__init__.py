"""The journal: the activities on a case, in minutes of contact, travel and registration."""
