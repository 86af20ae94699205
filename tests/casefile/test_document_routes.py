"""HTTP for documents: bytes in and out, checks, requests for correction, and who got them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from starlette.types import Message, Scope

from casefile.access import ACCESS, scope
from casefile.case.examples import ASSIGNED, CASE_ID, CASE_MANAGER, OPENED
from casefile.document.router import router as document_router
from events.contents import Contents
from events.memory import MemoryStore
from events.testing import FixedClock, numbered
from kit.access import Role
from kit.testing import Stand, problem
from programmes.checking import vocabularies
from programmes.loader import load

Tell = Callable[..., Awaitable[None]]
Traces = Callable[[], list[int]]

CASE = f"/v1/cases/{CASE_ID}"
CONTENTS, DOCUMENTS = f"{CASE}/contents", f"{CASE}/documents"
BYTES = b"%PDF-1.7 what the committee found" * 20_000
PDF = {"content-type": "application/pdf; charset=binary"}
REPORT = {"kind": "calamity-report", "occurredAt": "2027-02-22"}


@pytest.fixture
async def case(tell: Tell) -> None:
    await tell(OPENED, ASSIGNED)


async def send(
    client: httpx.AsyncClient, content: bytes = BYTES, key: str | None = None
) -> httpx.Response:
    named = {"idempotency-key": key} if key else {}
    return await client.post(CONTENTS, content=content, headers={**PDF, **named})


async def added(client: httpx.AsyncClient, **more: str) -> str:
    """The path of a document whose bytes came in."""
    content = (await send(client)).json()["id"]
    answer = await client.post(DOCUMENTS, json={**REPORT, "content": content, **more})
    assert answer.status_code == 201
    return answer.headers["location"]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("case")
async def test_a_document_comes_back_as_it_was_sent(manager: httpx.AsyncClient) -> None:
    document = await added(manager)

    content = await manager.get(f"{document}/content")
    read = (await manager.get(document)).json()

    assert content.content == BYTES
    assert content.headers["content-type"] == "application/pdf"
    assert content.headers["content-disposition"] == "attachment"
    assert content.headers["content-length"] == str(len(BYTES))
    assert (read["size"], read["mediaType"]) == (len(BYTES), "application/pdf")
    assert read["sha256"] == sha256(BYTES).hexdigest()
    assert (read["addedBy"], read["addedAt"]) == (str(CASE_MANAGER), "2027-02-22")


@pytest.mark.usefixtures("case")
async def test_neither_the_disk_nor_the_log_tells_what_is_in_a_document(
    manager: httpx.AsyncClient, tmp_path: Path, store: MemoryStore
) -> None:
    document = await added(manager, title="Report about the operation on the left knee")

    title = await manager.get(f"{document}/title")
    [file] = files(tmp_path)

    assert title.json() == {"text": "Report about the operation on the left knee"}
    assert b"committee" not in file.read_bytes()
    assert "left knee" not in repr([store.log, store.answers, store.vault])


@pytest.mark.usefixtures("case")
async def test_who_may_not_see_the_case_sends_and_reads_nothing(
    stand: Stand,
    manager: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    tmp_path: Path,
    traces: Traces,
) -> None:
    document = await added(manager, title="Report")
    before, kept = traces(), files(tmp_path)

    for path in (DOCUMENTS, document, f"{document}/content", f"{document}/title"):
        assert problem(await stranger.get(path)) == (404, "not-found")
        assert problem(await stand.client(Role.DESK).get(path)) == (403, "forbidden")
    assert problem(await send(stranger)) == (404, "not-found")
    assert problem(await send(stand.client(Role.REFERRER))) == (403, "forbidden")
    assert (await stand.anonymous().get(f"{document}/content")).status_code == 401
    assert (traces(), files(tmp_path)) == (before, kept)


@pytest.mark.usefixtures("case")
async def test_sending_and_reading_leave_lines_in_the_access_log(
    manager: httpx.AsyncClient, store: MemoryStore
) -> None:
    document = await added(manager)
    await manager.get(f"{document}/content")

    lines = [(line.action, line.outcome, line.resource) for line in store.access]

    assert ("case:work", "allowed", CONTENTS) in lines
    assert ("document:read", "allowed", f"{document}/content") in lines


@pytest.mark.usefixtures("case")
async def test_a_content_is_sent_once_per_key_and_is_told_apart_by_its_bytes(
    manager: httpx.AsyncClient, tmp_path: Path
) -> None:
    first = await send(manager, key="once")

    again = await send(manager, key="once")
    other = await send(manager, b"something else", key="once")
    unnamed = await send(manager, key=" ")

    assert (again.status_code, again.json()) == (201, first.json())
    assert problem(other) == (422, "idempotency-key-reused")
    assert problem(unnamed) == (400, "bad-idempotency-key")
    assert len(files(tmp_path)) == 1


@pytest.mark.usefixtures("case")
async def test_a_content_that_is_too_large_is_refused_while_it_comes_in(
    manager: httpx.AsyncClient, tmp_path: Path, traces: Traces
) -> None:
    before = traces()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield bytes(100_000)
        pytest.fail("was read to its end")

    answer = await manager.post(CONTENTS, content=endless(), headers=PDF)

    assert problem(answer) == (413, "body-too-large")
    assert (traces(), files(tmp_path)) == (before, [])


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("said", ["", "pdf", "text/html\x00", "a/b/c", "../../etc/passwd"])
async def test_a_content_needs_a_media_type(
    manager: httpx.AsyncClient, tmp_path: Path, said: str
) -> None:
    answer = await manager.post(CONTENTS, content=BYTES, headers={"content-type": said})

    assert problem(answer) == (415, "unsupported-media-type")
    assert files(tmp_path) == []


@pytest.mark.usefixtures("case")
async def test_what_was_kept_when_the_process_died_before_its_record_is_of_no_effect(
    manager: httpx.AsyncClient, contents: Contents, tmp_path: Path
) -> None:
    async def sent() -> AsyncIterator[bytes]:
        yield BYTES

    await contents.put(CASE_ID, numbered(7), sent(), "application/pdf")

    told = {**REPORT, "content": str(numbered(7))}
    answer = await manager.post(DOCUMENTS, json=told)
    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/content"]
    assert (await manager.get(f"{await added(manager)}/content")).content == BYTES
    assert len(files(tmp_path)) == 2


@pytest.mark.usefixtures("case")
async def test_a_content_of_another_case_is_not_one_of_this_case(
    manager: httpx.AsyncClient, contents: Contents, store: MemoryStore
) -> None:
    async def sent() -> AsyncIterator[bytes]:
        yield BYTES

    await contents.put(numbered(5), numbered(7), sent(), "application/pdf")

    answer = await manager.post(DOCUMENTS, json={**REPORT, "content": str(numbered(7))})

    assert problem(answer) == (422, "invalid")
    assert len(store.log) == 2


@pytest.mark.usefixtures("case")
async def test_erasure_destroys_what_is_in_a_document_and_leaves_that_there_was_one(
    manager: httpx.AsyncClient, store: MemoryStore
) -> None:
    document = await added(manager, title="Report")

    await store.erase(CASE_ID)

    for path in (f"{document}/content", f"{document}/title"):
        assert problem(await manager.get(path)) == (410, "erased")
    assert problem(await send(manager)) == (410, "erased")
    assert (await manager.get(document)).json()["kind"] == "calamity-report"


@pytest.mark.usefixtures("case")
async def test_where_the_storage_is_gone_the_answer_is_to_come_again(
    manager: httpx.AsyncClient, tmp_path: Path, traces: Traces
) -> None:
    document = await added(manager)
    before = traces()
    tmp_path.rename(away := tmp_path.with_name(f"{tmp_path.name}-away"))

    sent, read = await send(manager), await manager.get(f"{document}/content")
    away.rename(tmp_path)

    assert problem(sent) == problem(read) == (503, "unavailable")
    assert traces() == before
    assert (await manager.get(f"{document}/content")).content == BYTES


@pytest.mark.usefixtures("case")
async def test_what_is_told_of_a_document_is_read_in_its_order(manager: httpx.AsyncClient) -> None:
    document = await added(manager)

    def told(day: str, **more: str) -> dict[str, str]:
        return {"occurredAt": f"2027-02-{day}", **more}

    await manager.post(f"{document}/checks", json=told("24", check="complete", result="yes"))
    await manager.post(
        f"{document}/checks", json=told("23", check="personal-data-right", result="no")
    )
    asked = await manager.post(
        f"{document}/correction-requests", json=told("25", check="personal-data-right")
    )
    await manager.post(f"{asked.headers['location']}/answers", json=told("27", corrected="yes"))
    await manager.post(f"{document}/shares", json=told("28", sharedWith="client"))
    await manager.post(f"{document}/shares", json=told("28", sharedWith="lawyer"))

    read = (await manager.get(document)).json()
    [earlier] = (await manager.get(DOCUMENTS, params={"asOf": "2027-02-25"})).json()["items"]
    assert [(c["check"], c["result"]) for c in read["checks"]] == [
        ("personal-data-right", "no"),
        ("complete", "yes"),
    ]
    request = {
        "id": asked.json()["id"],
        "check": "personal-data-right",
        "requestedAt": "2027-02-25",
        "corrected": "yes",
        "answeredAt": "2027-02-27",
    }
    assert read["correctionRequests"] == [request]
    assert [s["sharedWith"] for s in read["shares"]] == ["client", "lawyer"]
    assert earlier["correctionRequests"] == [{**request, "corrected": None, "answeredAt": None}]
    assert earlier["shares"] == []


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    "party",
    ["spokesperson", "municipality", "hospital", "calamity-committee", "adjuster", "insurers-aid"],
)
async def test_a_document_goes_to_people_of_the_case_to_helpers_and_to_other_parties(
    manager: httpx.AsyncClient, party: str
) -> None:
    document = await added(manager)

    shared = await manager.post(f"{document}/shares", json={"sharedWith": party})

    assert shared.status_code == 201
    assert [s["sharedWith"] for s in (await manager.get(document)).json()["shares"]] == [party]


@pytest.mark.usefixtures("case")
async def test_a_document_is_checked_for_what_the_programme_asks_of_its_kind(
    manager: httpx.AsyncClient,
) -> None:
    letter = await added(manager, kind="complaint-letter")

    for route, body in (
        ("checks", {"check": "complete", "result": "yes"}),
        ("correction-requests", {"check": "complete"}),
    ):
        answer = await manager.post(f"{letter}/{route}", json=body)
        assert problem(answer) == (422, "invalid")
        assert [error["pointer"] for error in answer.json()["errors"]] == ["#/check"]
    assert (await manager.post(f"{letter}/correction-requests", json={})).status_code == 201


@pytest.mark.usefixtures("case")
async def test_documents_are_read_page_by_page_and_as_known_at_a_time(
    stand: Stand, manager: httpx.AsyncClient, clock: FixedClock
) -> None:
    await added(manager, occurredAt="2027-02-25")
    clock.advance(timedelta(days=30))
    manager = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))
    await added(manager, kind="minutes", occurredAt="2027-02-20")

    first = await manager.get(DOCUMENTS, params={"limit": 1})
    second = await manager.get(first.links["next"]["url"])
    then = await manager.get(DOCUMENTS, params={"knownAt": "2027-03-31"})

    kinds = [[d["kind"] for d in page.json()["items"]] for page in (first, second, then)]
    assert kinds == [["minutes"], ["calamity-report"], ["calamity-report"]]


@pytest.mark.usefixtures("case")
async def test_a_document_that_is_not_there_has_no_content(manager: httpx.AsyncClient) -> None:
    for document in (uuid4(), "..%2F..%2Fetc%2Fpasswd"):
        for below in ("", "/content", "/title"):
            answer = await manager.get(f"{DOCUMENTS}/{document}{below}")
            assert answer.status_code in {404, 422}
    untitled = await added(manager)
    assert problem(await manager.get(f"{untitled}/title")) == (404, "not-found")


@pytest.mark.usefixtures("case")
async def test_a_content_that_is_cut_short_leaves_nothing(
    stand: Stand, manager: httpx.AsyncClient, tmp_path: Path, traces: Traces
) -> None:
    before, answers = traces(), list[Message]()
    request = manager.build_request("POST", CONTENTS, content=BYTES, headers=PDF)
    request.headers["idempotency-key"] = "once"
    coming: list[Message] = [
        {"type": "http.request", "body": BYTES[:100_000], "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return coming.pop(0)

    async def send_on(message: Message) -> None:
        answers.append(message)

    await stand.app(scope_of(request), receive, send_on)

    assert answers[0]["status"] == 400
    assert (traces(), files(tmp_path)) == (before, [])


async def test_a_content_that_does_not_come_is_not_waited_for_for_ever(
    store: MemoryStore, contents: Contents, tell: Tell, tmp_path: Path
) -> None:
    await tell(OPENED, ASSIGNED)
    impatient = Stand(
        store,
        routers=[document_router],
        access=ACCESS,
        scope=scope,
        vocabularies=vocabularies(load()),
        parts={Contents: contents},
        document_seconds=0.1,
    )

    async def stalled() -> AsyncIterator[bytes]:
        yield BYTES
        await asyncio.Event().wait()

    manager = impatient.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))
    answer = await manager.post(CONTENTS, content=stalled(), headers=PDF)

    assert problem(answer) == (503, "unavailable")
    while impatient.app.state.running:
        await asyncio.wait(impatient.app.state.running)
    assert files(tmp_path) == []


def scope_of(request: httpx.Request) -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": "http",
        "root_path": "",
    }
