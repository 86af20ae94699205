"""Reads at other times, and lists page by page."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from events.memory import MemoryStore
from kit import paging
from kit.access import Role
from kit.problems import Problem
from kit.testing import Stand, problem

BODY = {"organisation": str(uuid4()), "occurredAt": "2020-01-01"}


@pytest.fixture
def desk(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.DESK)


@pytest.fixture
async def toy(desk: httpx.AsyncClient) -> str:
    """Made in 2020, painted red in 2021 and blue in 2022; all of it recorded today."""
    location: str = (await desk.post("/v1/toys", json=BODY)).headers["location"]
    for colour, year in (("red", "2021"), ("blue", "2022")):
        await desk.post(f"{location}/coats", json={"colour": colour, "occurredAt": year})
    return location


@pytest.mark.parametrize(
    ("as_of", "colour", "position"),
    [
        ("2020", "plain", 1),
        ("2020-12-31", "plain", 1),
        ("2021", "red", 2),
        ("2021-01-01T00:00:00+01:00", "red", 2),
        ("2022-01-01", "blue", 3),
        ("2198", "blue", 3),
    ],
)
async def test_a_record_is_read_as_of_the_end_of_a_day(
    desk: httpx.AsyncClient, toy: str, as_of: str, colour: str, position: int
) -> None:
    answer = await desk.get(toy, params={"asOf": as_of})

    assert answer.json()["colour"] == colour
    assert answer.headers["leidraad-position"] == str(position)
    assert "etag" not in answer.headers


async def test_what_had_not_happened_or_was_not_known_is_not_there(
    desk: httpx.AsyncClient, toy: str
) -> None:
    before = await desk.get(toy, params={"asOf": "2019"})
    unknown = await desk.get(toy, params={"knownAt": "2026-03-04"})

    assert problem(before) == problem(unknown) == (404, "not-found")


@pytest.mark.parametrize(
    "text", ["unknown", "yesterday", "2020-13", "2020-01-01T00:00:00", "9999", ""]
)
async def test_a_time_that_is_none_is_422(desk: httpx.AsyncClient, toy: str, text: str) -> None:
    answer = await desk.get(toy, params={"asOf": text, "knownAt": text})

    assert problem(answer) == (422, "invalid")
    assert [e["parameter"] for e in answer.json()["errors"]] == ["asOf", "knownAt"]


async def test_a_list_is_read_page_by_page(desk: httpx.AsyncClient) -> None:
    for _ in range(5):
        await desk.post("/v1/toys", json=BODY)

    pages = []
    url: str | None = "/v1/toys?limit=2"
    while url:
        answer = await desk.get(url)
        pages.append(answer.json())
        url = answer.links["next"]["url"] if answer.links else None

    assert [page["items"] for page in pages] == [[1, 2], [3, 4], [5]]
    assert [page["next"] is None for page in pages] == [False, False, True]


async def test_what_is_added_meanwhile_shifts_no_page(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    for _ in range(3):
        await desk.post("/v1/toys", json=BODY)

    first = await desk.get("/v1/toys", params={"limit": 2})
    await desk.post("/v1/toys", json=BODY)
    second = await desk.get(first.links["next"]["url"])

    assert second.json() == {"items": [3, 4], "next": None}
    assert store.log[-1].position == 4


@pytest.mark.parametrize("limit", ["0", "-1", "201", "1000000000", "many", "1e2"])
async def test_a_page_has_a_limit(desk: httpx.AsyncClient, limit: str) -> None:
    answer = await desk.get("/v1/toys", params={"limit": limit})

    assert problem(answer) == (422, "invalid")


@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA" * 10, "A" * 1001, "WzFd", "=", "\0"])
async def test_a_cursor_that_is_not_ours_is_422(desk: httpx.AsyncClient, cursor: str) -> None:
    answer = await desk.get("/v1/toys", params={"cursor": cursor})

    assert problem(answer) == (422, "invalid")
    assert [e["parameter"] for e in answer.json()["errors"]] == ["cursor"]


VALUES: list[Any] = [1, "b", None]


def test_a_cursor_is_good_for_its_own_list_only() -> None:
    cursor = paging.encode(b"secret", "/v1/toys", VALUES)

    assert paging.decode(b"secret", "/v1/toys", cursor) == VALUES
    with pytest.raises(Problem):
        paging.decode(b"secret", "/v1/other", cursor)
    with pytest.raises(Problem):
        paging.decode(b"other", "/v1/toys", cursor)
