"""The `eventsourcing` library as it comes: its PostgreSQL recorder, 16 threads, one save each."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from sqlalchemy import make_url

from dev.bench.load import Sample, thinned
from dev.bench.payload import CALLERS, EVENTS_PER_STREAM, PAYLOAD
from dev.bench.rounds import Round


class Case(Aggregate):
    """An aggregate in the library's own style."""

    @event("Opened")
    def __init__(self) -> None:
        self.notes = 0

    @event("NoteAdded")
    def note(self, _note: dict[str, Any]) -> None:
        self.notes += 1


class Caller:
    """Saves one event at a time; a case of 50 events, then a new one."""

    def __init__(self, application: Application[UUID]) -> None:
        self._application = application
        self._case: Case | None = None
        self.latencies: list[float] = []
        self.failures: list[str] = []
        self.acknowledged: dict[str, int] = {}

    def run(self, end: float) -> None:
        while (start := time.perf_counter()) < end:
            try:
                self._save()
            except Exception as error:  # noqa: BLE001 - whatever it was, it is counted
                self.failures.append(repr(error))
                return
            self.latencies.append(time.perf_counter() - start)

    def _save(self) -> None:
        if self._case is None or self._case.version == EVENTS_PER_STREAM:
            self._case = Case()
        else:
            self._case.note(PAYLOAD)
        self._application.save(self._case)
        self.acknowledged[str(self._case.id)] = self._case.version


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Round]:
    application = await asyncio.to_thread(_application, url)

    async def run(seconds: float) -> Sample:
        return await asyncio.to_thread(_run, application, seconds)

    yield run
    await asyncio.to_thread(application.close)


def _application(url: str) -> Application[UUID]:
    parts = make_url(url)
    return Application(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(parts.database),
            "POSTGRES_HOST": str(parts.host),
            "POSTGRES_PORT": str(parts.port),
            "POSTGRES_USER": str(parts.username),
            "POSTGRES_PASSWORD": str(parts.password),
            "POSTGRES_POOL_SIZE": str(2 * CALLERS),
            "POSTGRES_MAX_OVERFLOW": str(2 * CALLERS),
        }
    )


def _run(application: Application[UUID], seconds: float) -> Sample:
    callers = [Caller(application) for _ in range(CALLERS)]
    began, cpu = time.perf_counter(), time.process_time()
    threads = [threading.Thread(target=c.run, args=(began + seconds,)) for c in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    latencies = [latency for caller in callers for latency in caller.latencies]
    return Sample(
        operations=len(latencies),
        seconds=time.perf_counter() - began,
        cpu_seconds=time.process_time() - cpu,
        latencies=thinned(latencies),
        failures=[failure for caller in callers for failure in caller.failures],
        acknowledged={k: n for caller in callers for k, n in caller.acknowledged.items()},
    )
