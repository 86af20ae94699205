"""A generated history of any number of cases, in the logs of casefile and of analytics."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID, uuid5

import asyncpg
import orjson

from dev.bench.courses import BACKUP, COURSES, ENTRY, MANAGER, ORGANISATION, Step, Told
from events.encoding import to_json
from events.store import Json, Metadata

ORGANISATIONS = [uuid5(UUID(int=0), f"organisation {number}") for number in range(7)]
CASES_PER_MANAGER = 80
MEMORY = {"work_mem": "256MB", "maintenance_work_mem": "256MB"}
METADATA = Metadata(
    actor="bench",
    role="case-manager",
    correlation_id=ORGANISATIONS[0],
    programme="medical-incidents",
    programme_version=1,
)
_CASE = """lpad(to_hex({0}), 12, '0') || '7000' || substr(md5({0}::text), 1, 16)"""
_MANAGER = "md5('manager ' || {0} % $3::bigint)::uuid"
_CASES = f"""
    select number, number % {len(COURSES)} as course, ({_CASE.format("number")})::uuid as key,
        ($2::uuid[])[1 + number % {len(ORGANISATIONS)}] as organisation,
        {_MANAGER.format("number * 7919")} as manager,
        {_MANAGER.format("(number * 7919 + 1)")} as backup,
        timestamptz '2017-01-01 09:00Z' + number * (interval '6 years' / $1::bigint) as began,
        0.5 + (number * 7919 % 1000) / 1000.0 as pace
    from generate_series(1, $1::bigint) number"""  # noqa: S608 - made of constants
_FILL = f"""
    insert into events (position, id, key, stream, version, type, data, occurred_at,
        occurred_precision, recorded_at, corrects, metadata)
    select place, md5(key::text || step)::uuid, key,
        case stream when '' then key else md5(key::text || stream)::uuid end, version, type,
        replace(replace(replace(replace(replace(replace(data,
            '{ORGANISATION}', organisation::text), '{MANAGER}', manager::text),
            '{BACKUP}', backup::text), '{ENTRY}', md5(key::text || coalesce(corrects, step))),
            '"$position"', place::text), '$recorded',
            to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'))::json,
        occurred_at, 'instant', recorded_at, md5(key::text || corrects)::uuid, $4::json
    from (
        select *, occurred_at + place * interval '1 microsecond' as recorded_at
        from (
            select *, began + days * pace * interval '1 day' as occurred_at,
                row_number() over (order by began + days * pace * interval '1 day', number, step)
                    as place
            from ({_CASES}) c
            join unnest($5::int[], $6::int[], $7::int[], $8::text[], $9::int[], $10::text[],
                $11::text[], $12::int[]) s
                (course, step, days, stream, version, type, data, corrects) using (course)
        ) told
    ) recorded
    order by place"""  # noqa: S608 - made of constants
_HEAD = """update log_head set (position, recorded_at) =
    (select position, recorded_at from events order by position desc limit 1)"""

_INDEXES = """select index.relname as name, pg_get_indexdef(index.oid) as made,
        conname as constraint, pg_get_constraintdef(c.oid) as constrains
    from pg_index i join pg_class index on index.oid = i.indexrelid
    left join pg_constraint c on c.conindid = i.indexrelid
    where i.indrelid = 'events'::regclass"""

Tell = Callable[[int, Step], Told | None]
"""What a log has of a step, given its number in the course."""


def managers(cases: int) -> int:
    """How many there are: a dozen for a thousand cases."""
    return max(cases // CASES_PER_MANAGER, 1)


def manager(number: int) -> UUID:
    return UUID(hashlib.md5(f"manager {number}".encode(), usedforsecurity=False).hexdigest())


async def fill_casefile(url: str, cases: int) -> int:
    """Writes what casefile stores into an empty log; gives the number of events."""
    return await _fill(url, cases, lambda _number, step: step.stored)


async def fill_analytics(url: str, cases: int) -> int:
    """Writes what analytics heard of the same cases."""
    return await _fill(url, cases, _heard)


def _heard(number: int, step: Step) -> Told | None:
    """As `analytics.log` wraps it; the place in the log stands for that in the source's."""
    told = step.published
    if told is None:
        return None
    wrapped: Json = {
        "source": told.type.split(".")[1],
        "position": "$position",
        "version": number,
        "recordedAt": "$recorded",
        "data": told.data,
    }
    return replace(told, data=wrapped, place=number)


def _rows(tell: Tell) -> Iterator[tuple[object, ...]]:
    for course, steps in enumerate(COURSES):
        for number, step in enumerate(steps, 1):
            if told := tell(number, step):
                data = orjson.dumps(told.data).decode()
                place = told.stream, told.place, told.type
                yield course, number, step.days, *place, data, step.corrects


async def _fill(url: str, cases: int, tell: Tell) -> int:
    """Indexes are made of all events at once: one by one, ids without order take hours."""
    connection = await asyncpg.connect(url, server_settings=MEMORY)
    try:
        given = (cases, ORGANISATIONS, managers(cases), to_json(METADATA))
        columns = map(list, zip(*_rows(tell), strict=True))
        indexes = await connection.fetch(_INDEXES)
        for index in indexes:
            await connection.execute(_dropped(index))
        await connection.execute(_FILL, *given, *columns)
        for index in indexes:
            await connection.execute(_made(index))
        await connection.execute(_HEAD)
        await connection.execute("vacuum analyze events")
        return int(await connection.fetchval("select position from log_head"))
    finally:
        await connection.close()


def _dropped(index: asyncpg.Record) -> str:
    if index["constraint"]:
        return f"alter table events drop constraint {index['constraint']}"
    return f"drop index {index['name']}"


def _made(index: asyncpg.Record) -> str:
    if index["constraint"]:
        return f"alter table events add constraint {index['constraint']} {index['constrains']}"
    return str(index["made"])
