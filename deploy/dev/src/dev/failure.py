"""What is told to the person at the terminal when something cannot be started."""


class NotStarted(Exception):
    """Something that Leidraad needs is missing or did not come up; the message is one sentence."""
