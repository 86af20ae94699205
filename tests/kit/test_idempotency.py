"""One Idempotency-Key has one effect, and always the same answer."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.store import Appended, Unavailable, WriteSet
from kit.access import Role
from kit.testing import Stand, problem

BODY = {"organisation": str(uuid4()), "occurredAt": "2020"}


@pytest.fixture
def desk(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.DESK)


def same(first: httpx.Response, second: httpx.Response) -> bool:
    names = ("location", "etag", "leidraad-position", "content-type")
    return (first.status_code, first.content, [first.headers.get(n) for n in names]) == (
        second.status_code,
        second.content,
        [second.headers.get(n) for n in names],
    )


async def test_a_repeated_request_gets_the_first_answer(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    headers = {"idempotency-key": "again"}

    first = await desk.post("/v1/toys", json=BODY, headers=headers)
    await desk.post(f"{first.headers['location']}/coats", json={"colour": "red"})
    second = await desk.post("/v1/toys", json=BODY, headers=headers)

    assert first.status_code == 201
    assert same(first, second)
    assert len(store.log) == 2


async def test_the_order_and_spacing_of_json_do_not_make_another_body(
    desk: httpx.AsyncClient,
) -> None:
    headers = {"idempotency-key": "again", "content-type": "application/json"}
    turned = f'{{ "occurredAt": "2020",  "organisation": "{BODY["organisation"]}" }}'

    first = await desk.post("/v1/toys", json=BODY, headers=headers)
    second = await desk.post("/v1/toys", content=turned, headers=headers)

    assert same(first, second)


async def test_the_same_key_with_another_body_is_422(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    headers = {"idempotency-key": "again"}

    await desk.post("/v1/toys", json=BODY, headers=headers)
    answer = await desk.post("/v1/toys", json={**BODY, "sizeInMm": 3}, headers=headers)

    assert problem(answer) == (422, "idempotency-key-reused")
    assert len(store.log) == 1


async def test_the_key_of_another_subject_or_route_is_another_key(
    desk: httpx.AsyncClient, stand: Stand, store: MemoryStore
) -> None:
    headers = {"idempotency-key": "again"}
    first = await desk.post("/v1/toys", json=BODY, headers=headers)

    other = await stand.client(Role.DESK).post("/v1/toys", json=BODY, headers=headers)
    coats = [f"{a.headers['location']}/coats" for a in (first, other)]
    painted = [await desk.post(c, json={"colour": "red"}, headers=headers) for c in coats]

    assert [a.status_code for a in painted] == [200, 200]
    assert len(store.log) == 4


async def test_a_repetition_is_answered_though_the_state_no_longer_allows_the_command(
    desk: httpx.AsyncClient,
) -> None:
    toy = (await desk.post("/v1/toys", json=BODY)).headers["location"]
    headers = {"idempotency-key": "again", "if-match": '"1"'}

    first = await desk.post(f"{toy}/coats", json={"colour": "red"}, headers=headers)
    second = await desk.post(f"{toy}/coats", json={"colour": "red"}, headers=headers)

    assert first.status_code == 200
    assert same(first, second)


async def test_an_id_in_another_spelling_is_the_same_route(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    toy = (await desk.post("/v1/toys", json=BODY)).json()["id"]
    headers = {"idempotency-key": "again"}

    answers = [
        await desk.post(f"/v1/toys/{spelt}/coats", json={"colour": "red"}, headers=headers)
        for spelt in (toy, toy.upper(), toy.replace("-", ""))
    ]

    assert all(same(answers[0], answer) for answer in answers)
    assert answers[0].headers["location"] == f"/v1/toys/{toy}"
    assert len(store.log) == 2


async def test_a_request_that_was_refused_may_be_sent_again_with_its_key(
    desk: httpx.AsyncClient,
) -> None:
    toy = (await desk.post("/v1/toys", json=BODY)).headers["location"]
    headers = {"idempotency-key": "again"}

    refused = await desk.post(f"{toy}/coats", json={"colour": "mauve"}, headers=headers)
    accepted = await desk.post(f"{toy}/coats", json={"colour": "red"}, headers=headers)

    assert (refused.status_code, accepted.status_code) == (409, 200)


async def test_a_crash_between_commit_and_answer_is_healed_by_a_retry(
    desk: httpx.AsyncClient, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = store.append

    async def commit_and_crash(write: WriteSet) -> Appended:
        await commit(write)
        raise Unavailable

    headers = {"idempotency-key": "again"}
    monkeypatch.setattr(store, "append", commit_and_crash)
    lost = await desk.post("/v1/toys", json=BODY, headers=headers)
    monkeypatch.setattr(store, "append", commit)

    answer = await desk.post("/v1/toys", json=BODY, headers=headers)

    assert problem(lost) == (503, "unavailable")
    assert answer.status_code == 201
    assert answer.json() == {"id": str(store.log[0].stream), "version": 1, "position": 1}
    assert len(store.log) == 1


async def test_of_many_at_once_one_has_an_effect_and_all_get_its_answer(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    headers = {"idempotency-key": "again"}

    answers = await asyncio.gather(
        *(desk.post("/v1/toys", json=BODY, headers=headers) for _ in range(20))
    )

    assert all(same(answers[0], answer) for answer in answers)
    assert len(store.log) == 1


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 256])
async def test_a_post_needs_a_key_that_can_be_kept(
    desk: httpx.AsyncClient, store: MemoryStore, key: str | None
) -> None:
    desk.event_hooks["request"] = []

    headers = {} if key is None else {"idempotency-key": key}
    answer = await desk.post("/v1/toys", json=BODY, headers=headers)

    code = "idempotency-key-missing" if key is None else "bad-idempotency-key"
    assert problem(answer) == (400, code)
    assert not store.log


async def test_the_record_holds_nothing_of_the_body(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    toy = (await desk.post("/v1/toys", json=BODY)).headers["location"]

    await desk.post(f"{toy}/coats", json={"colour": "jan jansen"})

    assert "jansen" not in repr(store.answers)
