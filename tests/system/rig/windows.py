"""The moments in which a process dies at most harm: each is a fail-point, armed by a file."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence, Sized
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from aiosmtplib import SMTP
from starlette.types import Message, Receive, Scope, Send

from events import kafka, views_postgres
from events.appender import Appender
from events.batch import Prepared
from events.broker import Outgoing, Place, partition_of
from events.checkpoint import PostgresLead
from events.kafka import KafkaSubscription
from events.kafka_producer import KafkaProducer
from events.postgres import PostgresStore
from events.store import WriteSet
from events.work_postgres import PostgresQueue
from kit.buffering import Buffered
from kit.peers import Peers

Call = Callable[..., Awaitable[Any]]

FOLDER = "RIG_ARMED"
API, CONSUME, RELAY = "api", "consume", "relay"
SUCCESSES = range(200, 300)


@dataclass(frozen=True, slots=True)
class Point:
    """Where a process dies if the file exists, which then gets `.hit` behind its name."""

    armed: Path

    def reached(self) -> None:
        try:
            self.armed.rename(self.armed.with_name(f"{self.armed.name}.hit"))
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Window:
    """Which kinds of process pass through it, what has happened by then, and what has not."""

    kinds: Sequence[str]
    meaning: str
    install: Callable[[Point], None]


def install(folder: Path) -> None:
    """Installs all of them; a file of a window's name in the folder arms it."""
    for name, window in WINDOWS.items():
        window.install(Point(folder / name))


def _always(*_given: object) -> bool:
    return True


def _put(
    owner: Any,  # noqa: ANN401 - a class or a module
    name: str,
    *,
    when: Callable[..., bool] = _always,
    after: bool = False,
) -> Callable[[Point], None]:
    """The window is before or after a call of a function that is awaited."""

    def install_point(point: Point) -> None:
        call: Call = getattr(owner, name)

        @wraps(call)
        async def watched(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the function
            if not after and when(*given):
                point.reached()
            result = await call(*given, **named)
            if after and when(*given, result):
                point.reached()
            return result

        setattr(owner, name, watched)

    return install_point


def _of_request(_store: PostgresStore, write: WriteSet, *_: object) -> bool:
    """Reads and reactions append too."""
    return write.request is not None


def _some(*given: object) -> bool:
    """The last that was given holds something."""
    return bool(given[-1])


def _rows(_connection: object, _table: object, rows: Sized, *_: object) -> bool:
    return bool(rows)


def _sent(point: Point) -> None:
    """The call is on its way to the server, and nobody has looked for its answer yet."""
    call = Appender._call

    @wraps(call)
    async def watched(self: Appender, batch: Sequence[Prepared]) -> Any:  # noqa: ANN401
        connected = self._connection is not None and not self._connection.is_closed()
        asked = any(p.write.request or p.write.message or p.write.done for p in batch)
        if not connected or not asked:
            return await call(self, batch)
        called = asyncio.create_task(call(self, batch))
        await _flushed()
        point.reached()
        return await called

    setattr(Appender, "_call", watched)  # noqa: B010 - a method is replaced for a test


async def _flushed() -> None:
    """What was written goes to the socket at the end of a turn of the loop."""
    for _ in range(3):
        await asyncio.sleep(0)


def _answered(point: Point) -> None:
    """The client has its answer; what follows from the request goes on without this process."""
    run = Buffered._run

    @wraps(run)
    async def watched(
        self: Buffered, scope: Scope, receive: Receive, send: Send, seconds: float
    ) -> None:
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await run(self, scope, receive, answer, seconds)
        if scope["method"] == "POST" and status in SUCCESSES:
            await _flushed()
            point.reached()

    setattr(Buffered, "_run", watched)  # noqa: B010


def _half_published(point: Point) -> None:
    """One partition's part of a chunk that has several is acknowledged, and no other is sent."""
    send = KafkaProducer.send

    @wraps(send)
    async def watched(self: KafkaProducer, messages: Sequence[Outgoing]) -> Sequence[Place]:
        first = [m for m in messages if partition_of(m.key) == partition_of(messages[0].key)]
        if len(first) < len(messages) and point.armed.exists():
            await send(self, first)
            point.reached()
        return await send(self, messages)

    setattr(KafkaProducer, "send", watched)  # noqa: B010


def _rebalancing(point: Point) -> None:
    """The group moves on, and what this member has in hand is given to others."""
    revoked = kafka._Listener.on_partitions_revoked

    def watched(self: Any, partitions: Sequence[object]) -> None:  # noqa: ANN401
        if partitions:
            point.reached()
        revoked(self, partitions)

    setattr(kafka._Listener, "on_partitions_revoked", watched)  # noqa: B010


WINDOWS = {
    "decided": Window(
        [API],
        "a request is decided; its write set is not handed to the appender",
        _put(PostgresStore, "append", when=_of_request),
    ),
    "sent": Window(
        [API, CONSUME],
        "the batch with a request, a message or work in it was sent; its answer is not awaited",
        _sent,
    ),
    "appended": Window(
        [API],
        "the request is committed; its client has no answer",
        _put(PostgresStore, "append", when=_of_request, after=True),
    ),
    "answered": Window(
        [API], "the client has its answer; the relay does not know of the events", _answered
    ),
    "read": Window(
        [RELAY], "a chunk is read; nothing of it is sent", _put(KafkaProducer, "send", when=_some)
    ),
    "half-published": Window(
        [RELAY], "one batch of a chunk is acknowledged; the others are not sent", _half_published
    ),
    "published": Window(
        [RELAY],
        "a chunk is acknowledged; the checkpoint is not moved",
        _put(PostgresLead, "move"),
    ),
    "polled": Window(
        [CONSUME],
        "messages were fetched; none is begun",
        _put(KafkaSubscription, "poll", when=_some, after=True),
    ),
    "handled": Window(
        [CONSUME],
        "effects and inbox rows are committed; the offsets are not",
        _put(KafkaSubscription, "commit"),
    ),
    "rebalancing": Window(
        [CONSUME], "the group takes partitions away whose messages are in hand", _rebalancing
    ),
    "projected": Window(
        [CONSUME],
        "rows of a view are written; its checkpoint is not committed",
        _put(views_postgres, "write", when=_rows, after=True),
    ),
    "claimed": Window(
        [CONSUME],
        "work is claimed; none of it is done",
        _put(PostgresQueue, "claim", when=_some, after=True),
    ),
    "mailed": Window(
        [CONSUME], "a mail is handed over; that it is sent is not", _put(SMTP, "data", after=True)
    ),
    "fetched": Window(
        [CONSUME],
        "another service has answered; what it said is not stored",
        _put(Peers, "get", after=True),
    ),
}
"""By the name of the file that arms it."""
