"""What waits in the appender's queue, and for how long."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import pytest

from events import appender
from events.appender import Appender, Outcome, to_server
from events.batch import Prepared
from events.store import Appended, Unavailable
from events.testing import draft, write


class Server:
    """Stands for the connection: answers the calls one by one, when the test lets it."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.reached = asyncio.Event()
        self.answers = asyncio.Event()

    async def call(self, batch: Sequence[Prepared]) -> list[Outcome]:
        self.calls.append(len(batch))
        self.reached.set()
        await self.answers.wait()
        return [Appended(1, datetime.now(UTC)) for _ in batch]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def appending(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Appender]:
    made = Appender(partial(to_server, "postgresql://nowhere"), lambda: None)
    monkeypatch.setattr(made, "_call", server.call)
    async with made.running():
        yield made
        server.answers.set()


async def test_what_nobody_waits_for_any_more_is_not_written(
    appending: Appender, server: Server
) -> None:
    first = asyncio.create_task(appending.append(write(draft(uuid4()))))
    await server.reached.wait()
    others = [asyncio.create_task(appending.append(write(draft(uuid4())))) for _ in range(10)]
    await asyncio.sleep(0)

    for impatient in (first, *others[:6]):
        impatient.cancel()
    server.answers.set()
    await asyncio.gather(*others[6:])

    assert server.calls == [1, 4]


async def test_a_queue_that_is_too_long_takes_nothing_more(
    appending: Appender, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appender, "MOST_WAITING", 5)
    first = asyncio.create_task(appending.append(write(draft(uuid4()))))
    await server.reached.wait()
    waiting = [asyncio.create_task(appending.append(write(draft(uuid4())))) for _ in range(5)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable):
        await appending.append(write(draft(uuid4())))
    server.answers.set()
    await asyncio.gather(first, *waiting)

    assert server.calls == [1, 5]
