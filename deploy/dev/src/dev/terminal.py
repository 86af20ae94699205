"""How our programs meet the terminal: one sentence for an error, an orderly end for a signal."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from dev.failure import NotStarted

INTERRUPTED = 130


def run(main: Coroutine[Any, Any, int]) -> int:
    """Runs to the exit code; a signal cancels the main task, whose contexts then stop all."""
    try:
        return asyncio.run(_interruptible(main))
    except NotStarted as failure:
        print(failure, file=sys.stderr)
        return 1
    except asyncio.CancelledError:
        return INTERRUPTED


async def _interruptible(main: Coroutine[Any, Any, int]) -> int:
    task = asyncio.ensure_future(main)
    loop = asyncio.get_running_loop()
    ended = False

    def end() -> None:
        # Once: an impatient second Ctrl-C must not break off the stopping.
        nonlocal ended
        if not ended:
            ended = True
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    return await task
