"""Delays that grow, with jitter, so that those who failed together do not come back together."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    first_seconds: float = 0.5
    longest_seconds: float = 30.0

    def delay(self, failures: int, chance: random.Random) -> float:
        """The wait after so many failures: doubled each time, between half and all of it."""
        full = min(self.longest_seconds, self.first_seconds * 2.0 ** min(failures - 1, 30))
        return full * chance.uniform(0.5, 1)


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Waits, unless the event comes; `wait_for` of Python 3.11 can lose a cancel."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
