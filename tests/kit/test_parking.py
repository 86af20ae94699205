"""Operators see what is parked, and ask for a retry or a skip; the consumer does it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest

from events.broker import Message, Partition
from events.memory import MemoryStore
from events.parking import NOTHING, VIEWS, Lane, Parked, Parking, Request
from events.parking_memory import MemoryYard
from events.store import Unavailable, WriteSet
from kit import parking
from kit.access import Role
from kit.testing import Stand, at, problem

KEY = UUID(int=7)
LANE = Lane("casefile.referrals", "intake.events", KEY)
OF_VIEW = Lane(VIEWS, "candidates_v1", KEY)
PARKED = f"/v1/parked-keys/{parking.id_of(LANE)}"
SKIP = {"message": 1, "reason": "sent-by-mistake"}


@pytest.fixture
async def yard(store: MemoryStore) -> MemoryYard:
    yard = MemoryYard(at("2026-03-05T10:00:00+00:00"), store)
    await yard.park(LANE, Message(Partition(LANE.topic, 3), 5, KEY.bytes, [], b"{}"), "unreadable")
    return yard


@pytest.fixture
def stand(store: MemoryStore, yard: MemoryYard) -> Stand:
    return on(store, yard)


def on(store: MemoryStore, yard: MemoryYard) -> Stand:
    return Stand(
        store,
        routers=[parking.router],
        access=parking.ACCESS,
        scope=lambda _: None,
        parts={Parking: yard},
    )


@pytest.fixture
def operator(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.OPERATOR)


class Overtaken(MemoryYard):
    """The same request comes first over another connection, and the consumer does it at once."""

    async def request_skip(
        self, lane: Lane, message: int, reason: str, beside: WriteSet = NOTHING
    ) -> bool:
        await super().request_skip(lane, message, reason, beside)
        head = await self.first(lane)
        assert head is not None
        await self.skip(lane, head)
        return await super().request_skip(lane, message, reason, beside)


async def fails(_write: WriteSet) -> None:
    raise Unavailable


async def requested(yard: MemoryYard) -> Request:
    [parked] = await yard.list()
    return parked.request


async def test_operators_see_what_is_parked_and_why(operator: httpx.AsyncClient) -> None:
    answer = await operator.get("/v1/parked-keys")

    assert answer.json() == {
        "items": [
            {
                "id": str(parking.id_of(LANE)),
                "group": "casefile.referrals",
                "topic": "intake.events",
                "key": str(KEY),
                "reason": "unreadable",
                "parkedAt": "2026-03-05T10:00:00Z",
                "message": 1,
                "messages": 1,
                "request": "none",
            }
        ]
    }


async def test_a_retry_is_asked_for_once_however_often_it_is_sent(
    operator: httpx.AsyncClient, yard: MemoryYard, store: MemoryStore
) -> None:
    headers = {"idempotency-key": "again"}

    first = await operator.post(f"{PARKED}/retries", headers=headers)
    asked = await requested(yard)
    head = await yard.first(LANE)
    assert head is not None
    await yard.again(LANE, head, "still-unreadable")
    second = await operator.post(f"{PARKED}/retries", headers=headers)

    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"] == PARKED
    assert asked is Request.RETRY
    assert await requested(yard) is Request.NONE
    assert [(line.action, line.outcome) for line in store.access] == [
        ("parking:request", "allowed")
    ]


async def test_a_skip_needs_a_message_and_a_reason(
    operator: httpx.AsyncClient, yard: MemoryYard
) -> None:
    nameless = await operator.post(f"{PARKED}/skips", json={"reason": "sent-by-mistake"})
    without = await operator.post(f"{PARKED}/skips", json={"message": 1})
    prose = await operator.post(f"{PARKED}/skips", json={"message": 1, "reason": "Jan says so"})
    reasoned = await operator.post(f"{PARKED}/skips", json=SKIP)

    assert problem(nameless) == problem(without) == problem(prose) == (422, "invalid")
    assert reasoned.status_code == 200
    assert await requested(yard) is Request.SKIP


class Viewed(MemoryYard):
    """A view has parked the key."""

    async def list(self, group: str | None = None) -> Sequence[Parked]:
        return [replace(parked, lane=OF_VIEW) for parked in await super().list(group)]


async def test_what_a_view_parked_need_not_be_asked_for(store: MemoryStore) -> None:
    yard = Viewed(at("2026-03-05T10:00:00+00:00"), store)
    await yard.park(LANE, Message(Partition(LANE.topic, 3), 5, KEY.bytes, [], b"{}"), "unreadable")
    operator = on(store, yard).client(Role.OPERATOR)
    parked = f"/v1/parked-keys/{parking.id_of(OF_VIEW)}"

    answers = [
        await operator.post(f"{parked}/retries"),
        await operator.post(f"{parked}/skips", json=SKIP),
    ]

    assert [problem(answer) for answer in answers] == [(409, "tried-by-itself")] * 2


async def test_a_skip_that_comes_twice_leaves_out_one_message(
    operator: httpx.AsyncClient, yard: MemoryYard
) -> None:
    await yard.behind(LANE, Message(Partition(LANE.topic, 3), 6, KEY.bytes, [], b"{}"))
    await operator.post(f"{PARKED}/skips", json=SKIP)
    head = await yard.first(LANE)
    assert head is not None
    await yard.skip(LANE, head)

    again = await operator.post(f"{PARKED}/skips", json=SKIP)

    assert problem(again) == (409, "moved-on")
    [parked] = await yard.list()
    assert (parked.head, parked.messages, parked.request) == (2, 1, Request.RETRY)


async def test_a_request_whose_records_can_not_be_written_asks_for_nothing(
    stand: Stand, yard: MemoryYard, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = stand.client(Role.OPERATOR)
    headers = {"idempotency-key": "again"}
    await yard.behind(LANE, Message(Partition(LANE.topic, 3), 6, KEY.bytes, [], b"{}"))

    with monkeypatch.context() as away:
        away.setattr(store, "append", fails)
        failed = await operator.post(f"{PARKED}/skips", headers=headers, json=SKIP)
    asked = await requested(yard)
    again = await operator.post(f"{PARKED}/skips", headers=headers, json=SKIP)

    assert (failed.status_code, asked) == (503, Request.NONE)
    assert (again.status_code, await requested(yard)) == (200, Request.SKIP)
    assert (len(store.answers), len(store.access)) == (1, 1)


async def test_a_request_that_was_done_meanwhile_is_answered_and_not_refused(
    store: MemoryStore,
) -> None:
    yard = Overtaken(store=store)
    await yard.park(LANE, Message(Partition(LANE.topic, 3), 5, KEY.bytes, [], b"{}"), "unreadable")
    headers = {"idempotency-key": "again"}

    answer = (
        await on(store, yard)
        .client(Role.OPERATOR)
        .post(f"{PARKED}/skips", headers=headers, json=SKIP)
    )

    assert answer.status_code == 200
    assert (len(store.answers), len(store.access), len(yard.skipped)) == (1, 1, 1)


async def test_what_is_not_parked_is_404_and_noted(
    operator: httpx.AsyncClient, store: MemoryStore
) -> None:
    answer = await operator.post(f"/v1/parked-keys/{uuid4()}/retries")

    assert problem(answer) == (404, "not-found")
    assert [line.outcome for line in store.access] == ["not-found"]


async def test_nobody_but_operators_may(stand: Stand, yard: MemoryYard) -> None:
    for role in set(Role) - {Role.OPERATOR}:
        answer = await stand.client(role).post(f"{PARKED}/retries")
        assert problem(answer) == (403, "forbidden")

    assert await requested(yard) is Request.NONE
