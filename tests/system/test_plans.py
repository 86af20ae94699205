"""No request makes the server walk through a log, nor through the table of a list."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from casefile.case.examples import CASE_MANAGER, HOSPITAL
from dev.postgres import Server, postgres
from dev.stack import PORTS
from events.following import Views, wait_for
from events.migrate import upgrade
from events.postgres import PostgresStore
from events.store import AlreadyAnswered, AlreadyDone, Answer, RequestKey, WriteSet
from events.testing import draft, numbered
from kit import processes
from kit.access import Role
from kit.clock import clock
from kit.composition import Ground, Service
from kit.ground import opened
from kit.testing import BASE_URL, Issuer, settings
from notifications.settings import NotificationSettings
from rig.copies import BESIDE, multiply
from rig.plans import EXPLAINS, Plan, plans
from rig.seeds import SEEDS

pytestmark = [pytest.mark.system, pytest.mark.slow]

QUICK = {"max_wal_size": "4GB", "shared_buffers": "256MB", "autovacuum": "off"}
LOG = {"events", "streams", *BESIDE}
ASKED = {
    "asOf": ["2029-06-01"],
    "knownAt": ["2028-06-01"],
    "dueBy": ["2029-06-01"],
    "startsFrom": ["2027-02-01"],
    "startsUntil": ["2029-06-01"],
    "caseManager": [str(CASE_MANAGER)],
    "day": ["2029-06-01"],
    "uncovered": ["true"],
    "fromSince": ["2028-06-01"],
    "fromUntil": ["2029-06-01"],
    "from": ["case-opened"],
    "to": ["case-closed"],
    "among": ["offer-made"],
    "without": ["case-reopened"],
    "of": ["case-closed"],
    "against": ["case-opened"],
    "splitBy": ["legal"],
    "track": ["liability"],
    "instrument": ["life-domains"],
    "version": ["3"],
    "category": ["contact"],
    "type": ["phone"],
    "programme": ["medical-incidents"],
    "organisation": [str(HOSPITAL)],
    "exceptOrganisation": [str(HOSPITAL)],
    "originStatus": ["possible-calamity"],
    "limit": ["1"],
    "minPosition": ["1"],
}
"""Values of the parameters that do not say themselves which there are."""
TOGETHER = {"from": {"to": "case-closed"}, "to": {"from": "case-opened"}}
"""What has to be asked beside a parameter that is refused alone."""
FOLLOWED = {"cursor"}
FOLLOWED_SECONDS = 20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("plans")
    async with postgres(folder, durable=False, settings=EXPLAINS | QUICK) as started:
        yield started


@pytest.mark.parametrize("name", PORTS)
async def test_no_request_reads_a_whole_log_or_list(name: str, server: Server) -> None:
    async with _serving(name, server) as (app, service, store, issuer):
        since = server.process.log.stat().st_size
        await _ask_everything(name, app, issuer)
        await _write(store)
        await _look(store)
    ran = list(plans(server.process.log, since))

    lists = {view.table.name for view in service.views if name != "analytics"}
    watched = {*LOG, *lists}
    walks = {plan.statement: walked for plan in ran if (walked := plan.walked() & watched)}
    assert not walks
    assert _seen(ran) >= watched - {"work"}


def _seen(ran: list[Plan]) -> set[str]:
    return set().union(*(plan.tables() for plan in ran))


@asynccontextmanager
async def _serving(
    name: str, server: Server
) -> AsyncIterator[tuple[FastAPI, Service, PostgresStore, Issuer]]:
    """The service's API over 150,000 events and the rows that follow from them."""
    url = await server.create_database(name)
    await asyncio.to_thread(upgrade, url, name)
    given = NotificationSettings(
        **settings(database_url=url).model_dump(), smtp_url="smtp://localhost:25"
    )
    async with opened(name, given) as ground:
        service: Service = importlib.import_module(f"{name}.app").compose(ground)
        await ground.tables.create(service.views)
        await SEEDS[name].sow(ground.store)
        await _followed(ground, service)
        await multiply(server.url(name), *(view.table.name for view in service.views))
        issuer = Issuer(clock())
        app = processes.api(service, ground, issuer.authenticator(), {})
        yield app, service, ground.store, issuer


async def _followed(ground: Ground[Any], service: Service) -> None:
    views = Views(
        store=ground.store, tables=ground.tables, views=service.views, decode=service.decode
    )
    stop, head = asyncio.Event(), await ground.store.head()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(views.run(stop))
        for view in service.views:
            assert await wait_for(ground.tables, view, head.position, FOLLOWED_SECONDS)
        stop.set()


async def _ask_everything(name: str, app: FastAPI, issuer: Issuer) -> None:
    document = app.openapi()
    transport = httpx.ASGITransport(app)
    for role in Role:
        token = issuer.token(sub=str(CASE_MANAGER), role=role, organisation=str(HOSPITAL))
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url=BASE_URL, headers=headers
        ) as client:
            for path, operations in document["paths"].items():
                if path.startswith("/v1") and "get" in operations:
                    filled = path.format_map(SEEDS[name].path)
                    for query in _queries(operations["get"], document):
                        await _ask(client, filled, query)


async def _ask(client: httpx.AsyncClient, path: str, query: Mapping[str, str]) -> None:
    """And for the next page, where there is one."""
    answer = await client.get(path, params=query)
    assert answer.status_code in {200, 403, 404, 409}, (path, query, answer.text)
    if "next" in answer.links:
        answer = await client.get(answer.links["next"]["url"])
        assert answer.status_code == 200, answer.text


def _queries(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Only what is needed, and then each other parameter beside it."""
    parameters = [p for p in operation.get("parameters", []) if p["in"] == "query"]
    needed = {p["name"]: _values(p, document)[0] for p in parameters if p.get("required")}
    yield needed
    for parameter in parameters:
        if parameter["name"] not in {*needed, *FOLLOWED}:
            for value in _values(parameter, document):
                yield {**needed, **TOGETHER.get(parameter["name"], {}), parameter["name"]: value}


def _values(parameter: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    schemas = [parameter["schema"], *parameter["schema"].get("anyOf", [])]
    for schema in schemas:
        name = schema.get("$ref", "").rpartition("/")[2]
        values = document["components"]["schemas"].get(name, schema).get("enum")
        if values:
            return list(values)
    assert parameter["name"] in ASKED, f"no value is known for {parameter['name']}"
    return ASKED[parameter["name"]]


async def _write(store: PostgresStore) -> None:
    """A request and a message with what they append, again and again, and their repetitions."""
    for number in range(1, 8):
        key = RequestKey(subject="somebody", route="POST /v1/somewhere", key=str(number))
        answer = Answer(status=201, location="/v1", version=0, position=0, body_hash=b"")
        for message, request in ((None, (key, answer)), (("group", numbered(number)), None)):
            for _repetition in range(2):
                fact = draft(numbered(1000 + number))
                write = WriteSet(
                    events=[fact], expected={fact.stream: -1}, message=message, request=request
                )
                try:
                    await store.append(write)
                except (AlreadyAnswered, AlreadyDone):
                    continue


async def _look(store: PostgresStore) -> None:
    """What routes, consumers and followers ask the store for."""
    head = await store.head()
    await store.after(head.position - 10, 1000)
    await store.position_at(head.recorded_at)
    for person in (numbered(1), numbered(2)):
        await store.sealed(person)
        await store.sealed(person, numbered(3))
        await store.alike(person)
        await store.erase(person)
