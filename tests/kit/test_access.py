"""The one access rule, in both its renderings, and what is seen of it over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ARRAY, Uuid, column
from sqlalchemy.dialects import postgresql
from structlog.typing import EventDict

from events.memory import MemoryStore
from kit.access import Principal, Role, Scope, sees, sees_all, visible
from kit.endpoints import adds, reads
from kit.routes import Undeclared
from kit.testing import Stand, problem

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
LITERAL = {"literal_binds": True}

IDS = [UUID(int=n) for n in range(1, 4)]
ids = st.sampled_from(IDS)
principals = st.builds(
    Principal,
    subject=st.one_of(ids.map(str), st.just("a-subject-of-another-form")),
    role=st.sampled_from(Role),
    organisation=st.none() | ids,
)
scopes = st.builds(
    Scope, organisation=st.none() | ids, case_managers=st.frozensets(ids, max_size=3)
)


def holds(condition: Any, scope: Scope) -> bool:  # noqa: ANN401  a compiled SQL condition
    """What PostgreSQL makes of the few forms of condition that the rule uses."""
    text = str(condition.compile(dialect=DIALECT, compile_kwargs=LITERAL))
    match text.split(maxsplit=1):
        case ["true"]:
            return True
        case ["false"]:
            return False
        case ["organisation", rest]:
            return rest == f"= '{scope.organisation}'"
        case ["case_managers", rest]:
            assert rest.startswith("@> ARRAY[")
            return rest in {f"@> ARRAY['{m}']" for m in scope.case_managers}
    raise AssertionError(text)


@given(principal=principals, scope=scopes, figures=st.booleans())
def test_one_record_and_rows_of_a_table_follow_the_same_rule(
    *, principal: Principal, scope: Scope, figures: bool
) -> None:
    condition = visible(
        principal,
        organisation=column("organisation", Uuid),
        case_managers=column("case_managers", ARRAY(Uuid)),
        figures=figures,
    )

    assert holds(condition, scope) == sees(principal, scope, figures=figures)


@given(principal=principals, figures=st.booleans())
def test_a_table_without_the_column_shows_nothing_to_who_sees_only_his_own(
    *, principal: Principal, figures: bool
) -> None:
    condition = visible(principal, figures=figures)

    everything = sees(principal, Scope(), figures=figures)
    assert holds(condition, Scope()) == everything


@given(principal=principals, scope=scopes)
def test_who_sees_all_sees_each_record(principal: Principal, scope: Scope) -> None:
    stranger = Scope(organisation=uuid4(), case_managers=frozenset([uuid4()]))

    assert sees_all(principal) == sees(principal, stranger)
    assert sees(principal, scope) or not sees_all(principal)


def test_a_referrer_without_an_organisation_sees_nothing_not_even_what_has_none() -> None:
    referrer = Principal(subject="r", role=Role.REFERRER)

    assert not sees(referrer, Scope())


@pytest.fixture
async def toy(stand: Stand) -> str:
    desk = stand.client(Role.DESK)
    answer = await desk.post("/v1/toys", json={"organisation": str(IDS[0])})
    location: str = answer.headers["location"]
    return location


async def test_the_own_organisation_reads_its_record_and_the_log_says_so(
    stand: Stand, store: MemoryStore, toy: str
) -> None:
    client = stand.client(Role.REFERRER, subject="someone", organisation=IDS[0])

    answer = await client.get(toy)

    line = store.access[-1]
    assert answer.status_code == 200
    assert answer.json() == {"id": toy.rpartition("/")[2], "colour": "plain"}
    assert answer.headers["etag"] == '"1"'
    assert (line.actor, line.role, line.organisation) == ("someone", "referrer", IDS[0])
    assert (line.action, line.resource, line.outcome) == ("toy:read", toy, "allowed")
    assert str(line.key) == toy.rpartition("/")[2]


@pytest.mark.parametrize(
    "request_of",
    [
        lambda c, path: c.get(path),
        lambda c, path: c.post(f"{path}/coats", json={"colour": "red"}),
        lambda c, path: c.put(
            f"{path}/colour", json={"colour": "red"}, headers={"if-match": '"9"'}
        ),
    ],
    ids=["read", "add", "change"],
)
async def test_anothers_record_is_as_one_that_does_not_exist(
    stand: Stand,
    store: MemoryStore,
    toy: str,
    request_of: Any,  # noqa: ANN401
) -> None:
    stranger = stand.client(Role.REFERRER, organisation=IDS[1])

    hidden: httpx.Response = await request_of(stranger, toy)
    absent: httpx.Response = await request_of(stranger, f"/v1/toys/{uuid4()}")

    assert problem(hidden) == problem(absent) == (404, "not-found")
    assert hidden.content == absent.content
    assert hidden.headers.keys() == absent.headers.keys()
    assert [line.outcome for line in store.access[-2:]] == ["not-found", "not-found"]
    assert len(store.log) == 1


async def test_a_role_that_may_not_do_this_at_all_is_403_and_noted(
    stand: Stand, store: MemoryStore, toy: str
) -> None:
    analyst = stand.client(Role.ANALYST)

    answer = await analyst.post(f"{toy}/coats", content=b"", headers={"idempotency-key": ""})

    line = store.access[-1]
    assert problem(answer) == (403, "forbidden")
    assert (line.action, line.outcome) == ("toy:paint", "forbidden")
    assert len(store.log) == 1


async def test_nobody_brings_in_what_would_not_be_his_own(stand: Stand, store: MemoryStore) -> None:
    referrer = stand.client(Role.REFERRER, organisation=IDS[0])

    answer = await referrer.post("/v1/toys", json={"organisation": str(IDS[1])})

    assert problem(answer) == (403, "forbidden")
    assert [line.outcome for line in store.access] == ["forbidden"]
    assert not store.log


async def test_a_list_is_noted_before_it_is_answered(stand: Stand, store: MemoryStore) -> None:
    answer = await stand.client(Role.OPERATOR).get("/v1/toys")

    assert answer.status_code == 200
    assert [(line.action, line.key, line.outcome) for line in store.access] == [
        ("toy:list", None, "allowed")
    ]


async def test_an_answer_that_was_not_noted_does_not_go_out(
    stand: Stand, store: MemoryStore, logs: list[EventDict]
) -> None:
    answer = await stand.client(Role.DESK).get(f"/v1/toys/{uuid4()}/rumours")

    assert problem(answer) == (500, "unexpected")
    assert logs[0]["event"] == "http.failed"
    assert not store.access


def undeclared(router: APIRouter) -> None:
    @router.get("/v1/open")
    async def route() -> None: ...


def unknown(router: APIRouter) -> None:
    @router.get("/v1/open", dependencies=[reads("toy:borrow")])
    async def route() -> None: ...


def twice(router: APIRouter) -> None:
    @router.get("/v1/open", dependencies=[reads("toy:read"), reads("toy:read")])
    async def route() -> None: ...


def unfitting(router: APIRouter) -> None:
    @router.get("/v1/open", dependencies=[adds("toy:read")])
    async def route() -> None: ...


def nested(router: APIRouter) -> None:
    inner = APIRouter()
    undeclared(inner)
    router.include_router(inner)


@pytest.mark.parametrize("add", [undeclared, unknown, twice, unfitting, nested])
def test_a_service_with_a_route_that_is_not_declared_well_does_not_start(
    store: MemoryStore,
    add: Any,  # noqa: ANN401
) -> None:
    router = APIRouter()
    add(router)

    with pytest.raises(Undeclared):
        Stand(store, routers=[router], access={"toy:read": {Role.DESK}}, scope=lambda _: None)
