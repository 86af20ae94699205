"""Plays a plan: each fault at its instant, those of one process or server one after another."""

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from random import Random
from time import monotonic

import asyncpg
import psutil

from chaos.plan import Fault, Kind, Plan
from chaos.supervisor import Supervisor
from chaos.timeline import Struck, Timeline
from dev.failure import NotStarted
from dev.kafka import Broker
from dev.port import answers
from dev.postgres import Server
from dev.process import until
from rig.world import World, eventually

WINDOW_SECONDS = 240.0
"""A process that does not pass through an armed window so long after the last fault never does."""
RUNNING_SECONDS = 30.0
MOST_CUT = 3
RIVAL_SECONDS = 45.0
"""Time enough to start and to join the group, on a machine that is busy."""
OTHERS = "others"
OF_ALL_TOPICS = "analytics"
"""It follows all topics, so that its `migrate` makes all that are missing."""
_SESSIONS = """select pid from pg_stat_activity
    where datname = $1 and backend_type = 'client backend'"""


class Striker:
    def __init__(self, world: World, supervisor: Supervisor, timeline: Timeline) -> None:
        self._world = world
        self._supervisor = supervisor
        self._timeline = timeline
        self._lanes: Mapping[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._chance = Random(0)  # noqa: S311 - to be repeated
        self._last = 0.0
        servers = world.stack.servers
        if servers.broker is None or servers.databases.server is None or not servers.mail.process:
            raise NotStarted("A campaign takes its servers away, so it starts them itself.")
        self._broker: Broker = servers.broker
        self._database: Server = servers.databases.server
        self._mailbox = servers.mail.process
        self._mail_port = int(servers.mail.url.rpartition(":")[2])

    async def play(self, plan: Plan) -> None:
        """Returns when all of it is over, what it stopped is up again, and windows were passed."""
        self._chance = Random(plan.seed)  # noqa: S311
        begin = monotonic()
        self._last = begin + max((fault.at for fault in plan.faults), default=0)
        async with asyncio.TaskGroup() as group:
            for fault in plan.faults:
                await asyncio.sleep(max(begin + fault.at - monotonic(), 0))
                group.create_task(self._strike(fault))

    async def _strike(self, fault: Fault) -> None:
        async with self._lanes[_lane(fault)]:
            struck = Struck(fault=fault, began=monotonic(), over=float("inf"), met=False)
            self._timeline.struck.append(struck)
            try:
                struck.met = await self._blow(fault)
            except NotStarted as failure:
                struck.words = str(failure)
            struck.over = monotonic()

    async def _blow(self, fault: Fault) -> bool:
        """Whether it met whom it was meant for."""
        match fault.kind:
            case Kind.KILL if fault.window == "rebalancing":
                return await self._kill_rebalancing(fault.target)
            case Kind.KILL if fault.window:
                return await self._kill_in(fault.window, fault.target)
            case Kind.KILL:
                return await self._kill(fault.target)
            case Kind.KILL_ALL:
                return all(await asyncio.gather(*map(self._kill, self._supervisor.kept)))
            case Kind.BACKEND:
                return await self._kill_session(fault.target)
            case Kind.POSTMASTER:
                return await self._restarted(self._database.process.kill)
            case Kind.RESTART:
                return await self._restarted(self._database.process.stop)
            case Kind.FREEZE:
                await self._database_still(fault.seconds)
            case Kind.REPUBLISH:
                await self._asked_for("republish", fault.target, "--from", "0")
            case Kind.MAILBOX:
                await self._mailbox_away(fault.seconds)
            case _:
                await self._broker_away(fault)
        return True

    async def _kill(self, target: str) -> bool:
        """Whatever it is doing; one that is down just now is killed when it is up."""
        await eventually(lambda: self._runs(target), f"{target} is not started", RUNNING_SECONDS)
        process = self._supervisor.process(target)
        assert process is not None
        await process.kill()
        return process.exit_code == -signal.SIGKILL

    def _runs(self, target: str) -> bool:
        process = self._supervisor.process(target)
        return process is not None and process.running

    async def _kill_in(self, window: str, target: str) -> bool:
        armed = self._supervisor.window(target, window)
        hit = armed.with_name(f"{window}.hit")
        armed.touch()
        try:
            seconds = max(self._last - monotonic(), 0) + WINDOW_SECONDS
            await until(hit.exists, seconds, f"{target} did not pass {window}")
        finally:
            armed.unlink(missing_ok=True)
            hit.unlink(missing_ok=True)
        return True

    async def _kill_rebalancing(self, target: str) -> bool:
        """A second member comes, and goes again: the first one is told to give up what it has."""
        rival = f"{target}.2"
        killing = asyncio.create_task(self._kill_in("rebalancing", target))
        while not killing.done():
            process = self._supervisor.launch(rival)
            await asyncio.wait({killing}, timeout=RIVAL_SECONDS)
            await process.stop()
        return await killing

    async def _kill_session(self, service: str) -> bool:
        """One that serves it; a session that ended since it was named is nobody's death."""
        while sessions := await self._sessions(service):
            with suppress(ProcessLookupError):
                os.kill(self._chance.choice(sessions), signal.SIGKILL)
                break
        await asyncio.sleep(0.05)
        await self._database.ready()
        return bool(sessions)

    async def _sessions(self, service: str) -> list[int]:
        """Those that serve it, at least one: its processes may all be down just now."""
        sessions: list[int] = []
        deadline = monotonic() + RUNNING_SECONDS
        while not sessions and monotonic() < deadline:
            connection = await asyncpg.connect(self._database.url())
            try:
                sessions = [row["pid"] for row in await connection.fetch(_SESSIONS, service)]
            finally:
                await connection.close()
            await asyncio.sleep(0.05)
        return sessions

    async def _restarted(self, end: Callable[[], Awaitable[None]]) -> bool:
        await end()
        await self._database.restart()
        return True

    async def _database_still(self, seconds: float) -> None:
        """Its first process first, which then starts no others."""
        first = psutil.Process(self._database.process.pid)
        first.suspend()
        others = first.children(recursive=True)
        for process in others:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        await asyncio.sleep(seconds)
        for process in (*others, first):
            with suppress(psutil.NoSuchProcess):
                process.resume()

    async def _mailbox_away(self, seconds: float) -> None:
        await self._mailbox.stop()
        await asyncio.sleep(seconds)
        self._mailbox.start()
        await self._mailbox.ready(lambda: answers(self._mail_port), RUNNING_SECONDS)

    async def _broker_away(self, fault: Fault) -> None:
        if fault.kind is Kind.PAUSE:
            self._broker.pause()
            await asyncio.sleep(fault.seconds)
            self._broker.resume()
            return
        if fault.kind is Kind.TAIL:
            await eventually(lambda: bool(self._broker.filled()), "no topic holds anything")
        await (self._broker.stop() if fault.kind is Kind.STOP else self._broker.kill())
        if fault.kind is Kind.WIPE:
            self._broker.wipe()
        if fault.kind is Kind.TAIL:
            filled = self._broker.filled()
            self._chance.shuffle(filled)
            self._broker.lose_tails(filled[:MOST_CUT])
        await asyncio.sleep(fault.seconds)
        await self._broker.start()
        if fault.kind is Kind.WIPE:
            # All that it asks of an operator: relays notice what their topics lost, and send it.
            await self._asked_for("migrate", OF_ALL_TOPICS)

    async def _asked_for(self, command: str, service: str, *arguments: str) -> None:
        """By an operator, who tries again while a database is away."""
        while True:
            try:
                await self._world.stack.run(service, command, *arguments)
            except NotStarted:
                await asyncio.sleep(1)
            else:
                return


def _lane(fault: Fault) -> str:
    match fault.kind:
        case Kind.KILL:
            return fault.target
        case Kind.KILL_ALL:
            return OTHERS
        case kind:
            return kind.partition("-")[0]
