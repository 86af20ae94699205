"""A time limit for what a handler does beside waits that have limits of their own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar


class _Limit:
    """Stands still while at least one wait lasts; when it is reached or left, it is past that."""

    def __init__(self, timeout: asyncio.Timeout) -> None:
        self._timeout = timeout
        self._waits = 0
        self._left = 0.0
        self.over = False

    def stop(self) -> None:
        if not self._waits:
            self._left = (self._timeout.when() or 0) - asyncio.get_running_loop().time()
            self._set(None)
        self._waits += 1

    def go_on(self) -> None:
        self._waits -= 1
        if not self._waits:
            self._set(asyncio.get_running_loop().time() + self._left)

    def _set(self, when: float | None) -> None:
        if not self.over and not self._timeout.expired():
            self._timeout.reschedule(when)


_LIMIT: ContextVar[_Limit | None] = ContextVar("_LIMIT", default=None)


@asynccontextmanager
async def limited(seconds: float) -> AsyncIterator[None]:
    """Raises TimeoutError in what takes longer than this beside its waits."""
    async with asyncio.timeout(seconds) as timeout:
        limit = _Limit(timeout)
        before = _LIMIT.set(limit)
        try:
            yield
        finally:
            limit.over = True
            _LIMIT.reset(before)


@contextmanager
def patiently() -> Iterator[None]:
    """For a wait that ends by itself, with Unavailable if it lasts too long."""
    limit = _LIMIT.get()
    if limit is None:
        yield
        return
    limit.stop()
    try:
        yield
    finally:
        limit.go_on()
