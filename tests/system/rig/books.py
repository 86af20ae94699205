"""Reads all that one service has stored, in one snapshot of its database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import select

from checker.evidence import APART, Books, Rows
from checker.rules import Rules
from events import reading
from events.connection import connect, read_plain_uuids
from events.encoding import metadata_from
from events.parking import NO_PARTITION
from events.sql import fetch
from events.store import AccessLine, Answer, Json, Recorded, RequestKey, Work

PAGE = 5000
UNLIMITED = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
_ANSWERS = """select r.subject, r.route, r.key, r.status, r.location, r.version,
        coalesce(e.position, r.position) as position
    from requests r left join events e on e.id = r.event"""
_INBOX = "select consumer, message from inbox"
_ACCESS = """select actor, role, organisation, action, resource, key, outcome, correlation_id
    from access_log order by id"""
_WORK = "select id, kind, key, data, metadata, due_at from work order by due_at, id"
_VAULT = """select record, bool_or(field = any($1)) as apart from vault_fields
    group by record"""
_POSITION = "select position from views where (name, version) = ($1, $2)"
_PARKED = "select consumer, key from parked_keys"
_SKIPPED = "select consumer, partition, message_offset, message from skipped_messages"

Waits = set[tuple[str, UUID]]
Seen = Sequence[tuple[int, UUID]]


async def read(url: str, service: str, rules: Rules, seen: Seen) -> tuple[Books, Waits, Waits]:
    """The books, the parked keys, and the skipped events, both by group."""
    async with _snapshot(url) as connection:
        books = await _books(connection, service, rules, seen)
        parked = {(r["consumer"], r["key"]) for r in await connection.fetch(_PARKED)}
        found = [
            (row["consumer"], _skipped(row, books.log)) for row in await connection.fetch(_SKIPPED)
        ]
    return books, parked, {(group, id_) for group, id_ in found if id_}


@asynccontextmanager
async def _snapshot(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(url, UNLIMITED, answer_seconds=None)
    try:
        await read_plain_uuids(connection)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        connection.terminate()


async def _books(connection: asyncpg.Connection, service: str, rules: Rules, seen: Seen) -> Books:
    vault = await connection.fetch(_VAULT, [*APART])
    return Books(
        log=await _log(connection, service),
        seen=seen,
        answers=dict(map(_answer, await connection.fetch(_ANSWERS))),
        inbox={(row["consumer"], row["message"]) for row in await connection.fetch(_INBOX)},
        access=[AccessLine(**row) for row in await connection.fetch(_ACCESS)],
        work=list(map(_work, await connection.fetch(_WORK))),
        vault={row["record"] for row in vault},
        apart={row["record"] for row in vault if row["apart"]},
        views={
            view.table.name: Rows(
                await connection.fetchval(_POSITION, view.name, view.version) or 0,
                await fetch(connection, select(view.table)),
            )
            for view in rules.views
        },
    )


async def _log(connection: asyncpg.Connection, service: str) -> list[Recorded[Json]]:
    """As the store's own readers get it."""
    log: list[Recorded[Json]] = []
    while rows := await connection.fetch(reading.AFTER, log[-1].position if log else 0, PAGE):
        log += [reading.recorded(service, row) for row in rows]
    return log


def _answer(row: asyncpg.Record) -> tuple[RequestKey, Answer]:
    """The hash of the body proves nothing here, and stays where it is."""
    values = dict(row)
    key = RequestKey(**{name: values.pop(name) for name in ("subject", "route", "key")})
    return key, Answer(**values, body_hash=b"")


def _work(row: asyncpg.Record) -> Work:
    values: dict[str, Any] = dict(row)
    data, metadata = (orjson.loads(values.pop(name)) for name in ("data", "metadata"))
    return Work(**values, data=data, metadata=metadata_from(metadata))


def _skipped(row: asyncpg.Record, log: Sequence[Recorded[Json]]) -> UUID | None:
    """What the relay left out is known by its position."""
    left_out: UUID | None = row["message"]
    return log[row["message_offset"] - 1].id if row["partition"] == NO_PARTITION else left_out
