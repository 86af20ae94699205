"""Waking those in this process who follow the log, and turns for commands on one key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from events.backoff import pause
from events.patience import patiently

LOOK_SECONDS = 0.1
"""How long a follower waits at most: a wake-up from another process may get lost."""


class Bell:
    """Wakes all that wait for it; a ring that comes while a follower is at work is not lost."""

    def __init__(self) -> None:
        self._followers: set[asyncio.Event] = set()

    def ring(self) -> None:
        for follower in self._followers:
            follower.set()

    async def rings(self) -> AsyncIterator[None]:
        rung = asyncio.Event()
        self._followers.add(rung)
        try:
            while True:
                yield
                await pause(rung, LOOK_SECONDS)
                rung.clear()
        finally:
            self._followers.discard(rung)


class Turns:
    """One lock per key, kept as long as somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, key: UUID) -> AsyncIterator[None]:
        lock = self._locks.setdefault(key, asyncio.Lock())
        with patiently():
            await lock.acquire()
        try:
            yield
        finally:
            lock.release()
