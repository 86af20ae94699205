"""Lanes: messages of one key in order, of different keys at once; a failure holds up its lane."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import structlog
from prometheus_client import Counter

from events.backoff import Backoff
from events.begun import Begun
from events.broker import Message, Partition
from events.envelope import BadMessage
from events.failures import INFRASTRUCTURE, code_of, is_infrastructure, place_of
from events.offsets import Offsets
from events.parking import Lane, Parked, Request, Waiting, Yard, lane_of
from events.patience import limited
from events.store import Recorded, Unwritable

log = structlog.get_logger()
HANDLED = Counter("leidraad_consumer_handled", "Messages handled", ["group", "topic"])
FAILED = Counter("leidraad_consumer_failed_tries", "Tries that failed", ["group", "topic"])

MOST_TRIES = 5
HANDLE_SECONDS = 10.0
"""For what a handler does beside its waits for the database, which have limits of their own."""
_SUSPECT = range(1, MOST_TRIES)
"""How often a message may have ended a process, and still be tried."""
UNREADABLE = "unreadable"
DIED = "died-while-handling"
UNKEPT = "cannot-be-kept"

Handle = Callable[[Recorded[Any]], Awaitable[None]]
"""Brings about the effect of a message, with its inbox row in the same write set."""

Read = Callable[[Message], Recorded[Any] | None]
"""Makes an event of a message; None if it is not to be handled, BadMessage if it is unreadable."""


@dataclass
class Trial:
    """One message on its way: its tries so far, and whether the next one is counted already."""

    message: Message
    tries: int = 0
    counted: bool = False


@dataclass(kw_only=True)
class Lanes:
    """The messages that a member has in hand, from one rebalance to the next."""

    group: str
    read: Read
    handle: Handle
    yard: Yard
    backoff: Backoff
    chance: random.Random
    concurrency: int
    handle_seconds: float = HANDLE_SECONDS
    offsets: Offsets = field(default_factory=Offsets)
    failure: BaseException | None = field(default=None, init=False)
    """Why a lane ended that should not have: a fault of this code, not of a message."""

    def __post_init__(self) -> None:
        self.progress = asyncio.get_running_loop().time()
        self._begun = Begun(self.yard, self.group)
        self._slots = asyncio.Semaphore(self.concurrency)
        self._queues: dict[Lane, deque[Message]] = {}
        self._parked: set[Lane] = set()
        self._tasks: dict[tuple[Lane, str], asyncio.Task[None]] = {}
        self._busy: set[asyncio.Task[Any]] = set()
        self._closing = False
        self._opens = 0.0
        self._outages = 0

    def accept(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._moved()
            self.offsets.began(message)
            lane = lane_of(self.group, message)
            queue = self._queues.setdefault(lane, deque())
            queue.append(message)
            if len(queue) == 1:
                self._start((lane, "work"), self._work(lane, queue))

    def attend(self, parked: Iterable[Parked], assigned: frozenset[Partition]) -> None:
        """Learns which keys are parked, and begins what was asked for those that are ours."""
        for key in parked:
            self._parked.add(key.lane)
            asked = key.place in assigned and key.request is not Request.NONE
            if asked and (key.lane, "drain") not in self._tasks:
                self._start((key.lane, "drain"), self._drain(key.lane))

    async def finish(self, seconds: float) -> None:
        """Ends what is being handled within this time; what only waits is left for later."""
        self._closing = True
        tasks = set(self._tasks.values())
        for task in tasks - self._busy:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def forget(self) -> None:
        """Takes back what was counted of messages that did no harm; before they are committed."""
        await self._begun.forget()

    def _start(self, place: tuple[Lane, str], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks[place] = task
        task.add_done_callback(lambda ended: self._ended(place, ended))

    def _ended(self, place: tuple[Lane, str], task: asyncio.Task[None]) -> None:
        if self._tasks.get(place) is task:  # the lane may have started anew before this was told
            del self._tasks[place]
        if not task.cancelled() and (error := task.exception()):
            self.failure = self.failure or error

    async def _work(self, lane: Lane, queue: deque[Message]) -> None:
        while queue and not self._closing:
            if await self._settled(lane, Trial(queue[0])):
                self.offsets.finished(queue.popleft())
        if not queue:
            del self._queues[lane]

    async def _settled(self, lane: Lane, trial: Trial) -> bool:
        """Tries until the message is handled or parked; False if there is no time left for that."""
        while not self._closing:
            try:
                await self._gate()
                if await self._behind(lane, trial.message) or await self._attempt(lane, trial):
                    return True
                await asyncio.sleep(self.backoff.delay(trial.tries, self.chance))
            except INFRASTRUCTURE as error:
                self._outage(error)
            except Exception as error:  # noqa: BLE001 - a fault of ours holds up no other lane
                _log_held(error, _place(self.group, trial.message))
                await asyncio.sleep(self.backoff.delay(trial.tries, self.chance))
        return False

    async def _behind(self, lane: Lane, message: Message) -> bool:
        if lane not in self._parked:
            return False
        try:
            waits = await self.yard.behind(lane, message)
        except Unwritable:
            waits = await self.yard.behind(lane, _bare(message))
        if waits:
            self._begun.over(message)  # a process may have ended after it parked it
        else:
            self._parked.discard(lane)
        return waits

    async def _park(self, lane: Lane, message: Message, reason: str) -> None:
        """If a message cannot be kept, then its place is: the others must not wait for it."""
        log.error("consumer.parked", reason=reason, **_place(self.group, message))
        try:
            await self.yard.park(lane, message, reason)
        except Unwritable:
            await self.yard.park(lane, _bare(message), UNKEPT)
        self._parked.add(lane)

    async def _attempt(self, lane: Lane, trial: Trial) -> bool:
        """One with which a process ended waits first, as one that failed: others go before it."""
        async with self._slot():
            died = await self._begun.begin(trial.message)
            if died not in _SUSPECT:
                return await self._in_hand(lane, trial, died)
        await asyncio.sleep(self.backoff.delay(died, self.chance))
        async with self._slot():
            return await self._in_hand(lane, trial, died)

    async def _in_hand(self, lane: Lane, trial: Trial, died: int) -> bool:
        async with self._begun.in_hand(trial.message, died):
            if not trial.counted:
                trial.tries += died + 1
                trial.counted = True
            return await self._try(lane, trial)

    async def _try(self, lane: Lane, trial: Trial) -> bool:
        message = trial.message
        reason = DIED if trial.tries > MOST_TRIES else await self._outcome(message)
        self._moved()
        if reason is None:
            return True
        if trial.tries >= MOST_TRIES or reason == UNREADABLE:
            await self._park(lane, message, reason)
            return True
        trial.counted = False
        return False

    async def _outcome(self, message: Message) -> str | None:
        """None if the message is handled, else a code for what went wrong."""
        try:
            event = self.read(message)
            if event is not None:
                async with limited(self.handle_seconds):
                    await self.handle(event)
        except BadMessage as error:
            log.warning("consumer.unreadable", faults=error.faults, **_place(self.group, message))
            return UNREADABLE
        except Exception as error:
            if is_infrastructure(error):
                raise
            FAILED.labels(self.group, message.partition.topic).inc()
            where = _place(self.group, message)
            log.warning("consumer.failed", reason=code_of(error), at=place_of(error), **where)
            return code_of(error)
        HANDLED.labels(self.group, message.partition.topic).inc()
        self._outages = 0
        return None

    async def _drain(self, lane: Lane) -> None:
        """Does what was asked: leaves out the head or not, then tries what waits, in order."""
        try:
            while not self._closing and (waiting := await self.yard.first(lane)):
                if waiting.skip:
                    free = await self.yard.skip(lane, waiting)
                else:
                    free = await self._redone(lane, waiting)
                if free:
                    return
        except INFRASTRUCTURE as error:
            self._outage(error)

    async def _redone(self, lane: Lane, waiting: Waiting) -> bool:
        """True if nothing more is to be done: the key is free, or waits for the next request."""
        async with self._slot():
            reason = await self._retried(waiting)
            self._moved()
            if reason is None:
                return await self.yard.done(lane, waiting)
            if waiting.tries >= MOST_TRIES or reason == UNREADABLE:
                await self.yard.again(lane, waiting, reason)
                return True
        await asyncio.sleep(self.backoff.delay(waiting.tries, self.chance))
        return False

    async def _retried(self, waiting: Waiting) -> str | None:
        while waiting.tries <= MOST_TRIES:
            await self._gate()
            try:
                return await self._outcome(waiting.message)
            except INFRASTRUCTURE as error:
                self._outage(error)
        return DIED

    async def _gate(self) -> None:
        """Waits while the infrastructure is away: nothing is wrong with the messages."""
        await asyncio.sleep(max(self._opens - asyncio.get_running_loop().time(), 0))

    def _outage(self, error: BaseException) -> None:
        now = asyncio.get_running_loop().time()
        self._moved()
        if self._opens <= now:
            self._outages += 1
            self._opens = now + self.backoff.delay(self._outages, self.chance)
            log.warning("consumer.waits", group=self.group, reason=code_of(error))

    def _moved(self) -> None:
        self.progress = asyncio.get_running_loop().time()

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """One of few, in which a task is not cancelled before there is no time left."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        async with self._slots:
            self._busy.add(task)
            try:
                yield
            finally:
                self._busy.discard(task)


def _bare(message: Message) -> Message:
    """Where a message is, without what is in it."""
    return replace(message, key=None, headers=[], value=None)


def _place(group: str, message: Message) -> dict[str, object]:
    topic, number = message.partition
    return {"group": group, "topic": topic, "partition": number, "offset": message.offset}


def _log_held(error: Exception, place: dict[str, object]) -> None:
    log.error("consumer.held", reason=code_of(error), at=place_of(error), **place)
