"""An event loop in which a seed decides what runs next, and time passes when nothing can run."""

import asyncio
import heapq
import random
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from itertools import count
from typing import Any, TypeVar
from zlib import crc32

T = TypeVar("T")


class Idle(Exception):
    """Nothing can run and no timer is set: everybody waits for somebody else."""


class Process:
    """What dies together; whoever is stopped runs nothing more, not even its `finally`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stopped = False
        self.held: list[asyncio.Handle] = []

    def context(self) -> Context:
        context = Context()
        context.run(PROCESS.set, self)
        return context


PROCESS: ContextVar[Process] = ContextVar("process")


class NumberedTask(asyncio.Task[Any]):
    """Sets of tasks have an order that does not depend on where the tasks lie in memory."""

    def __init__(self, number: int, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Task
        self.number = number
        super().__init__(*arguments, **named)

    def __hash__(self) -> int:
        return self.number


class SeededLoop(asyncio.BaseEventLoop):
    """`digest` sums up what ran and when: the same seed gives the same digest.

    `watch` is called after every step, and must change nothing that the steps depend on.
    """

    _ready: deque[Any]

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = random.Random(seed)  # noqa: S311 - to be repeatable is what it is for
        self.steps = 0
        self.digest = 0
        self._now = 0.0
        self._tasks = count()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._timed = count()
        self._frozen: dict[Process, None] = {}
        self.watch: Callable[[], None] | None = None
        self.set_task_factory(self._task)  # type: ignore[arg-type]
        self.set_exception_handler(lambda *_: None)

    def time(self) -> float:
        return self._now

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *arguments: Any,  # noqa: ANN401 - as a loop has it
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, arguments, self, context)
        heapq.heappush(self._timers, (when, next(self._timed), timer))
        return timer

    def sum_up(self, text: str) -> None:
        self.digest = crc32(text.encode(), self.digest)

    def freeze(self, process: Process) -> None:
        process.stopped = True
        self._frozen[process] = None

    def thaw(self, process: Process) -> None:
        process.stopped = False
        self._frozen.pop(process, None)
        self._ready.extend(process.held)
        process.held.clear()

    def bury(self) -> None:
        """Lets everything come to an end, also the stopped, now that it does no harm any more."""
        for process in list(self._frozen):
            self.thaw(process)
        while tasks := sorted(asyncio.all_tasks(self), key=hash):
            for task in tasks:
                task.cancel()
            self.run_until_complete(asyncio.wait(tasks, timeout=60))

    def _task(
        self,
        _loop: asyncio.AbstractEventLoop,
        work: Coroutine[Any, Any, T],
        **named: Any,  # noqa: ANN401 - as Task
    ) -> NumberedTask:
        return NumberedTask(next(self._tasks), work, loop=self, **named)

    def _run_once(self) -> None:
        if not self._ready:
            self._pass_time()
        while self._timers and self._timers[0][0] <= self._now:
            self._ready.append(heapq.heappop(self._timers)[-1])
        handle = self._drawn()
        if handle._cancelled:
            return
        process = handle._context.get(PROCESS)
        if process is not None and process.stopped:
            process.held.append(handle)
            return
        self.steps += 1
        owner = getattr(handle._callback, "__self__", None)
        self.digest = crc32(b"%d" % getattr(owner, "number", 0), self.digest)
        handle._run()
        if self.watch is not None:
            self.watch()

    def _drawn(self) -> Any:  # noqa: ANN401 - of a handle, which tells nothing of itself
        ready = self._ready
        if len(ready) > 1:
            ready.rotate(-int(self.chance.random() * len(ready)))
        return ready.popleft()

    def _pass_time(self) -> None:
        while self._timers and self._timers[0][-1].cancelled():
            heapq.heappop(self._timers)
        if not self._timers:
            raise Idle
        self._now = max(self._now, self._timers[0][0])

    def _process_events(self, event_list: Any) -> None:  # noqa: ANN401 - as in asyncio
        """There are no files and no sockets."""

    def _write_to_self(self) -> None:
        """No thread waits to be woken."""
