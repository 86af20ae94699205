"""The one clock of a process, and its reading that holds for the whole of a request."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

REQUEST_TIME: ContextVar[datetime] = ContextVar("request_time")
"""Set once per request, so that everything in one request happens at one time."""


def clock(shift_seconds: int = 0) -> Clock:
    """The time in UTC, shifted by a setting that tests use and production refuses."""
    shift = timedelta(seconds=shift_seconds)
    return lambda: datetime.now(UTC) + shift
