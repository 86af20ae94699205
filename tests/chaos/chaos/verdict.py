"""What the campaign is judged by: the promises, and that nothing is left over."""

from collections.abc import AsyncIterator

import asyncpg
import psutil

from chaos.timeline import Timeline
from checker.check import check
from checker.evidence import Evidence
from rig.tables import rows
from rig.world import World

_IDLE = """select datname, pid from pg_stat_activity
    where state like 'idle in transaction%' and now() - state_change > interval '1 second'"""
_SESSIONS = """select datname, client_port from pg_stat_activity
    where backend_type = 'client backend' and datname = any($1)"""
_PARKED = "select consumer, key, reason from parked_keys"
_UNDONE = """select kind, tries, due_at, claimed_until - now() as held from work
    where due_at < now() + interval '1 hour'"""


def broken(world: World, evidence: Evidence) -> list[str]:
    """What the checker says."""
    return [str(v) for v in check(evidence, world.rules, settled=True)]


async def undone(world: World) -> list[str]:
    """Durable work that is due soon, and what holds it up."""
    return [
        f"{service} has {row['kind']} to do since {row['due_at']}, tried {row['tries']} times,"
        f" held for another {row['held']}"
        for service in world.stack.ports
        for row in await rows(world, service, _UNDONE)
    ]


async def left_over(world: World) -> list[str]:
    """Sessions, transactions and keys that nobody works on."""
    return [
        *[line async for line in _sessions(world)],
        *[line async for line in _parked(world)],
    ]


async def _sessions(world: World) -> AsyncIterator[str]:
    server = world.stack.servers.databases.server
    assert server is not None
    connection = await asyncpg.connect(server.url())
    try:
        for row in await connection.fetch(_IDLE):
            yield f"a session of {row['datname']} is idle in a transaction"
        held = _ports_of(world)
        for row in await connection.fetch(_SESSIONS, [*world.stack.ports]):
            if row["client_port"] not in held:
                yield f"a session of {row['datname']} belongs to no process that runs"
    finally:
        await connection.close()


def _ports_of(world: World) -> set[int]:
    """The local ports of all connections that our processes have, and we ourselves."""
    pids = [p.pid for p in world.stack.processes.values() if p.running and p.pid is not None]
    running = [psutil.Process(), *map(psutil.Process, pids)]
    return {c.laddr.port for process in running for c in process.net_connections("tcp")}


async def _parked(world: World) -> AsyncIterator[str]:
    for service in world.stack.ports:
        for row in await rows(world, service, _PARKED):
            yield f"{service} parked key {row['key']} of {row['consumer']}: {row['reason']}"


def unplayed(timeline: Timeline) -> list[str]:
    """Faults that met nobody prove nothing; and no process may end by itself."""
    missed = [(s.fault, s.words) for s in timeline.struck if not s.met]
    return [
        *[
            f"{f.name} {f.target} at {f.at:.1f} s met nobody: {why or 'never passed'}"
            for f, why in missed
        ],
        *[f"{e.process} ended by itself with {e.code}: {e.words}" for e in timeline.exits],
    ]
