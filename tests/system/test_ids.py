"""Whatever record an id is of, in whatever place of a path, the answer is none of a failure."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from fastapi import FastAPI

from casefile.case.examples import CASE_ID, CASE_MANAGER
from dev.postgres import postgres
from events.migrate import upgrade
from events.testing import numbered
from intake.offer.examples import CANDIDATE
from intake.organisation.examples import HOSPITAL
from kit import processes
from kit.access import Role
from kit.clock import clock
from kit.ground import opened
from kit.testing import BASE_URL, Issuer, settings
from notifications.message import examples as message
from notifications.settings import NotificationSettings
from rig.seeds import SEEDS
from scheduling.deadline import examples as deadline

pytestmark = pytest.mark.system

RECORDS = {
    "intake": {"candidates": CANDIDATE, "referrals": CANDIDATE, "organisations": HOSPITAL},
    "casefile": {"cases": CASE_ID},
    "scheduling": {"cases": deadline.CASE_ID},
    "notifications": {"cases": message.CASE_ID},
}
"""Of each service: by the first word of a path, the only record there is whose id stands next."""
SAID = {
    "email": "somebody@example.org",
    "occurredAt": "2026",
    "origin": "2026",
    "scores": {"home": 1},
    "cases": 1,
}
"""What a schema alone does not say."""
FORMATS = {"uuid": str(numbered(1)), "date": "2027-02-18", "date-time": "2027-02-18T12:00:00Z"}
LOOKED_AT_FIRST = {"/v1/referrals/{case_id}/links"}
"""What is wrong in the body is told there before the record is looked for."""
ROLES = (Role.DESK, Role.TEAM_LEAD, Role.CASE_MANAGER, Role.REFERRER, Role.SERVICE)
"""Those who see records."""
Document = Mapping[str, Any]


@pytest.mark.parametrize("name", RECORDS)
async def test_an_id_of_another_kind_of_record_is_not_found(name: str, tmp_path: Path) -> None:
    """In each place of each path, for each role that may; no mistake in the body hides that."""
    not_found: set[tuple[str, str]] = set()
    others: set[tuple[str, str]] = set()
    async with _serving(name, tmp_path) as (app, ids, issuer):
        async for asked, answer in _asked(name, app, ids, issuer):
            assert answer.status_code < 500, (asked, answer.text)
            if asked.of_another_kind:
                assert answer.status_code in {403, 404, 422}, (asked, answer.text)
                found = not_found if answer.status_code == 404 else others
                found.add((asked.method, asked.path))

    assert not_found
    assert {path for _, path in others - not_found} <= LOOKED_AT_FIRST


@dataclass(frozen=True, slots=True)
class Asked:
    role: Role
    method: str
    path: str
    filled: str
    of_another_kind: bool


@asynccontextmanager
async def _serving(name: str, folder: Path) -> AsyncIterator[tuple[FastAPI, list[UUID], Issuer]]:
    """The service's API over a record of each kind, and the ids of all of them."""
    async with postgres(folder, durable=False) as server:
        url = await server.create_database(name)
        await asyncio.to_thread(upgrade, url, name)
        given = NotificationSettings(
            **settings(database_url=url).model_dump(), smtp_url="smtp://localhost:25"
        )
        async with opened(name, given) as ground:
            service = importlib.import_module(f"{name}.app").compose(ground)
            await ground.tables.create(service.views)
            await SEEDS[name].sow(ground.store)
            events = await ground.store.after(0, 100)
            issuer = Issuer(clock())
            app = processes.api(service, ground, issuer.authenticator(), {})
            yield app, sorted({i for event in events for i in (event.key, event.stream)}), issuer


async def _asked(
    name: str, app: FastAPI, ids: list[UUID], issuer: Issuer
) -> AsyncIterator[tuple[Asked, httpx.Response]]:
    document = app.openapi()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    for role in ROLES:
        token = issuer.token(sub=str(CASE_MANAGER), role=role, organisation=str(HOSPITAL))
        headers = {"authorization": f"Bearer {token}", "if-match": "*"}
        async with httpx.AsyncClient(
            transport=transport, base_url=BASE_URL, headers=headers
        ) as client:
            for method, path, kind, body in _operations(document):
                for filled, other in _paths(name, path, ids):
                    told = {"idempotency-key": filled, "content-type": kind}
                    answer = await client.request(method, filled, content=body, headers=told)
                    yield Asked(role, method, path, filled, other), answer
                    if answer.status_code == 403:
                        break


def _operations(document: Document) -> Iterator[tuple[str, str, str, bytes]]:
    """Method, path, and the body with what it is: JSON, or the bytes of a document."""
    for path, operations in document["paths"].items():
        if path.startswith("/v1") and "{" in path:
            for method, operation in operations.items():
                content = operation.get("requestBody", {}).get("content", {})
                kind, body = "application/pdf", b"a document" if content else b""
                if "application/json" in content:
                    kind = "application/json"
                    body = orjson.dumps(_example(content[kind]["schema"], document))
                yield method.upper(), path, kind, body


def _paths(name: str, path: str, ids: list[UUID]) -> Iterator[tuple[str, bool]]:
    """Each id in each place, beside what is right in the others; not the right one in the first."""
    places = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    right = {**dict.fromkeys(places, numbered(9)), **SEEDS[name].path}
    only = RECORDS[name].get(path.split("/")[2])
    for place in places:
        first = place == places[0] and only is not None
        for wrong in ids:
            if not first or wrong != only:
                yield path.format_map({**right, place: wrong}), first


def _example(schema: Document, document: Document) -> Any:  # noqa: ANN401  JSON of any kind
    """The least that a schema takes."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _example(document["components"]["schemas"][name], document)
    if "anyOf" in schema or "oneOf" in schema:
        return _example(schema.get("anyOf", schema.get("oneOf"))[0], document)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            told = schema.get("properties", {})
            needed = schema.get("required", [])
            return {name: SAID.get(name, _example(told[name], document)) for name in needed}
        case "array":
            return [_example(schema["items"], document)] * schema.get("minItems", 0)
        case "string":
            return FORMATS.get(schema.get("format", ""), "a")
        case "boolean":
            return True
        case _:
            return schema.get("minimum", 1)
