"""Processes: they start, end, are killed and paused, and do not outlive who started them."""

import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from dev.failure import NotStarted
from dev.process import Process, until

SLEEP = "import time; print('awake', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
PARENT = """
import os, sys
from pathlib import Path
sys.path[:0] = {path!r}
from dev.process import Process
child = Process(name="child", command=[sys.executable, "-c", {sleep!r}], folder=Path({folder!r}),
                log=Path({folder!r}, "child.log"), environment={{}})
child.start()
print(child.pid, flush=True)
sys.stdin.read()
"""


def program(folder: Path, code: str) -> Process:
    return Process(
        name="program",
        command=[sys.executable, "-c", code],
        folder=folder,
        log=folder / "program.log",
        environment={},
    )


def awake(process: Process) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return "awake" in process.log.read_text()

    return condition


async def test_it_ends_when_asked(tmp_path: Path) -> None:
    process = program(tmp_path, SLEEP)
    process.start()
    await process.ready(awake(process), 10)

    await process.stop()

    assert process.exit_code == -signal.SIGTERM


async def test_it_is_killed_when_it_does_not_listen(tmp_path: Path) -> None:
    process = program(tmp_path, STUBBORN)
    process.start()
    await process.ready(awake(process), 10)

    await process.stop(seconds=0.1)

    assert process.exit_code == -signal.SIGKILL


async def test_it_is_stopped_even_when_paused(tmp_path: Path) -> None:
    process = program(tmp_path, SLEEP)
    process.start()
    await process.ready(awake(process), 10)
    assert process.pid is not None
    process.pause()
    await until(lambda: psutil.Process(process.pid).status() == "stopped", 5, "not paused")

    await process.stop()

    assert not process.running


async def test_a_program_that_ends_at_its_start_is_told_by_its_last_words(tmp_path: Path) -> None:
    process = program(tmp_path, "import sys; sys.exit('no room')")
    process.start()

    with pytest.raises(NotStarted, match="program ended at its start: no room"):
        await process.ready(awake(process), 10)


async def test_what_never_becomes_ready_is_given_up(tmp_path: Path) -> None:
    process = program(tmp_path, "import time; time.sleep(600)")
    process.start()
    try:
        with pytest.raises(NotStarted, match="was not ready"):
            await process.ready(awake(process), 0.1)
    finally:
        await process.kill()


async def test_it_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    process = program(tmp_path, SLEEP)
    thread = threading.Thread(target=process.start)
    thread.start()
    thread.join()
    await process.ready(awake(process), 10)
    try:
        assert process.running
    finally:
        await process.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")
async def test_it_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    child = _orphan(tmp_path)

    await until(lambda: not _alive(child), 5, "the child lives on")


def _orphan(folder: Path) -> int:
    """The child of a parent that was killed while the child was alive."""
    code = PARENT.format(path=sys.path, sleep=STUBBORN, folder=str(folder))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _alive(child)
        parent.kill()
    return child


def _alive(pid: int) -> bool:
    """A dead one that nobody has waited for yet does not count."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
