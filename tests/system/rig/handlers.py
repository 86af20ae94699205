"""Handlers and members of groups that fail as a test tells them, by files in a folder."""

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from zlib import crc32

from events.broker import Message, Outgoing, Place
from events.consumer import Consumer
from events.kafka import KafkaSubscription
from events.kafka_producer import KafkaProducer
from events.lanes import Handle
from events.store import Recorded
from kit.composition import Compose, Ground, Service

FOLDER = "RIG_FAULTS"
EVERYBODY = "everybody"


class Fault(Exception):
    """What a handler raises for a key that it is told to fail for."""


class Kind(StrEnum):
    """The first five befall handlers, of a key; the next three members, of a group.

    The last one makes the relay send each message several times, at most as often as it says.
    """

    THROW = "throw"
    KILL = "kill"
    HANG = "hang"
    SLOW = "slow"
    BLOCK = "block"
    DEAF = "deaf"
    LOST = "lost"
    ENDED = "ended"
    COPIES = "copies"


ONCE = frozenset({Kind.BLOCK, Kind.DEAF, Kind.LOST, Kind.ENDED})


@dataclass(frozen=True, slots=True)
class Faults:
    """What is armed: one file per fault and whom it befalls; those of `ONCE` disarm themselves."""

    folder: Path

    @property
    def settings(self) -> Mapping[str, str]:
        """Those of the processes that are to have the faults."""
        self.folder.mkdir(exist_ok=True)
        return {FOLDER: str(self.folder)}

    def arm(self, kind: Kind, whom: object = EVERYBODY, seconds: float = 0) -> None:
        self.folder.mkdir(exist_ok=True)
        written = self.folder / f"new.{kind}.{whom}"
        written.write_text(str(seconds))
        written.rename(self._file(kind, whom))

    def mend(self, kind: Kind, whom: object = EVERYBODY) -> None:
        self._file(kind, whom).unlink(missing_ok=True)

    def armed(self, kind: Kind, whom: object = EVERYBODY) -> bool:
        return self._file(kind, whom).exists()

    def seconds(self, kind: Kind, whom: object) -> float | None:
        """None unless the fault is armed."""
        try:
            said = self._file(kind, whom).read_text()
            if kind in ONCE:
                self._file(kind, whom).unlink()
        except FileNotFoundError:
            return None
        return float(said)

    def _file(self, kind: Kind, whom: object) -> Path:
        return self.folder / f"{kind}.{whom}"


def failing(handle: Handle, faults: Faults) -> Handle:
    async def fail_or_handle(message: Recorded[Any]) -> None:
        for whom in (message.key, EVERYBODY):
            await _befall(faults, whom)
        await handle(message)

    return fail_or_handle


async def _befall(faults: Faults, whom: object) -> None:
    if faults.armed(Kind.THROW, whom):
        raise Fault
    if faults.armed(Kind.KILL, whom):
        os.kill(os.getpid(), signal.SIGKILL)
    if faults.armed(Kind.HANG, whom):
        await asyncio.Event().wait()
    if (seconds := faults.seconds(Kind.SLOW, whom)) is not None:
        await asyncio.sleep(seconds)
    if (seconds := faults.seconds(Kind.BLOCK, whom)) is not None:
        time.sleep(seconds)  # noqa: ASYNC251 - to hold up the whole process is what it is for


def composed(compose: Compose[Any], folder: str | None) -> Compose[Any]:
    """The service with the faults, if there is a folder for them."""
    if folder is None:
        return compose
    faults = Faults(Path(folder))
    _let_members_fail(faults)
    _send_copies(faults)

    def compose_with_faults(ground: Ground[Any]) -> Service:
        service = compose(ground)
        follows = [replace(f, handle=failing(f.handle, faults)) for f in service.follows]
        return replace(service, follows=follows)

    return compose_with_faults


def _let_members_fail(faults: Faults) -> None:
    poll, run = KafkaSubscription.poll, Consumer.run

    async def poll_or_fail(member: KafkaSubscription, seconds: float) -> Any:  # noqa: ANN401
        group = member._client._group_id
        if faults.seconds(Kind.DEAF, group) is not None:
            _deafen(member._client._fetcher)
        if faults.seconds(Kind.LOST, group) is not None:
            member._client._coordinator._coordination_task.cancel()
        messages: list[Message] = [*await poll(member, seconds)]
        return messages

    async def run_or_end(consumer: Consumer, stop: asyncio.Event) -> None:
        ending = asyncio.create_task(_ended(faults, consumer.group))
        running = asyncio.create_task(run(consumer, stop))
        await asyncio.wait({ending, running}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not running.done():
            running.cancel()
            return
        await running

    setattr(KafkaSubscription, "poll", poll_or_fail)  # noqa: B010 - replaced for a test
    setattr(Consumer, "run", run_or_end)  # noqa: B010


def _deafen(fetcher: Any) -> None:  # noqa: ANN401
    """What it has asked for already is not heard either, or what comes just now would be."""
    for task in (fetcher._fetch_task, *fetcher._pending_tasks):
        task.cancel()


def _drawn(message: Outgoing) -> int:
    """By its id, so that equal contents are not all sent equally often."""
    return crc32(dict(message.headers)["ce_id"])


def _send_copies(faults: Faults) -> None:
    send = KafkaProducer.send

    async def send_often(producer: KafkaProducer, messages: Sequence[Outgoing]) -> Sequence[Place]:
        most = int(faults.seconds(Kind.COPIES, EVERYBODY) or 1)
        often = [n for n, m in enumerate(messages) for _ in range(1 + _drawn(m) % most)]
        places = await send(producer, [messages[n] for n in often])
        return [*dict(zip(often, places, strict=True)).values()]

    setattr(KafkaProducer, "send", send_often)  # noqa: B010


async def _ended(faults: Faults, group: str) -> None:
    while faults.seconds(Kind.ENDED, group) is None:  # noqa: ASYNC110 - files tell nobody
        await asyncio.sleep(0.1)
