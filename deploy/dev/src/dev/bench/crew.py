"""The processes of one variant: started together, measured together, gone when we are."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import orjson

from dev.bench.load import Sample
from dev.failure import NotStarted

LONGEST_LINE = 2**26
PATIENCE_SECONDS = 60
END_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Member:
    """A process that runs a round for each line on its input, and ends when that ends.

    So even a kill of ours leaves none behind.
    """

    process: asyncio.subprocess.Process
    told: asyncio.StreamWriter
    says: asyncio.StreamReader

    async def line(self, seconds: float) -> bytes:
        async with asyncio.timeout(seconds):
            line = await self.says.readline()
        if not line:
            raise NotStarted("A process of the benchmark ended; its last words stand above.")
        return line

    async def run(self, seconds: float) -> Sample:
        self.told.write(f"{seconds}\n".encode())
        return Sample(**orjson.loads(await self.line(seconds + PATIENCE_SECONDS)))

    async def end(self) -> None:
        """Asks, and insists when it does not end within the time."""
        self.told.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


@dataclass(frozen=True, slots=True)
class Crew:
    members: Sequence[Member]

    async def run(self, seconds: float) -> list[Sample]:
        return await asyncio.gather(*(member.run(seconds) for member in self.members))


@asynccontextmanager
async def crew(kind: str, target: str, size: int = 1) -> AsyncIterator[Crew]:
    """Ready and without work until a round is asked for; `kind` is one of the worker's."""
    async with AsyncExitStack() as stack:
        members = []
        for _ in range(size):
            member = await _started(kind, target)
            stack.push_async_callback(member.end)
            members.append(member)
        for member in members:
            await member.line(PATIENCE_SECONDS)
        yield Crew(members)


async def _started(kind: str, target: str) -> Member:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "dev.bench.worker", kind),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None:
        raise AssertionError
    process.stdin.write(f"{target}\n".encode())
    return Member(process, process.stdin, process.stdout)
