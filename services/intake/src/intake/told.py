"""To whom people said why: an organisation reads what they told it, not what they told the desk."""

from collections.abc import Callable

from events.store import Json, Recorded
from kit.access import Role
from kit.calls import Call

Told = Callable[[Recorded[Json]], bool]


def told_to(call: Call) -> Told:
    """Whether an event's reasons and words are for this caller to read."""
    if call.may("desk-answer:read"):
        return lambda _recorded: True
    return lambda recorded: recorded.metadata.role == Role.REFERRER
