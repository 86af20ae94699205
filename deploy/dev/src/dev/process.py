"""One program that we start, watch, disturb and stop, and that never outlives us."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from dev.failure import NotStarted

LOOK_SECONDS = 0.02
SET_PARENT_DEATH_SIGNAL = 1
LIBC = ctypes.CDLL(None)


@dataclass(slots=True, kw_only=True)
class Process:
    """A program with its log; `start` again after `stop` or `kill` gives it the same command."""

    name: str
    command: Sequence[str | Path]
    folder: Path
    log: Path
    environment: Mapping[str, str]
    user: str | None = None
    end: signal.Signals = signal.SIGTERM
    orphaned: signal.Signals = signal.SIGKILL
    _popen: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._popen = _spawner().submit(_spawn, self, log.fileno()).result()

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen is not None else None

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._popen.poll() if self._popen is not None else None

    async def stop(self, seconds: float = 30) -> None:
        """Asks it to end, and insists when it does not within the time."""
        self.signal(self.end)
        self.resume()
        try:
            await until(lambda: not self.running, seconds, f"{self.name} did not end")
        except NotStarted:
            await self.kill()

    async def kill(self) -> None:
        """Ends it without a chance to clean up, together with what it started."""
        self.signal(signal.SIGKILL)
        await until(lambda: not self.running, 10, f"{self.name} could not be killed")

    async def finish(self, seconds: float = 120) -> None:
        """Runs a program that ends by itself; raises NotStarted with its last words if it fails."""
        self.start()
        try:
            await until(lambda: not self.running, seconds, f"{self.name} did not end")
        finally:
            await self.kill()
        if self.exit_code:
            raise NotStarted(f"{self.name} failed: {self.last_words()} (log: {self.log})")

    def pause(self) -> None:
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """To the whole group, which is the program's own, so that a Ctrl-C here does not reach it.

        PostgreSQL's children are spared a clean end's signal: its first process tells them.
        """
        if self._popen is None or not self.running:
            return
        if number == self.end:
            self._popen.send_signal(number)
        else:
            os.killpg(self._popen.pid, number)

    async def ready(self, condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Waits until the condition holds; a program that ends instead says why in its log."""

        async def settled() -> bool:
            return not self.running or await condition()

        await until(settled, seconds, f"{self.name} was not ready (its log: {self.log})")
        if not self.running:
            raise NotStarted(
                f"{self.name} ended at its start: {self.last_words()} (log: {self.log})"
            )

    def last_words(self) -> str:
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line), "its log is empty")


async def until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]], seconds: float, complaint: str
) -> None:
    """Looks until the condition holds; raises NotStarted with the complaint when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        if time.monotonic() > deadline:
            raise NotStarted(f"{complaint} within {seconds:g} s")
        await asyncio.sleep(LOOK_SECONDS)


@cache
def _spawner() -> ThreadPoolExecutor:
    # Linux sends the parent-death signal when the *thread* that started a program ends. This
    # one lives as long as we do, whichever short-lived thread or event loop asks for a program.
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


def _spawn(process: Process, log: int) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def die_with_parent() -> None:
        # If we are killed outright nobody could stop our children, so the kernel does. Set after
        # the change of user, which would clear it; a parent that is gone already sends nothing.
        LIBC.prctl(SET_PARENT_DEATH_SIGNAL, process.orphaned)
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(
        process.command,
        cwd=process.folder,
        env=process.environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=process.user,
        group=_group(process.user),
        extra_groups=None if process.user is None else [],
        preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - see above
    )


def _group(user: str | None) -> int | None:
    import pwd  # noqa: PLC0415

    return None if user is None else pwd.getpwnam(user).pw_gid
