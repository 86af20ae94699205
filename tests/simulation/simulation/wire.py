"""The way from a process to a server: calls come late, get lost, or lose their answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context
from functools import partial
from typing import Any, TypeVar

from events.checkpoint import Lead, MemoryCheckpoint
from events.store import Unavailable
from events.waking import Bell
from simulation.loop import PROCESS, Process
from simulation.world import Fate, World

T = TypeVar("T")
MOST_DELAY_SECONDS = 0.3
MOST_LATE_SECONDS = 3.0


class Wire:
    """To one server; `failure` is what its client raises when a call fails."""

    def __init__(self, world: World, server: str, failure: type[Exception]) -> None:
        self.world = world
        self.server = server
        self.failure = failure

    async def call(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """What was sent is done by the server, whatever becomes of the caller meanwhile."""
        world = self.world
        fate = world.fate(self.server)
        if fate is Fate.CALM:
            if world.chance.random() < 0.3:
                await asyncio.sleep(0)
            return await work()
        if fate is Fate.REQUEST_LOST:
            await self._delay(MOST_DELAY_SECONDS)
            raise self._failed(name, "request lost")
        served = self._served(work, fate, PROCESS.get(None))
        if fate is Fate.LATE:
            raise self._failed(name, "to be done late")
        await asyncio.wait([served])
        if fate is Fate.ANSWER_LOST:
            served.exception()
            raise self._failed(name, "answer lost")
        await self._delay(MOST_DELAY_SECONDS)
        return served.result()

    def _served(
        self, work: Callable[[], Awaitable[T]], fate: Fate, by: Process | None
    ) -> asyncio.Task[T]:
        most = MOST_LATE_SECONDS if fate is Fate.LATE else MOST_DELAY_SECONDS

        async def serve() -> T:
            await self._delay(most)
            try:
                return await work()
            finally:
                if by and (fate is Fate.LATE or by.stopped):
                    self.world.disturb(by.name)

        return self.world.loop.create_task(serve(), context=Context())

    async def _delay(self, most: float) -> None:
        await asyncio.sleep(self.world.chance.uniform(0, most))

    def _failed(self, name: str, what: str) -> Exception:
        self.world.struck(what, f"{self.server}: {what}: {name}")
        if process := PROCESS.get(None):
            self.world.disturb(process.name)
        return self.failure(what)


class Remote:
    """All that is asked of `target` goes over the wire."""

    def __init__(self, wire: Wire, target: object) -> None:
        self._wire = wire
        self._target = target

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._target, name)

        async def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - of any method
            return await self._wire.call(name, partial(method, *arguments, **named))

        vars(self)[name] = call
        return call


class Doorbell(Bell):
    """Wakes the followers of a log in all processes, if the news does not get lost."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._listeners: dict[asyncio.Event, None] = {}

    def ring(self) -> None:
        for follower in self._listeners:
            if self._world.chance.random() < 0.8:
                follower.set()

    async def rings(self) -> AsyncIterator[None]:
        rung = asyncio.Event()
        self._listeners[rung] = None
        try:
            while True:
                yield
                try:
                    async with asyncio.timeout(self._world.climate.look_seconds):
                        await rung.wait()
                except TimeoutError:
                    pass
                rung.clear()
        finally:
            del self._listeners[rung]


class RemoteCheckpoint:
    """The lead ends with the session: a call of it that comes late does nothing."""

    def __init__(self, wire: Wire, checkpoint: MemoryCheckpoint) -> None:
        self._wire = wire
        self._checkpoint = checkpoint

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[Lead | None]:
        await self._wire.call("lead", partial(asyncio.sleep, 0))
        async with self._checkpoint.lead() as lead:
            yield None if lead is None else Remote(self._wire, lead)  # type: ignore[misc]

    async def rewind(self, position: int) -> int:
        return await self._wire.call("rewind", partial(self._checkpoint.rewind, position))


def to_database(world: World, service: str) -> Wire:
    return Wire(world, service, Unavailable)
