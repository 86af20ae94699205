"""A service in processes of its own, of which tests let the consuming one fail and come back."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import httpx
import orjson

from dev.failure import NotStarted
from dev.port import LOOPBACK, free_port
from dev.process import Process, until
from dev.stack import ALL, READY_SECONDS
from rig.caller import Json
from rig.topics import PUBLISHING
from rig.world import ENTRY, World

CONSUME = "consume"


@dataclass(slots=True)
class Member:
    """A consuming process of a service, started again as often as it dies."""

    world: World
    process: Process
    port: int
    deaths: list[float] = field(default_factory=list)

    async def start(self) -> None:
        self.process.start()
        await self.process.ready(self.healthy, READY_SECONDS)

    async def healthy(self) -> bool:
        """What its probe says of it."""
        try:
            answer = await self.world.client.get(f"{self._address}/readyz")
        except httpx.TransportError:
            return False
        return answer.is_success

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over all lines with these labels."""
        text = (await self.world.client.get(f"{self._address}/metrics")).text
        said = [line for line in text.splitlines() if line.startswith(f"{name}{{")]
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(float(line.split()[-1]) for line in said if all(w in line for w in wanted))

    def logged(self, event: str) -> list[Json]:
        """Its log lines about an event, those of the same process before too."""
        lines = self.process.log.read_bytes().splitlines()
        said = [orjson.loads(line) for line in lines if line.startswith(b"{")]
        return [line for line in said if line.get("event") == event]

    async def struck(self, number: signal.Signals) -> None:
        """Is told to end or killed, while somebody keeps it up."""
        died = len(self.deaths)
        self.process.signal(number)
        await until(lambda: len(self.deaths) > died, 30, f"{self.process.name} did not end")

    async def keep(self) -> None:
        """As whatever runs processes in production does: one that ended is started anew."""
        while True:
            if not self.process.running:
                self.deaths.append(asyncio.get_running_loop().time())
                with suppress(NotStarted):  # it died before it was ready
                    await self.start()
            await asyncio.sleep(0.05)

    @property
    def _address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def running(world: World, service: str, kind: str = ALL) -> Member:
    """The process that does it at present."""
    process = world.stack.processes[service, kind]
    return Member(world, process, world.stack.metrics[service, kind])


def twin(world: World, service: str, kind: str = ALL, *, number: int = 2) -> Member:
    """A process that consumes beside that one, not yet started; it ends with the stack."""
    stack, other = world.stack, world.stack.processes[service, kind]
    port, name = free_port(), f"{service}.{CONSUME}-{number}"
    process = replace(
        other,
        name=name,
        command=[*other.command[:-1], CONSUME],
        log=other.log.with_name(f"{name}.log"),
        environment={**other.environment, "LEIDRAAD_METRICS_PORT": str(port)},
    )
    stack.processes[service, f"{CONSUME}-{number}"] = process
    stack.metrics[service, f"{CONSUME}-{number}"] = port
    return Member(world, process, port)


@asynccontextmanager
async def failing(world: World, service: str, settings: Mapping[str, str]) -> AsyncIterator[Member]:
    """The service with faults, in one process; with it end those that consumed beside it."""
    async with world.instead(service, settings):
        try:
            yield running(world, service)
        finally:
            await _stop_all(world, service)


@asynccontextmanager
async def apart(world: World, service: str, settings: Mapping[str, str]) -> AsyncIterator[Member]:
    """The service as three processes, so that its API answers whatever befalls its consumer."""
    others = ["api", "relay"] if service in PUBLISHING else ["api"]
    given = {"RIG_SERVICE": service, **settings}
    stack = world.stack
    await stack.stop(service)
    try:
        await asyncio.gather(
            stack.start(service, CONSUME, module=ENTRY, settings=given),
            *(stack.start(service, kind) for kind in others),
        )
        yield running(world, service, CONSUME)
    finally:
        await _stop_all(world, service)
        await stack.start(service)


async def _stop_all(world: World, service: str) -> None:
    own = [p for (name, _), p in world.stack.processes.items() if name == service]
    await asyncio.gather(*(process.stop() for process in own))


@asynccontextmanager
async def kept(*members: Member) -> AsyncIterator[None]:
    """While this lasts, these are started again when they die."""
    keeping = asyncio.gather(*(member.keep() for member in members))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await asyncio.gather(*(m.start() for m in members if not m.process.running))
