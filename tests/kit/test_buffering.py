"""Bodies that are too large or too slow, clients that hang up, and requests that take too long."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope

from dev.process import until
from events.memory import MemoryStore
from events.store import Appended, WriteSet
from kit.access import Role
from kit.testing import Stand, problem

BODY = b'{"organisation": "%s"}' % str(uuid4()).encode()


def scope_of(stand: Stand, length: int | None = None) -> Scope:
    given = {
        "authorization": f"Bearer {stand.issuer.token(role=Role.DESK)}",
        "content-type": "application/json",
        "idempotency-key": "once",
        **({} if length is None else {"content-length": str(length)}),
    }
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/toys",
        "raw_path": b"/v1/toys",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "server": ("service.test", 80),
        "client": ("127.0.0.1", 1),
    }


def chunks(*parts: bytes, last: Message | None = None) -> Receive:
    """A client that sends these parts and then `last`, or nothing ever again."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]

    async def receive() -> Message:
        if messages:
            return messages.pop(0)
        if last:
            return last
        await asyncio.Event().wait()
        raise AssertionError

    return receive


async def sent(app: FastAPI, scope: Scope, receive: Receive) -> list[Message]:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    return messages


async def test_a_body_that_says_it_is_too_large_is_not_read(stand: Stand) -> None:
    messages = await sent(stand.app, scope_of(stand, length=10**12), chunks())

    assert messages[0]["status"] == 413


async def test_a_body_without_a_length_is_cut_off(stand: Stand, store: MemoryStore) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 100_000

    answer = await stand.client(Role.DESK).post(
        "/v1/toys", content=endless(), headers={"content-type": "application/json"}
    )

    assert problem(answer) == (413, "body-too-large")
    assert answer.headers["connection"] == "close"
    assert not store.log


@pytest.mark.parametrize("length", ["-1", "many", "9" * 5000])
async def test_a_length_that_is_none_is_no_fault_of_ours(stand: Stand, length: str) -> None:
    scope = scope_of(stand)
    scope["headers"].append((b"content-length", length.encode()))
    end: Message = {"type": "http.request", "body": BODY, "more_body": False}

    messages = await sent(stand.app, scope, chunks(last=end))

    assert messages[0]["status"] == 201


async def test_a_body_that_comes_too_slowly_is_408(stand_of: Callable[..., Stand]) -> None:
    stand = stand_of(body_seconds=0.05)

    messages = await sent(stand.app, scope_of(stand), chunks(b"{"))

    assert messages[0]["status"] == 408


async def test_a_client_that_hangs_up_in_its_body_leaves_nothing(
    stand: Stand, store: MemoryStore
) -> None:
    gone = chunks(BODY[:10], last={"type": "http.disconnect"})

    assert await sent(stand.app, scope_of(stand), gone) == []
    assert not store.log
    assert not stand.app.state.running


class Gate:
    """Holds an append until the test opens it."""

    def __init__(self, store: MemoryStore) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self._append = store.append

    async def append(self, write: WriteSet) -> Appended:
        self.reached.set()
        await self.opened.wait()
        return await self._append(write)


async def test_a_client_that_hangs_up_leaves_nothing_half_done(
    stand: Stand, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(store)
    monkeypatch.setattr(store, "append", gate.append)
    end: Message = {"type": "http.request", "body": BODY, "more_body": False}
    request = asyncio.create_task(sent(stand.app, scope_of(stand), chunks(last=end)))
    await gate.reached.wait()

    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    running = list(stand.app.state.running)
    gate.opened.set()
    await asyncio.gather(*running)

    assert len(store.log) == len(store.answers) == len(store.access) == 1
    assert not stand.app.state.running


async def test_a_request_that_takes_too_long_is_503(
    stand_of: Callable[..., Stand],
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = stand_of(request_seconds=0.05)
    monkeypatch.setattr(store, "append", Gate(store).append)

    client: httpx.AsyncClient = stand.client(Role.DESK)
    answer = await client.get("/v1/toys")

    assert problem(answer) == (503, "unavailable")
    assert not stand.app.state.running


class Stubborn:
    """Holds an append, and takes a while to end when it is given up."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.may_end = asyncio.Event()

    async def append(self, _write: WriteSet) -> Appended:
        self.reached.set()
        try:
            await asyncio.Event().wait()
        finally:
            await self.may_end.wait()
        raise AssertionError


async def test_a_late_request_is_answered_before_what_it_holds_is_given_back(
    stand_of: Callable[..., Stand],
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand, stubborn = stand_of(request_seconds=0.05), Stubborn()
    monkeypatch.setattr(store, "append", stubborn.append)

    answer = await stand.client(Role.DESK).get("/v1/toys")
    left = list(stand.app.state.running)
    stubborn.may_end.set()
    await asyncio.wait(left)

    assert problem(answer) == (503, "unavailable")
    assert len(left) == 1
    assert left[0].cancelled()
    assert not stand.app.state.running


async def test_more_requests_than_can_be_answered_are_refused_at_once(
    stand_of: Callable[..., Stand],
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand, gate = stand_of(max_requests=3), Gate(store)
    monkeypatch.setattr(store, "append", gate.append)
    desk = stand.client(Role.DESK)
    waiting = [asyncio.create_task(desk.get("/v1/toys")) for _ in range(3)]
    await until(lambda: len(stand.app.state.running) == 3, 5, "requests do not wait")

    refused = await desk.get("/v1/toys")
    alive = await desk.get("/healthz")
    gate.opened.set()
    answers = await asyncio.gather(*waiting)

    assert problem(refused) == (503, "unavailable")
    assert alive.status_code == 200
    assert {answer.status_code for answer in answers} == {200}
    assert (await desk.get("/v1/toys")).status_code == 200


async def test_an_answer_that_has_begun_is_not_cut_off_at_the_time_limit(
    stand_of: Callable[..., Stand],
) -> None:
    stand, began, go_on = stand_of(request_seconds=0.05), asyncio.Event(), asyncio.Event()
    end: Message = {"type": "http.request", "body": BODY, "more_body": False}
    messages: list[Message] = []

    async def send(message: Message) -> None:
        """A client that reads slowly."""
        messages.append(message)
        began.set()
        await go_on.wait()

    request = asyncio.ensure_future(stand.app(scope_of(stand), chunks(last=end), send))
    await began.wait()
    await until(lambda: len(stand.app.state.running) == 2, 5, "the request is not late")
    go_on.set()
    await request

    assert [message.get("status") for message in messages] == [201, None]
    assert messages[1]["body"]
