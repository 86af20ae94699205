"""Requests with mistakes: all are named, with their place, and nothing that was sent comes back."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import TypeAdapter, ValidationError
from structlog.typing import EventDict

from events.memory import MemoryStore
from kit.access import Role
from kit.bodies import CivilDay, Instant
from kit.testing import Stand, problem

ORGANISATION = str(uuid4())
JSON = {"content-type": "application/json"}


@pytest.fixture
def desk(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.DESK)


async def errors(client: httpx.AsyncClient, body: Any) -> list[dict[str, str]]:  # noqa: ANN401
    answer = await client.post("/v1/toys", json=body)
    assert problem(answer) == (422, "invalid")
    found: list[dict[str, str]] = answer.json()["errors"]
    return found


async def test_all_mistakes_are_named_at_once(desk: httpx.AsyncClient, store: MemoryStore) -> None:
    body = {"organisation": "canary-1", "sizeInMm": 0, "occurredAt": "canary-2", "name~/": "x"}

    found = await errors(desk, body)

    assert sorted(found, key=lambda e: e["pointer"]) == [
        {"pointer": "#/name~0~1", "detail": "this is not known here"},
        {
            "pointer": "#/occurredAt",
            "detail": "a year, month, day, an instant with its offset, or `unknown` is needed",
        },
        {"pointer": "#/organisation", "detail": "a UUID is needed"},
        {"pointer": "#/sizeInMm", "detail": "input should be greater than or equal to 1"},
    ]
    assert not store.log


@pytest.mark.parametrize(
    ("occurred_at", "detail"),
    [
        ("2026-03-05T10:00:01Z", "what has happened cannot lie in the future"),
        ("2026-03-06", "what has happened cannot lie in the future"),
        ("2026-04", "what has happened cannot lie in the future"),
        ("2198", "what has happened cannot lie in the future"),
        ("9999", "a year, month, day"),
        ("2026-03-05T10:00:00", "a year, month, day"),
        ("0001-01-01T00:00:00+14:00", "a year, month, day"),
        ("0000", "a year, month, day"),
        ("", "a year, month, day"),
        (2026, "a year, month, day"),
        (None, "a year, month, day"),
    ],
)
async def test_when_it_happened_is_a_known_form_and_not_in_the_future(
    desk: httpx.AsyncClient,
    occurred_at: Any,  # noqa: ANN401
    detail: str,
) -> None:
    [found] = await errors(desk, {"organisation": ORGANISATION, "occurredAt": occurred_at})

    assert found["pointer"] == "#/occurredAt"
    assert found["detail"].startswith(detail)


@pytest.mark.parametrize(
    "occurred_at", ["2026", "2026-03", "2026-03-05", "2026-03-05T11:00:00+01:00", "unknown"]
)
async def test_when_it_happened_keeps_its_precision(
    desk: httpx.AsyncClient, store: MemoryStore, occurred_at: str
) -> None:
    await desk.post("/v1/toys", json={"organisation": ORGANISATION, "occurredAt": occurred_at})

    normal = {"2026-03-05T11:00:00+01:00": "2026-03-05T10:00:00Z"}.get(occurred_at, occurred_at)
    assert str(store.log[0].occurred) == normal


async def test_without_a_time_it_happened_now(desk: httpx.AsyncClient, store: MemoryStore) -> None:
    await desk.post("/v1/toys", json={"organisation": ORGANISATION})

    assert str(store.log[0].occurred) == "2026-03-05T10:00:00Z"


async def test_many_mistakes_are_cut_off_and_long_names_too(desk: httpx.AsyncClient) -> None:
    found = await errors(desk, {f"{n}{'x' * 200}": n for n in range(1000)})

    assert len(found) == 100
    assert max(len(e["pointer"]) for e in found) <= 66


@pytest.mark.parametrize(
    "body",
    [
        b'{"organisation":',
        b"[1, 2]",
        b'"text"',
        b"null",
        b"",
        b"\xff\xfe\x00",
        b'{"organisation": 1e400, "sizeInMm": NaN}',
        b"\xef\xbb\xbf{}",
        b'{"organisation": "\\ud800"}',
    ],
)
async def test_a_body_that_is_no_json_object_is_422(
    desk: httpx.AsyncClient, store: MemoryStore, body: bytes
) -> None:
    answer = await desk.post("/v1/toys", content=body, headers=JSON)

    assert problem(answer) == (422, "invalid")
    assert not store.log


async def test_a_body_of_great_depth_is_refused(desk: httpx.AsyncClient) -> None:
    answer = await desk.post("/v1/toys", content=b"[" * 100_000, headers=JSON)

    assert problem(answer) == (422, "invalid")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/jsonx", ""])
async def test_another_media_type_is_415(desk: httpx.AsyncClient, kind: str) -> None:
    answer = await desk.post("/v1/toys", content=b"{}", headers={"content-type": kind})

    assert problem(answer) == (415, "unsupported-media-type")


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/toys/", "//v1/toys", "/v1/Toys", "/"])
async def test_an_unknown_path_is_404(desk: httpx.AsyncClient, path: str) -> None:
    assert problem(await desk.get(path)) == (404, "not-found")


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_another_method_is_405_and_says_which_there_are(
    desk: httpx.AsyncClient, method: str
) -> None:
    answer = await desk.request(method, "/v1/toys")

    assert problem(answer) == (405, "method-not-allowed")
    assert answer.headers["allow"]


async def test_an_id_that_is_none_is_422_and_not_sent_back(desk: httpx.AsyncClient) -> None:
    answer = await desk.get("/v1/toys/canary")

    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"] == [{"parameter": "toy", "detail": "a UUID is needed"}]


async def test_a_query_parameter_that_is_not_known_is_refused(desk: httpx.AsyncClient) -> None:
    answer = await desk.get("/v1/toys", params={"asof": "2020", "limit": "3"})

    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"] == [{"parameter": "asof", "detail": "this is not known here"}]


@pytest.mark.parametrize("path", ["/v1/toys?limit=3&limit=4", "/v1/toys?limit=3&owner=&limit=3"])
async def test_a_parameter_that_has_one_value_is_refused_when_given_twice(
    desk: httpx.AsyncClient, path: str
) -> None:
    answer = await desk.get(path)

    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"] == [{"parameter": "limit", "detail": "is given more than once"}]


async def test_what_is_unknown_and_what_is_given_twice_is_named_at_once(
    desk: httpx.AsyncClient,
) -> None:
    answer = await desk.get("/v1/toys?limit=3&limit=4&asof=2020&asof=2021")

    assert [error["parameter"] for error in answer.json()["errors"]] == ["asof", "limit"]


async def test_a_list_takes_several_values_and_is_named_as_a_whole(desk: httpx.AsyncClient) -> None:
    several = await desk.get(f"/v1/toys?owner={uuid4()}&owner={uuid4()}")
    wrong = await desk.get(f"/v1/toys?owner={uuid4()}&owner=canary")

    assert several.status_code == 200
    assert wrong.json()["errors"] == [{"parameter": "owner", "detail": "a UUID is needed"}]


async def test_a_fault_of_ours_says_nothing_about_it(
    desk: httpx.AsyncClient, logs: list[EventDict]
) -> None:
    answer = await desk.get(f"/v1/toys/{uuid4()}/faults")

    assert problem(answer) == (500, "unexpected")
    assert "Jansen" not in answer.text
    assert [line["event"] for line in logs] == ["http.failed", "http.answered"]


async def test_a_correlation_id_that_is_none_is_replaced(desk: httpx.AsyncClient) -> None:
    answer = await desk.get("/v1/toys", headers={"x-correlation-id": "canary"})

    assert answer.status_code == 200
    assert len(answer.headers["x-correlation-id"]) == 36


async def test_trace_context_is_kept_in_the_event(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    body = {"organisation": ORGANISATION}

    await desk.post("/v1/toys", json=body, headers={"traceparent": trace})
    await desk.post("/v1/toys", json=body, headers={"traceparent": "canary"})

    assert [r.metadata.traceparent for r in store.log] == [trace, None]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2027-03-05T11:00:00+01:00", "2027-03-05T10:00:00+00:00"),
        ("2027-03-05T10:00:00Z", "2027-03-05T10:00:00+00:00"),
        ("2027-03-05T10:00:00", None),
        ("2027-03-05", None),
        ("unknown", None),
        ("9999-01-01T00:00:00Z", None),
        ("soon", None),
        (1804240800, None),
        (None, None),
    ],
)
def test_an_instant_has_its_offset_and_may_be_to_come(told: object, meant: str | None) -> None:
    instant = TypeAdapter[datetime](Instant)

    if meant:
        assert instant.validate_python(told).isoformat() == meant
    else:
        with pytest.raises(ValidationError, match="an instant with its offset is needed"):
            instant.validate_python(told)


@pytest.mark.parametrize(
    "told",
    [
        "2027-02-30",
        "2027-02",
        "20270305",
        "9999-01-01",
        "2027-03-05T10:00:00Z",
        "soon",
        "0",
        "1551744000",
        19787,
        None,
    ],
)
def test_a_day_is_written_as_one(told: object) -> None:
    day = TypeAdapter[date](CivilDay)

    assert day.validate_python("2027-03-05") == date(2027, 3, 5)
    with pytest.raises(ValidationError, match="a date is needed, such as 2019-03-05"):
        day.validate_python(told)
