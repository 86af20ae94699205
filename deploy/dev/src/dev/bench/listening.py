"""A foreign consumer: a group of its own, which notes how old each event is when it has it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import orjson

from dev.bench.load import Sample, thinned
from dev.bench.rounds import Round
from events.consumer import Consumer
from events.contracts import registry
from events.contracts.contract import Contract
from events.envelope import reads
from events.kafka import KafkaBroker
from events.parking_memory import MemoryYard
from events.store import Recorded

GROUP = "bench.listener"


class Listener:
    """A round is told of what came in meanwhile."""

    def __init__(self) -> None:
        self._ages: list[float] = []
        self._received: dict[str, int] = {}

    async def take(self, event: Recorded[Contract]) -> None:
        self._ages.append((datetime.now(UTC) - event.recorded_at).total_seconds())
        self._received[str(event.stream)] = event.version

    async def run(self, seconds: float) -> Sample:
        """Ages are those of this round; what came between two rounds is told with the next."""
        self._ages = []
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        received, self._received = self._received, {}
        return Sample(
            operations=len(self._ages),
            seconds=time.perf_counter() - began,
            cpu_seconds=time.process_time() - cpu,
            latencies=thinned(self._ages),
            acknowledged=received,
        )


@asynccontextmanager
async def listening(target: str) -> AsyncIterator[Round]:
    """Ours as services have it, but without a database; `target`: brokers and topic as JSON."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    servers, topic = orjson.loads(target)
    listener, stop = Listener(), asyncio.Event()
    consumer = Consumer(
        group=GROUP,
        topics=[topic],
        read=reads(registry()),
        handle=listener.take,
        broker=KafkaBroker(servers),
        yard=MemoryYard(),
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(consumer.run(stop))
        yield listener.run
        stop.set()
