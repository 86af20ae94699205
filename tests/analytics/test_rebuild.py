"""A rebuild holds one page of events and one key, however long the log is."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.app import compose
from dev.bench.lives import fill
from dev.postgres import Server
from events.migrate import upgrade
from kit.ground import opened
from kit.testing import settings
from rig.size import sized

REBUILDING = Path(__file__).parent / "programs" / "rebuilding.py"
FEW, MANY = sized((24_000, 96_000), (99_996, 999_996))
MOST_KILOBYTES = 4_000
"""Less than the ids of all those events."""
SECONDS = sized(300, 1800)

pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.timeout(SECONDS + 10),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process"),
]


@pytest.fixture
def databases(server: Server) -> Iterator[dict[int, str]]:
    """The addresses of logs of two lengths."""
    with asyncio.Runner() as runner:
        urls = {n: runner.run(server.create_database(f"analytics{n}")) for n in (FEW, MANY)}
        for url in urls.values():
            upgrade(url, "analytics")
        yield urls
        for n in urls:
            runner.run(server.drop_database(f"analytics{n}"))


async def test_the_memory_of_a_rebuild_does_not_grow_with_the_log(
    databases: dict[int, str],
) -> None:
    peaks = {n: await _peak(url, n) for n, url in databases.items()}

    assert peaks[MANY] - peaks[FEW] < MOST_KILOBYTES, peaks


async def _peak(url: str, events: int) -> int:
    assert await fill(url, events) == events
    async with opened("analytics", settings(database_url=url)) as ground:
        await ground.tables.create(compose(ground).views)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(REBUILDING), url, "milestones"), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 0
    return int(printed.split()[-1])
