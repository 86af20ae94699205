"""After the rounds: whether all that was acknowledged is there, once, in order and unchanged."""

from collections.abc import Mapping

import asyncpg
import orjson

from dev.bench.payload import PAYLOAD

STREAMS = """select stream::text, count(*), min(version), max(version),
    bool_and($1::jsonb is null or data::jsonb = $1::jsonb) from events group by stream"""
POSITIONS = """select count(*), coalesce(min(position), 1), coalesce(max(position), 0),
    (select position from log_head) from events"""
CLOCK = """select count(*) from (
    select recorded_at, lag(recorded_at) over (order by position) as before from events
    ) e where recorded_at <= before"""
BESIDE = "select (select count(*) from requests), (select count(*) from access_log)"
LIBRARY = """select originator_id::text, count(*), min(originator_version),
    max(originator_version), true from application_events group by originator_id"""
MOST_TOLD = 5


async def log_mistakes(
    url: str, acknowledged: Mapping[str, int], payload: object = PAYLOAD
) -> list[str]:
    """Versions 1..n per stream, positions 1..n, times that grow; no payload: any will do."""
    given = None if payload is None else orjson.dumps(payload).decode()
    connection = await asyncpg.connect(url)
    try:
        streams = await connection.fetch(STREAMS, given)
        events, first, last, head = await connection.fetchrow(POSITIONS)
        backwards = await connection.fetchval(CLOCK)
    finally:
        await connection.close()
    mistakes = stream_mistakes(streams, acknowledged)
    if (first, last, head) != (1, events, events):
        mistakes.append(f"{events} events have positions {first} to {last}, the head says {head}")
    if backwards:
        mistakes.append(f"{backwards} events were not recorded later than the one before")
    return mistakes


async def request_mistakes(url: str, acknowledged: int) -> list[str]:
    """Each create has left its idempotency record and its line in the access log."""
    connection = await asyncpg.connect(url)
    try:
        requests, lines = await connection.fetchrow(BESIDE)
    finally:
        await connection.close()
    if requests == acknowledged <= lines:
        return []
    return [f"{acknowledged} creates left {requests} answers and {lines} lines in the access log"]


async def bare_mistakes(url: str, acknowledged: Mapping[str, int]) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetchval("select count(*) from bare")
    finally:
        await connection.close()
    expected = sum(acknowledged.values())
    return [] if rows == expected else [f"{expected} rows were acknowledged, {rows} are there"]


async def library_mistakes(url: str, acknowledged: Mapping[str, int]) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return stream_mistakes(await connection.fetch(LIBRARY), acknowledged)
    finally:
        await connection.close()


def stream_mistakes(
    streams: list[tuple[str, int, int, int, bool]], acknowledged: Mapping[str, int]
) -> list[str]:
    """The streams are (id, events, first version, last version, payload as it was sent)."""
    stored = {stream: (count, first, last, same) for stream, count, first, last, same in streams}
    wrong = [
        f"stream {stream}: {told} acknowledged, stored {stored.get(stream, 'nothing')}"
        for stream, told in acknowledged.items()
        if stored.get(stream) != (told, 1, told, True)
    ]
    unasked = [f"stream {stream} was never acknowledged" for stream in stored.keys() - acknowledged]
    mistakes = wrong + unasked
    more = len(mistakes) - MOST_TOLD
    return mistakes[:MOST_TOLD] + ([f"and {more} more"] if more > 0 else [])
