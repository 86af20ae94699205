"""The work queue in PostgreSQL: no two workers claim the same item, and none waits for another."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg
import orjson

from events.encoding import metadata_from
from events.pooled import pooled
from events.store import Work
from events.work import Backlog, Claimed

# Work that was due when it was recorded is due by any clock: it waits for no worker's to catch up.
_CLAIM = """
    with due as (
        select id from work
        where kind = any($1) and due_at <= greatest($2, now())
            and due_at <= greatest($2, recorded_at) and coalesce(claimed_until <= now(), true)
        order by due_at limit $4 for update skip locked
    )
    update work w set tries = w.tries + 1, claimed_until = clock_timestamp() + $3
    from due where w.id = due.id
    returning w.id, w.kind, w.key, w.data, w.metadata, w.due_at, w.tries"""
_DEFER = """update work set claimed_until = clock_timestamp() + $3
    where (id, tries) = ($1, $2)"""
_BACKLOG = """select count(*) as waiting, min(due_at) filter (where due_at <= $1) as oldest
    from work"""


class PostgresQueue:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def claim(
        self, kinds: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Claimed]:
        async with pooled(self._pool) as connection:
            rows = await connection.fetch(_CLAIM, kinds, now, lease, limit)
        return [_claimed(row) for row in sorted(rows, key=lambda row: row["due_at"])]

    async def defer(self, claimed: Claimed, delay: timedelta) -> None:
        async with pooled(self._pool) as connection:
            await connection.execute(_DEFER, claimed.work.id, claimed.tries, delay)

    async def backlog(self, now: datetime) -> Backlog:
        async with pooled(self._pool) as connection:
            return Backlog(*await connection.fetchrow(_BACKLOG, now))


def _claimed(row: asyncpg.Record) -> Claimed:
    work = Work(
        id=row["id"],
        kind=row["kind"],
        key=row["key"],
        data=orjson.loads(row["data"]),
        due_at=row["due_at"],
        metadata=metadata_from(orjson.loads(row["metadata"])),
    )
    return Claimed(work, row["tries"])
