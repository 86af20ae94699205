"""Many commands on one case at once, in one process and in two: each done once, or refused."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest

from dev.port import LOOPBACK, free_port
from rig.audit import audit
from rig.caller import UNAVAILABLE, Caller, Json, problem
from rig.metrics import metric
from rig.rest import at_rest
from rig.size import LONG, sized
from rig.story import Story, activity
from rig.tables import rows
from rig.world import World

pytestmark = [
    pytest.mark.system,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(7200 if LONG else 480),
]

WORKERS = 64
COMMANDS = sized(120, 10_000)
MOST_TRIES = {"all": 1.1, "api.2": 2.0}
"""Per command, in one process and across two."""

Record = Callable[[str, object], None]
LOGGED = """select version, position from events
    where key = $1 and type = 'journal.activity-logged.v1' order by version"""


@dataclass
class Commands:
    """Every fourth names the version that was seen last, which is seldom still the present one."""

    path: str
    numbers: Iterator[int]
    seen: int = 0
    done: list[Json] = field(default_factory=list)
    refused: dict[tuple[int, str], int] = field(default_factory=dict)
    repeated: int = 0

    async def work(self, caller: Caller) -> None:
        for number in self.numbers:
            answer = await self._send(caller, number)
            if answer.is_success:
                self.done.append(answer.json())
                self.seen = max(self.seen, answer.json()["version"])
            else:
                refusal = problem(answer)
                self.refused[refusal] = self.refused.get(refusal, 0) + 1

    async def _send(self, caller: Caller, number: int) -> httpx.Response:
        """Again, with the same key, as long as the answer is that there was no time."""
        body, key = activity((number % 90 + 1, 0, 0)), f"conflict-{number}"
        version = f'"{self.seen}"' if number % 4 == 0 else None
        while True:
            answer = await caller.send("casefile", self.path, body, key=key, if_match=version)
            if answer.status_code != UNAVAILABLE:
                return answer
            self.repeated += 1
            await asyncio.sleep(1)


@asynccontextmanager
async def second_process(world: World) -> AsyncIterator[str]:
    """Another process that serves the API of casefile, with its address."""
    port = free_port()
    await world.stack.start("casefile", "api.2", settings={"LEIDRAAD_HTTP_PORT": str(port)})
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await world.stack.stop("casefile", "api.2")


@pytest.mark.parametrize("processes", [["all"], ["all", "api.2"]], ids=["one", "two"])
async def test_conflicting_commands_on_one_case_are_done_once_or_refused(
    world: World, processes: list[str], record_property: Record
) -> None:
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await story.assign()
    commands = Commands(f"{story.case}/activities", iter(range(COMMANDS)))

    async with second_process(world) as url:
        urls = [story.manager.urls["casefile"], url][: len(processes)]
        before = [await _conflicts(world, kind) for kind in processes]
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            callers = [
                replace(story.manager, client=client, urls={"casefile": urls[n % len(urls)]})
                for n in range(WORKERS)
            ]
            await asyncio.gather(*map(commands.work, callers))
        conflicts = sum([await _conflicts(world, kind) for kind in processes]) - sum(before)

    logged = await rows(world, "casefile", LOGGED, story.id)
    assert [row["version"] for row in logged] == list(range(1, len(logged) + 1))
    told = sorted((done["version"], done["position"]) for done in commands.done)
    assert told == [(row["version"], row["position"]) for row in logged]
    assert commands.refused.keys() <= {(409, "conflict"), (412, "stale")}
    assert len(logged) + sum(commands.refused.values()) == COMMANDS
    tries = 1 + conflicts / COMMANDS
    record_property("tries_per_command", round(tries, 3))
    record_property("refused", str(commands.refused))
    record_property("repeated", commands.repeated)
    assert tries <= MOST_TRIES[processes[-1]]
    await at_rest(world)
    await audit(world)


async def _conflicts(world: World, kind: str) -> float:
    return await metric(world, "casefile", kind, "leidraad_append_conflicts_total")
