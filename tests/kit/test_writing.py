"""What a write answers, and what it refuses."""

from uuid import UUID, uuid4

import httpx
import pytest
from structlog.typing import EventDict

from events.memory import MemoryStore
from events.store import AccessLine, Appended, Unavailable, VersionConflict, WriteSet
from kit.access import Role
from kit.testing import Stand, problem

ORGANISATION = uuid4()


@pytest.fixture
def desk(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.DESK)


async def made(client: httpx.AsyncClient) -> str:
    answer = await client.post("/v1/toys", json={"organisation": str(ORGANISATION)})
    assert answer.status_code == 201, answer.text
    path: str = answer.headers["location"]
    return path


async def test_a_write_answers_where_in_which_version_and_at_which_position(
    desk: httpx.AsyncClient,
) -> None:
    answer = await desk.post("/v1/toys", json={"organisation": str(ORGANISATION)})

    toy = answer.json()["id"]
    assert answer.status_code == 201
    assert answer.json() == {"id": toy, "version": 1, "position": 1}
    assert answer.headers["location"] == f"/v1/toys/{toy}"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["leidraad-position"] == "1"


async def test_a_fact_added_to_a_resource_answers_with_that_resource(
    desk: httpx.AsyncClient,
) -> None:
    toy = await made(desk)

    answer = await desk.post(f"{toy}/coats", json={"colour": "red"})

    assert answer.status_code == 200
    assert answer.headers["location"] == toy
    assert answer.json() == {"id": toy.rpartition("/")[2], "version": 2, "position": 2}


async def test_a_write_and_its_access_line_are_written_together(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    correlation = uuid4()

    toy = await made(desk)
    answer = await desk.post(
        f"{toy}/coats", json={"colour": "red"}, headers={"x-correlation-id": str(correlation)}
    )

    key = UUID(toy.rpartition("/")[2])
    assert answer.headers["x-correlation-id"] == str(correlation)
    assert store.log[-1].metadata.correlation_id == correlation
    assert [line.action for line in store.access] == ["toy:make", "toy:paint"]
    assert store.access[-1] == AccessLine(
        actor=store.log[-1].metadata.actor,
        role="desk",
        organisation=None,
        action="toy:paint",
        resource=f"{toy}/coats",
        key=key,
        outcome="allowed",
        correlation_id=correlation,
    )


async def test_a_rule_that_says_no_is_409_and_leaves_no_trace(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    toy = await made(desk)

    answer = await desk.post(f"{toy}/coats", json={"colour": "mauve"})

    assert problem(answer) == (409, "ugly")
    assert answer.json()["detail"] == "Mauve does not suit a toy."
    assert len(store.log) == 1
    assert len(store.answers) == 1


async def test_what_the_domain_calls_invalid_is_422_with_the_field(desk: httpx.AsyncClient) -> None:
    toy = await made(desk)

    answer = await desk.post(f"{toy}/coats", json={"colour": "nothing"})

    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"] == [{"pointer": "#/colour", "detail": "is no colour"}]


async def test_what_is_not_there_is_404_also_for_writes(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    answer = await desk.post(f"/v1/toys/{uuid4()}/coats", json={"colour": "red"})

    assert problem(answer) == (404, "not-found")
    assert [line.outcome for line in store.access] == ["not-found"]
    assert not store.log


@pytest.mark.parametrize(
    ("if_match", "expected"),
    [
        ('"1"', 200),
        ("*", 200),
        ('"7", "1"', 200),
        ('"7"', 412),
        ('W/"1"', 412),
        ('"one"', 412),
        ("1", 400),
        ("", 400),
        ("x" * 5000, 400),
        (None, 428),
    ],
)
async def test_if_match_names_the_versions_to_act_on(
    desk: httpx.AsyncClient, if_match: str | None, expected: int
) -> None:
    toy = await made(desk)

    headers = {} if if_match is None else {"if-match": if_match}
    answer = await desk.put(f"{toy}/colour", json={"colour": "red"}, headers=headers)

    assert answer.status_code == expected
    if expected != 200:
        problem(answer)


async def test_a_stale_version_is_412_only_where_it_was_sent(desk: httpx.AsyncClient) -> None:
    toy = await made(desk)
    await desk.post(f"{toy}/coats", json={"colour": "red"})

    stale = await desk.post(f"{toy}/coats", json={"colour": "blue"}, headers={"if-match": '"1"'})
    unnamed = await desk.post(f"{toy}/coats", json={"colour": "blue"})

    assert problem(stale) == (412, "stale")
    assert unnamed.status_code == 200


async def test_a_conflict_that_lasts_is_409(
    desk: httpx.AsyncClient, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = await made(desk)

    async def conflict(_write: WriteSet) -> Appended:
        raise VersionConflict(uuid4())

    monkeypatch.setattr(store, "append", conflict)
    answer = await desk.post(f"{toy}/coats", json={"colour": "red"})

    assert problem(answer) == (409, "conflict")


async def test_while_the_log_cannot_be_written_the_answer_is_503_and_operators_read_why(
    desk: httpx.AsyncClient,
    store: MemoryStore,
    logs: list[EventDict],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    toy = await made(desk)

    async def down(_write: WriteSet) -> Appended:
        raise Unavailable("words of the server") from TimeoutError("its own words")

    monkeypatch.setattr(store, "append", down)
    write = await desk.post(f"{toy}/coats", json={"colour": "red"})
    read = await desk.get(toy)
    listed = await desk.get("/v1/toys")

    for answer in (write, read, listed):
        assert problem(answer) == (503, "unavailable")
        assert answer.headers["retry-after"] == "1"
    told = [line for line in logs if line["event"] == "http.unavailable"]
    reason = {"event": "http.unavailable", "log_level": "warning", "reason": "timeout-error"}
    assert told == [reason] * 3


async def test_what_cannot_be_stored_is_refused(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    toy = await made(desk)

    answer = await desk.post(f"{toy}/coats", json={"colour": "re\0d"})

    assert problem(answer) == (422, "unwritable")
    assert len(store.log) == 1
