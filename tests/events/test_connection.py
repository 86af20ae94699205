"""What an error of the database means to those who asked."""

import asyncpg
import pytest

from events.connection import meaning
from events.store import Unavailable, Unwritable


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DiskFullError("could not extend file"),
        asyncpg.TooManyConnectionsError("too many connections for role"),
        asyncpg.OutOfMemoryError("out of memory"),
        asyncpg.QueryCanceledError("canceling statement due to statement timeout"),
        asyncpg.AdminShutdownError("terminating connection"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
        asyncpg.UndefinedFunctionError("function append_v1 does not exist"),
        asyncpg.ConnectionDoesNotExistError("connection was closed"),
        TimeoutError(),
        ConnectionRefusedError(),
    ],
)
def test_what_is_wrong_with_the_server_may_go_better_later(error: Exception) -> None:
    meant = meaning(error)

    assert isinstance(meant, Unavailable)
    assert meant.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UntranslatableCharacterError("unsupported Unicode escape sequence"),
        asyncpg.StringDataRightTruncationError("value too long"),
        asyncpg.UniqueViolationError("duplicate key value"),
        asyncpg.ProgramLimitExceededError("index row size exceeds maximum"),
        asyncpg.DataError("invalid input for query argument"),
        ValueError("embedded null byte"),
    ],
)
def test_what_is_wrong_with_the_data_is_refused(error: Exception) -> None:
    meant = meaning(error)

    assert isinstance(meant, Unwritable)
    assert meant.__cause__ is error
