"""Connections to PostgreSQL: limits on every statement, and what an error of theirs means."""

from collections.abc import Mapping
from uuid import UUID

import asyncpg

from events.failures import code_of
from events.store import Unavailable, Unwritable

STATEMENT_SECONDS = 5
ANSWER_SECONDS = STATEMENT_SECONDS + 1
"""A server that lives has ended the statement by then; one that says nothing is given up."""
CONNECT_SECONDS = 2
TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
LIMITS = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{STATEMENT_SECONDS}s",
    "timezone": "UTC",
}
_BAD_DATA = {"22", "23", "54"}
"""Classes of SQLSTATE: data exceptions, violated constraints, exceeded limits of the program."""


async def connect(
    url: str,
    settings: Mapping[str, str] | None = None,
    *,
    answer_seconds: float | None = ANSWER_SECONDS,
) -> asyncpg.Connection:
    return await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        command_timeout=answer_seconds,
        server_settings={**LIMITS, **(settings or {})},
    )


async def read_plain_uuids(connection: asyncpg.Connection) -> None:
    """The driver's own class of UUID is one that orjson refuses."""
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: value.bytes,
        decoder=lambda data: UUID(bytes=data),
    )


def meaning(error: BaseException) -> Unwritable | Unavailable:
    """Its words leave out what may hold personal data: the details that the server gives.

    The cause keeps them, and is told by its kind alone.
    """
    if isinstance(error, Unwritable | Unavailable):
        return error
    meant = _meaning(error)
    meant.__cause__ = error
    return meant


def _meaning(error: BaseException) -> Unwritable | Unavailable:
    if isinstance(error, asyncpg.DataError | ValueError):
        return Unwritable(code_of(error))  # its own words quote the value
    said = str(error.args[0]) if error.args else type(error).__name__
    if (getattr(error, "sqlstate", None) or "")[:2] in _BAD_DATA:
        return Unwritable(said)
    return Unavailable(said)
