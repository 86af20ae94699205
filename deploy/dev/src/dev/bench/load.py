"""Callers that repeat one operation for some seconds, and what came of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

Operation = Callable[[], Awaitable[None]]
MOST_LATENCIES = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One round of one process; `acknowledged` is how far each stream or table has come."""

    operations: int
    seconds: float
    cpu_seconds: float
    latencies: Sequence[float]
    failures: Sequence[str] = ()
    acknowledged: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return self.operations / self.seconds


async def drive(callers: Sequence[Operation], seconds: float) -> Sample:
    """Every caller repeats its operation until time is up, or it fails."""
    latencies: list[float] = []
    failures: list[str] = []
    began, cpu = time.perf_counter(), time.process_time()
    end = began + seconds

    async def repeat(operation: Operation) -> None:
        while (start := time.perf_counter()) < end:
            try:
                await operation()
            except Exception as error:  # noqa: BLE001 - whatever it was, it is counted
                failures.append(repr(error))
                return
            latencies.append(time.perf_counter() - start)

    await asyncio.gather(*map(repeat, callers))
    return Sample(
        operations=len(latencies),
        seconds=time.perf_counter() - began,
        cpu_seconds=time.process_time() - cpu,
        latencies=thinned(latencies),
        failures=failures,
    )


def thinned(latencies: Sequence[float]) -> list[float]:
    """Every n-th in the order of size, few enough to be handed on."""
    return sorted(latencies)[:: len(latencies) // MOST_LATENCIES + 1]
