"""Forgets the answers to requests, some at a time, once they have been kept for thirty days."""

import asyncio

import asyncpg
import structlog

from events.backoff import pause
from events.failures import INFRASTRUCTURE, code_of
from events.pooled import pooled

log = structlog.get_logger()
LOOK_SECONDS = 3600.0
MOST = 10_000
_FORGET = """delete from requests where ctid = any(array(
    select ctid from requests
    where recorded_at < clock_timestamp() - interval '30 days' limit $1))"""


async def forget(pool: asyncpg.Pool) -> int:
    """Forgets what is old enough, and says how many answers that were."""
    forgotten = 0
    while True:
        async with pooled(pool) as connection:
            status = await connection.execute(_FORGET, MOST)
        deleted = int(status.rpartition(" ")[2])
        forgotten += deleted
        if deleted < MOST:
            return forgotten


async def keep_forgetting(pool: asyncpg.Pool, stop: asyncio.Event) -> None:
    """Looks every hour until `stop` is set."""
    while not stop.is_set():
        try:
            await forget(pool)
        except INFRASTRUCTURE as error:
            log.warning("requests.kept", reason=code_of(error))
        await pause(stop, LOOK_SECONDS)
