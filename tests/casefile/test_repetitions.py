"""A request that comes again gets its first answer, also where words or bytes came with it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from casefile.case.examples import ASSIGNED, CASE_ID, OPENED, RELEASED
from events.memory import MemoryStore
from events.vault import Vault
from kit.testing import problem

Tell = Callable[..., Awaitable[None]]
Traces = Callable[[], list[int]]

PATH = f"/v1/cases/{CASE_ID}"
NEED: dict[str, Any] = {"field": "legal", "occurredAt": "2027-02-18"}
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    (f"{PATH}/needs", {"json": NEED}),
    (f"{PATH}/needs", {"json": {**NEED, "words": "She wants to know what went wrong."}}),
    (f"{PATH}/contents", {"content": b"%PDF-1.7", "headers": {"content-type": "application/pdf"}}),
]


async def sent(client: httpx.AsyncClient, path: str, asked: dict[str, Any]) -> httpx.Response:
    headers = {**asked.get("headers", {}), "idempotency-key": "again"}
    return await client.post(path, **{**asked, "headers": headers})


@pytest.fixture(params=["access", "erasure"])
def end(request: pytest.FixtureRequest, tell: Tell, vault: Vault) -> Callable[[], Awaitable[None]]:
    """What happens between the two tries: the caller loses the case, or the client is erased."""
    return (lambda: tell(RELEASED)) if request.param == "access" else lambda: vault.erase(CASE_ID)


@pytest.mark.parametrize(("path", "asked"), REQUESTS)
async def test_a_repetition_is_answered_though_its_words_could_not_be_kept_any_more(
    manager: httpx.AsyncClient,
    tell: Tell,
    traces: Traces,
    end: Callable[[], Awaitable[None]],
    path: str,
    asked: dict[str, Any],
) -> None:
    await tell(OPENED, ASSIGNED)
    first = await sent(manager, path, asked)
    await end()
    before = traces()

    second = await sent(manager, path, asked)

    assert first.status_code == 201
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["location"] == first.headers["location"]
    assert traces() == before


async def test_a_document_is_answered_again_after_the_case_was_given_away(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    content = (await sent(manager, *REQUESTS[-1])).json()["id"]
    document = {"kind": "calamity-report", "content": content, "title": "The report"}
    first = await sent(manager, f"{PATH}/documents", {"json": document})
    await tell(RELEASED)

    second = await sent(manager, f"{PATH}/documents", {"json": document})

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content


@pytest.mark.parametrize(("path", "asked"), REQUESTS)
async def test_a_new_request_after_the_case_was_given_away_finds_nothing(
    manager: httpx.AsyncClient, tell: Tell, store: MemoryStore, path: str, asked: dict[str, Any]
) -> None:
    await tell(OPENED, ASSIGNED, RELEASED)

    answer = await sent(manager, path, asked)

    assert problem(answer) == (404, "not-found")
    assert store.vault == {}
