"""Keeps every process of every service running: whatever ends is started again, at once."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx

from chaos.plan import processes
from chaos.timeline import Exit, Start, Timeline
from dev.process import Process
from rig import windows
from rig.world import ENTRY, World, eventually

LOOK_SECONDS = 0.1
READY_SECONDS = 180.0


class Supervisor:
    """`armed` is a folder with a folder for each process, in which its windows are armed."""

    def __init__(self, world: World, timeline: Timeline, armed: Path) -> None:
        self._world = world
        self._timeline = timeline
        self._armed = armed
        self._ready: set[str] = set()
        self.kept = processes()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """All are ready at the beginning; at the end they stay as they are."""
        async with asyncio.TaskGroup() as group:
            keepers = [group.create_task(self._keep(name)) for name in self.kept]
            await eventually(self.all_ready, "the processes did not start", READY_SECONDS)
            yield
            for keeper in keepers:
                keeper.cancel()

    def all_ready(self) -> bool:
        return self._ready == set(self.kept)

    def process(self, name: str) -> Process | None:
        return self._world.stack.processes.get(split(name))

    def window(self, name: str, window: str) -> Path:
        """The file that arms a window of a process."""
        return self._folder(name) / window

    def launch(self, name: str) -> Process:
        """One more process, which nobody keeps."""
        service, kind = split(name)
        return self._world.stack.launch(
            service, kind, module=ENTRY, settings=self._settings(name, service)
        )

    async def answers(self, name: str) -> bool:
        """Whether a process says that it is ready."""
        try:
            address = self._world.stack.address(*split(name))
            return (await self._world.client.get(f"{address}/readyz", timeout=5)).is_success
        except httpx.TransportError:
            return False

    async def _keep(self, name: str) -> None:
        ended = monotonic()
        while True:
            process = self.launch(name)
            await self._watch(name, process, ended)
            self._ready.discard(name)
            ended = monotonic()
            if process.exit_code != -signal.SIGKILL:
                code = process.exit_code or 0
                words = process.last_words()[:500]
                self._timeline.exits.append(Exit(process=name, code=code, words=words))

    async def _watch(self, name: str, process: Process, ended: float) -> None:
        while process.running:
            if name not in self._ready and await self.answers(name) and process.running:
                self._ready.add(name)
                start = Start(process=name, ended=ended, ready=monotonic())
                self._timeline.starts.append(start)
            await asyncio.sleep(LOOK_SECONDS)

    def _settings(self, name: str, service: str) -> Mapping[str, str]:
        return {"RIG_SERVICE": service, windows.FOLDER: str(self._folder(name))}

    def _folder(self, name: str) -> Path:
        folder = self._armed / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def split(name: str) -> tuple[str, str]:
    """Service and kind; `casefile.consume.2` is of the kind `consume.2`."""
    service, _, kind = name.partition(".")
    return service, kind
