"""Which failures are the infrastructure's, and how the others are called without quoting them."""

import re
import traceback

import asyncpg

from events.broker import BrokerFailed
from events.decider import Rejected
from events.store import Unavailable

INFRASTRUCTURE: tuple[type[Exception], ...] = (
    Unavailable,
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
)
"""Nothing is wrong with what was to be done: it is tried again, and no try is counted."""

OUTAGES: tuple[type[Exception], ...] = (BrokerFailed, *INFRASTRUCTURE)
"""The same, with the broker."""

_WORD_START = re.compile(r"(?<!^)(?=[A-Z][a-z])")


def is_infrastructure(error: Exception) -> bool:
    """Values that asyncpg cannot encode are not, although it calls them interface errors."""
    return isinstance(error, INFRASTRUCTURE) and not isinstance(error, ValueError)


def code_of(error: BaseException) -> str:
    """A code for a failure: never its text, which may quote what nobody else may read."""
    if isinstance(error, Rejected):
        return f"rejected-{error.code}"
    return _WORD_START.sub("-", type(error).__name__).lower()


def place_of(error: BaseException) -> str:
    """Where in the code it failed."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
