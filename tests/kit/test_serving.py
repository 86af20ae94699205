"""Servers that stop in order: nothing new is accepted, and what began is finished."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter

from events.memory import MemoryStore
from kit.access import Role
from kit.calls import Call
from kit.endpoints import lists
from kit.processes import Ended, lasting
from kit.serving import PortTaken, serve
from kit.testing import Stand

HOST = "127.0.0.1"


class Slow:
    """A route that waits until the test lets it go on."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.go_on = asyncio.Event()
        self.router = APIRouter()

        @self.router.get("/v1/slow")
        async def slow(_call: Annotated[Call, lists("slow:read")]) -> dict[str, str]:
            self.began.set()
            await self.go_on.wait()
            return {"done": "yes"}


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@asynccontextmanager
async def served(stand: Stand) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.Event]]:
    port, stop = free_port(), asyncio.Event()
    token = stand.issuer.token(role=Role.DESK)
    headers = {"authorization": f"Bearer {token}"}
    async with (
        asyncio.TaskGroup() as tasks,
        httpx.AsyncClient(base_url=f"http://{HOST}:{port}", headers=headers) as client,
    ):
        tasks.create_task(serve(stand.app, HOST, port, stop, patience_seconds=5))
        await _answers(client)
        yield client, stop
        stop.set()


async def _answers(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(5):
        while True:
            try:
                await client.get("/healthz")
            except httpx.ConnectError:
                await asyncio.sleep(0.01)
            else:
                return


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def stand(store: MemoryStore, slow: Slow) -> Stand:
    access = {"slow:read": {Role.DESK}}
    return Stand(store, routers=[slow.router], access=access, scope=lambda _: None)


async def test_a_request_under_way_is_finished_and_no_other_is_taken(
    stand: Stand, slow: Slow
) -> None:
    async with served(stand) as (client, stop):
        request = asyncio.create_task(client.get("/v1/slow"))
        await slow.began.wait()
        stop.set()
        await _until_closed(client)
        slow.go_on.set()

        answer = await request

    assert answer.json() == {"done": "yes"}


async def _until_closed(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(5):
        while True:
            try:
                _, writer = await asyncio.open_connection(HOST, client.base_url.port)
            except ConnectionError:
                return
            writer.close()
            await asyncio.sleep(0.01)


async def test_a_client_that_hangs_up_leaves_the_request_to_its_end(
    stand: Stand, slow: Slow
) -> None:
    async with served(stand) as (client, _):
        request = asyncio.create_task(client.get("/v1/slow"))
        await slow.began.wait()
        request.cancel()
        [running] = stand.app.state.running
        slow.go_on.set()
        await running

    assert not running.cancelled()
    assert running.exception() is None


async def test_a_port_that_is_taken_is_named(stand: Stand) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortTaken, match=str(port)):
            await serve(stand.app, HOST, port, asyncio.Event(), patience_seconds=1)


async def test_the_signals_are_left_to_the_process(stand: Stand) -> None:
    before = signal.getsignal(signal.SIGTERM)

    async with served(stand):
        assert signal.getsignal(signal.SIGTERM) is before


async def test_what_must_last_ends_the_process_when_it_ends_by_itself() -> None:
    async def ends(_stop: asyncio.Event) -> None: ...

    stop = asyncio.Event()
    with pytest.raises(Ended, match="relay"):
        await lasting("relay", ends, stop)
    stop.set()
    await lasting("relay", ends, stop)
