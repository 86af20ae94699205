"""Makes a view of analytics anew in a process of its own, and says how much memory that took."""

import asyncio
import sys
from pathlib import Path

from analytics.app import compose
from events.rebuild import rebuild
from kit.ground import opened
from kit.processes import tame_collector
from kit.testing import settings


async def run(url: str, name: str) -> None:
    async with opened("analytics", settings(database_url=url)) as ground:
        service = compose(ground)
    tame_collector()
    [view] = [view for view in service.views if view.name == name]
    await rebuild(url, "analytics", view, service.decode)


def peak() -> int:
    """In kilobytes; what the parent needed when it started us does not count."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


asyncio.run(run(sys.argv[1], sys.argv[2]))
sys.stdout.write(str(peak()))
