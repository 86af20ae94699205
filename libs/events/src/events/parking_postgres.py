"""Parked keys and counted tries in PostgreSQL; what changes a parked key locks its row first."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Text, Uuid, column, exists, table

from events import reading
from events.batch import SQL, Refusal, Refused, arguments, outcomes, prepare
from events.broker import Message, Partition
from events.parking import NOTHING, VIEWS, Lane, MovedOn, Parked, Request, Waiting, event_of
from events.pooled import pooled, transaction
from events.store import AlreadyAnswered, Unavailable, WriteSet
from events.views import View

_LIST = f"""
    select k.consumer, k.topic, k.key, k.reason, k.parked_at, k.request,
        h.id, h.partition, h.message_offset, m.messages
    from parked_keys k join lateral (
        select count(*) as messages from parked_messages m
        where (m.consumer, m.topic, m.key) = (k.consumer, k.topic, k.key)
    ) m on true join lateral (
        select * from parked_messages h
        where (h.consumer, h.topic, h.key) = (k.consumer, k.topic, k.key)
        order by h.turn, h.id limit 1
    ) h on true
    where $1::text is null or k.consumer = $1
    union all select '{VIEWS}', v.name || '_v' || v.version, v.key, v.reason, v.parked_at, 'none',
        v.position, -1, v.position, 1
    from parked_in_views v
    where $1::text is null and (v.name, v.version) in (select * from unnest($2::text[], $3::int[]))
    order by parked_at, key"""  # noqa: S608 - a constant
_REQUEST = """update parked_keys set request = $4, skip_message = $5, skip_reason = $6
    where (consumer, topic, key) = ($1, $2, $3)"""
_ANEW = "update parked_messages set tries = 0 where (consumer, topic, key) = ($1, $2, $3)"
_PARKED = """select exists (
    select from parked_keys where (consumer, key) = ($1, $2))"""
_PARK = """insert into parked_keys (consumer, topic, key, reason) values ($1, $2, $3, $4)
    on conflict (consumer, topic, key) do update set reason = parked_keys.reason"""
_LOCK = """select request, skip_message, skip_reason from parked_keys
    where (consumer, topic, key) = ($1, $2, $3) for update"""
_HEAD = """select id from parked_messages where (consumer, topic, key) = ($1, $2, $3)
    order by turn, id limit 1"""
_BEHIND = """insert into parked_messages (consumer, topic, key, partition, message_offset,
        message_key, header_names, header_values, value, digest)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict on constraint parked_messages_once do nothing"""
_FIRST = f"""update parked_messages set tries = tries + 1
    where id = ({_HEAD}) returning *"""  # noqa: S608 - a constant
_TAKE = "delete from parked_messages where id = $1"
_FREE = """delete from parked_keys where (consumer, topic, key) = ($1, $2, $3)
    and not exists (select from parked_messages where (consumer, topic, key) = ($1, $2, $3))
    returning true"""
_SKIP = """insert into skipped_messages
    (id, consumer, topic, key, partition, message_offset, message, reason)
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing"""
_GO_ON = """update parked_keys set request = 'retry', skip_message = null, skip_reason = null
    where (consumer, topic, key) = ($1, $2, $3)"""
_AGAIN = """update parked_keys set reason = $4, request = case
        when skip_message = $5 then request
        when exists (select from parked_messages where id = $5 and tries < $6) then request
        else 'none' end
    where (consumer, topic, key) = ($1, $2, $3)"""
_BEGIN = """
    with begun as (select * from unnest($2::text[], $3::int[], $4::bigint[])
        with ordinality b (topic, partition, message_offset, nth)),
    fresh as (insert into tries select $1, topic, partition, message_offset, 1 from begun
        on conflict do nothing)
    select coalesce(t.tries, 0) as before from begun b left join tries t
        on (t.consumer, t.topic, t.partition, t.message_offset)
            = ($1, b.topic, b.partition, b.message_offset)
    order by b.nth"""
_COUNT = """insert into tries values ($1, $2, $3, $4, 1)
    on conflict on constraint tries_pkey do update set tries = tries.tries + 1 returning tries"""
_FORGET = """delete from tries t using unnest($2::text[], $3::int[], $4::bigint[]) f
        (topic, partition, message_offset)
    where t.consumer = $1 and (t.topic, t.partition, t.message_offset)
        = (f.topic, f.partition, f.message_offset)"""

_ANY = "surrogatepass"
_KEYS = table("parked_keys", column("consumer", Text), column("key", Uuid))


def parked_in(group: str, key: ColumnElement[Any]) -> ColumnElement[bool]:
    """`Parking.parked` as a condition on rows."""
    return exists().where(_KEYS.c.consumer == group, _KEYS.c.key == key)


class PostgresYard:
    """On the pool of a service's database; every call is one short transaction.

    Of the keys that views parked those of `views` are listed: nobody tries again what an older
    version parked.
    """

    def __init__(self, pool: asyncpg.Pool, views: Iterable[View] = ()) -> None:
        self._pool = pool
        self._views = list(views)

    async def list(self, group: str | None = None) -> Sequence[Parked]:
        names = [view.name for view in self._views]
        versions = [view.version for view in self._views]
        async with pooled(self._pool) as connection:
            rows = await connection.fetch(_LIST, group, names, versions)
        return [_parked(row) for row in rows]

    async def request_retry(self, lane: Lane, beside: WriteSet = NOTHING) -> bool:
        return await self._request(lane, Request.RETRY, None, None, beside)

    async def request_skip(
        self, lane: Lane, message: int, reason: str, beside: WriteSet = NOTHING
    ) -> bool:
        return await self._request(lane, Request.SKIP, message, reason, beside)

    async def _request(
        self,
        lane: Lane,
        request: Request,
        message: int | None,
        reason: str | None,
        beside: WriteSet,
    ) -> bool:
        async with transaction(self._pool) as connection:
            if await connection.fetchrow(_LOCK, *lane) is None:
                return False
            if message not in (None, await connection.fetchval(_HEAD, *lane)):
                raise MovedOn
            await _append(connection, beside)
            await connection.execute(_REQUEST, *lane, request, message, reason)
            await connection.execute(_ANEW, *lane)
        return True

    async def parked(self, group: str, key: UUID) -> bool:
        async with pooled(self._pool) as connection:
            return bool(await connection.fetchval(_PARKED, group, key))

    async def park(self, lane: Lane, message: Message, reason: str) -> None:
        async with transaction(self._pool) as connection:
            await connection.execute(_PARK, *lane, reason)
            await connection.execute(_BEHIND, *lane, *_columns(message))

    async def behind(self, lane: Lane, message: Message) -> bool:
        async with transaction(self._pool) as connection:
            if await connection.fetchrow(_LOCK, *lane) is None:
                return False
            await connection.execute(_BEHIND, *lane, *_columns(message))
        return True

    async def first(self, lane: Lane) -> Waiting | None:
        async with transaction(self._pool) as connection:
            key = await connection.fetchrow(_LOCK, *lane)
            if key is None or key["request"] == Request.NONE:
                return None
            row = await connection.fetchrow(_FIRST, *lane)
        return Waiting(row["id"], _message(row), row["tries"], key["skip_message"] == row["id"])

    async def done(self, lane: Lane, waiting: Waiting) -> bool:
        async with transaction(self._pool) as connection:
            await connection.fetchrow(_LOCK, *lane)
            return await _taken(connection, lane, waiting)

    async def skip(self, lane: Lane, waiting: Waiting) -> bool:
        left_out = waiting.message
        place = left_out.partition.number, left_out.offset, event_of(left_out)
        async with transaction(self._pool) as connection:
            if (key := await connection.fetchrow(_LOCK, *lane)) is None:
                return True
            if key["skip_message"] != waiting.id:
                return False
            reason = key["skip_reason"]
            await connection.execute(_SKIP, waiting.id, *lane, *place, reason)
            await connection.execute(_GO_ON, *lane)
            return await _taken(connection, lane, waiting)

    async def again(self, lane: Lane, waiting: Waiting, reason: str) -> None:
        async with transaction(self._pool) as connection:
            await connection.fetchrow(_LOCK, *lane)
            await connection.execute(_AGAIN, *lane, reason, waiting.id, waiting.tries)

    async def begin(self, group: str, messages: Sequence[Message]) -> Sequence[int]:
        async with pooled(self._pool) as connection:
            rows = await connection.fetch(_BEGIN, group, *_places(messages))
        return [row["before"] for row in rows]

    async def count(self, group: str, message: Message) -> int:
        async with pooled(self._pool) as connection:
            counted = await connection.fetchval(_COUNT, group, *message.partition, message.offset)
        return int(counted)

    async def forget(self, group: str, messages: Sequence[Message]) -> None:
        async with pooled(self._pool) as connection:
            await connection.execute(_FORGET, group, *_places(messages))


async def _append(connection: asyncpg.Connection, write: WriteSet) -> None:
    """In this transaction, and not with what the appender has in hand; raises AlreadyAnswered."""
    batch = [prepare(write)]
    [outcome] = outcomes(batch, await connection.fetchrow(SQL, *arguments(batch)))
    if write.request and outcome == Refused(Refusal.ANSWERED, None):
        asked = write.request[0]
        row = await connection.fetchrow(reading.ANSWER, asked.subject, asked.route, asked.key)
        raise AlreadyAnswered(reading.answer(row)) if row else Unavailable("it expired just now")


async def _taken(connection: asyncpg.Connection, lane: Lane, waiting: Waiting) -> bool:
    """True if nothing waits any more: the key's row is gone with its last message."""
    await connection.execute(_TAKE, waiting.id)
    if await connection.fetchval(_FREE, *lane):
        return True
    return await connection.fetchrow(_LOCK, *lane) is None


def _places(messages: Sequence[Message]) -> tuple[Sequence[str], Sequence[int], Sequence[int]]:
    partitions = [m.partition for m in messages]
    return (
        [p.topic for p in partitions],
        [p.number for p in partitions],
        [m.offset for m in messages],
    )


def _columns(message: Message) -> tuple[object, ...]:
    names = [name.encode("utf-8", _ANY) for name, _ in message.headers]
    values = [value for _, value in message.headers]
    digest = sha256(repr((message.key, names, values, message.value)).encode()).digest()
    number, offset = message.partition.number, message.offset
    return number, offset, message.key, names, values, message.value, digest


def _message(row: asyncpg.Record) -> Message:
    names = [name.decode("utf-8", _ANY) for name in row["header_names"]]
    headers = list(zip(names, row["header_values"], strict=True))
    partition = Partition(row["topic"], row["partition"])
    return Message(partition, row["message_offset"], row["message_key"], headers, row["value"])


def _parked(row: asyncpg.Record) -> Parked:
    return Parked(
        lane=Lane(row["consumer"], row["topic"], row["key"]),
        partition=row["partition"],
        reason=row["reason"],
        parked_at=row["parked_at"],
        messages=row["messages"],
        head=row["id"],
        first=row["message_offset"],
        request=Request(row["request"]),
    )
