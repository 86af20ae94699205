"""Clients of an endpoint: as fast as 32 connections go, or at a fixed rate."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import orjson
from uuid_utils.compat import uuid7

from dev.bench.connection import Connection, Post, Unexpected
from dev.bench.load import Sample, drive, thinned
from dev.bench.rounds import Round

CONNECTIONS = 32
PACED_RATE = 100
CREATED = 201


class Poster:
    """Posts over one connection and keeps the ids of what was created."""

    def __init__(self, connection: Connection, post: Post) -> None:
        self.connection = connection
        self._post = post
        self._key = uuid7()
        self._posted = 0
        self._answers: list[bytes] = []

    async def post(self) -> None:
        self._posted += 1
        status, answer = await self.connection.ask(
            self._post.request(f"{self._key}-{self._posted}")
        )
        if status != CREATED:
            raise Unexpected(f"{status}: {answer.decode()}")
        self._answers.append(answer)

    def acknowledged(self) -> dict[str, int]:
        """Read after the round: decoding is no part of what is measured."""
        told, self._answers = self._answers, []
        return {orjson.loads(answer)["id"]: 1 for answer in told}


@asynccontextmanager
async def saturating(target: str) -> AsyncIterator[Round]:
    """`target` is a Post as JSON."""
    post = Post(**orjson.loads(target))

    async def run(seconds: float) -> Sample:
        async with _posters(post) as posters:
            sample = await drive([poster.post for poster in posters], seconds)
            return replace(sample, acknowledged=_told(posters))

    yield run


@asynccontextmanager
async def paced(target: str) -> AsyncIterator[Round]:
    """Requests begin at even distances; `target` is a Post as JSON."""
    post = Post(**orjson.loads(target))

    async def run(seconds: float) -> Sample:
        async with _posters(post) as posters:
            sample = await _at_rate(posters, seconds)
            return replace(sample, acknowledged=_told(posters))

    yield run


@asynccontextmanager
async def _posters(post: Post) -> AsyncIterator[list[Poster]]:
    """For one round: a server closes what is idle for some seconds."""
    opened = [await Connection.open(post.host, post.port) for _ in range(CONNECTIONS)]
    try:
        yield [Poster(connection, post) for connection in opened]
    finally:
        for connection in opened:
            connection.close()


def _told(posters: list[Poster]) -> dict[str, int]:
    return {id_: n for poster in posters for id_, n in poster.acknowledged().items()}


async def _at_rate(posters: list[Poster], seconds: float) -> Sample:
    latencies: list[float] = []
    failures: list[str] = []
    began, cpu = time.perf_counter(), time.process_time()

    async def post(number: int) -> None:
        due = began + number / PACED_RATE
        await asyncio.sleep(due - time.perf_counter())
        try:
            await posters[number % CONNECTIONS].post()
        except Exception as error:  # noqa: BLE001 - whatever it was, it is counted
            failures.append(repr(error))
        else:
            latencies.append(time.perf_counter() - due)

    async def line(first: int) -> None:
        for number in range(first, int(seconds * PACED_RATE), CONNECTIONS):
            await post(number)

    await asyncio.gather(*map(line, range(CONNECTIONS)))
    return Sample(
        operations=len(latencies),
        seconds=time.perf_counter() - began,
        cpu_seconds=time.process_time() - cpu,
        latencies=thinned(latencies),
        failures=failures,
    )
