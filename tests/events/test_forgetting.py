"""Answers to requests are kept for thirty days, and then they are not."""

import asyncpg
import pytest

from events.forgetting import forget
from events.postgres import PostgresStore
from events.store import Answer, RequestKey, WriteSet

pytestmark = pytest.mark.system


async def test_only_answers_older_than_thirty_days_are_forgotten(database: str) -> None:
    keys = [RequestKey(subject="s", route="POST /", key=key) for key in ("old", "young")]
    answer = Answer(status=201, location="/", version=1, position=1, body_hash=b"")
    async with PostgresStore.open(database, source="tested") as store:
        for key in keys:
            await store.append(WriteSet(request=(key, answer)))
        await _age(database, "old", "30 days 1 minute")
        await _age(database, "young", "29 days 23 hours")

        forgotten = await forget(store.pool)

        assert forgotten == 1
        assert [await store.answer(key) is None for key in keys] == [True, False]


async def _age(database: str, key: str, age: str) -> None:
    connection = await asyncpg.connect(database)
    query = f"update requests set recorded_at = now() - interval '{age}' where key = $1"  # noqa: S608
    await connection.execute(query, key)
    await connection.close()
