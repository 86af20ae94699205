"""Starts processes, kills them at any await, stops them for a while, and starts them anew."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from simulation.city import City, rules
from simulation.loop import Process
from simulation.service import KINDS, Service, kinds_of

MOST_DOWN_SECONDS = 1.5
SESSION_SECONDS = 2.0


@dataclass
class Running:
    """A process of a service, of a kind; `ended` is set when it dies."""

    name: str
    kind: str
    process: Process
    service: Service
    context: Context
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Plant:
    """All processes of all services; `faults` are those that ended by themselves."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.running: list[Running] = []
        self.dead: list[Process] = []
        self.faults: list[str] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        for name in rules():
            for kind in kinds_of(name):
                for _ in range(self.city.world.climate.replicas):
                    self._start(name, kind)

    def apis(self, name: str) -> list[Running]:
        return [r for r in self.running if (r.name, r.kind) == (name, "api")]

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs what belongs to no process."""
        task = self.city.world.loop.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.faults.append(f"the simulation itself failed: {error!r}")

    def kill(self, victim: Running) -> None:
        """No `finally` runs; the servers notice sooner or later that it is gone."""
        world = self.city.world
        world.struck("kill", f"{victim.process.name} is killed")
        world.disturb(victim.process.name)
        world.loop.freeze(victim.process)
        self.dead.append(victim.process)
        self.running.remove(victim)
        victim.ended.set()
        self.background(self._replace(victim))

    async def _replace(self, victim: Running) -> None:
        world = self.city.world
        await asyncio.sleep(world.chance.uniform(0, MOST_DOWN_SECONDS))
        if victim.kind == "relay":  # the server ends its session, or with it all of them
            self.city.databases[victim.name].checkpoint.end_session()
        self._start(victim.name, victim.kind)
        await asyncio.sleep(world.chance.uniform(0, SESSION_SECONDS))
        self.city.broker.forget(victim.process)

    async def pause(self, victim: Running, seconds: float) -> None:
        """It stands still and then goes on, as if it knew of nothing."""
        world = self.city.world
        world.struck("standstill", f"{victim.process.name} stands still")
        world.disturb(victim.process.name)
        world.loop.freeze(victim.process)
        if seconds > SESSION_SECONDS:
            await asyncio.sleep(SESSION_SECONDS)
            self.city.broker.forget(victim.process)
        await asyncio.sleep(seconds)
        if victim in self.running:
            world.note(f"{victim.process.name} goes on")
            world.loop.thaw(victim.process)

    def _start(self, name: str, kind: str) -> None:
        process = Process(f"{name}-{kind}-{len(self.dead)}")
        context = process.context()
        service = Service(self.city, name)
        running = Running(name, kind, process, service, context)
        self.running.append(running)
        context.run(self._launch, KINDS[kind], running)

    def _launch(self, main: Callable[[Service], Awaitable[None]], running: Running) -> None:
        async def work() -> None:
            try:
                async with running.service.store.appender.running():
                    await main(running.service)
            except Exception as error:  # noqa: BLE001 - it is what the run is told of
                self.faults.append(f"{running.process.name} ended: {error!r}")

        task = self.city.world.loop.create_task(work(), context=running.context)
        self._tasks.add(task)
