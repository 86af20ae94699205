"""HTTP for case managers: their absences and capacity, told by themselves or by who leads."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

from events.memory import MemoryStore
from kit.access import Role
from kit.testing import Stand, problem
from scheduling.case_manager.decider import CASE_MANAGER as TIME_OF
from scheduling.case_manager.examples import ABSENCE_ID
from scheduling.deadline.examples import CASE_ID, SET
from scheduling.team.decider import TEAM
from scheduling.team.examples import BACKUP, BACKUP_JOINED, CASE_MANAGER

PATH = f"/v1/case-managers/{CASE_MANAGER}"
PLAN: dict[str, object] = {
    "kind": "board-talk",
    "startsAt": "2027-04-06T11:00:00+02:00",
    "minutes": 60,
    "participants": ["client", "board"],
    "mustConfirm": ["board"],
}
WEEK: dict[str, object] = {"firstDay": "2027-03-08", "lastDay": "2027-03-14"}
ANY = {"if-match": "*"}
WRITES: dict[str, dict[str, object]] = {
    f"{PATH}/capacities": {"cases": 12},
    f"{PATH}/addresses": {"email": "manager@example.org"},
    f"{PATH}/absences": WEEK,
    f"{PATH}/absences/{ABSENCE_ID}/changes": WEEK,
    f"{PATH}/absences/{ABSENCE_ID}/withdrawals": {},
}


@pytest.fixture
def manager(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))


@pytest.fixture
def traces(store: MemoryStore) -> Callable[[], list[int]]:
    return lambda: [*map(len, (store.log, store.answers))]


async def test_a_case_manager_records_the_own_absence_changes_it_and_is_there_after_all(
    manager: httpx.AsyncClient,
) -> None:
    recorded = await manager.post(f"{PATH}/absences", json={"firstDay": "2027-03-08"})
    place = recorded.headers["location"]
    absence = {"id": place.rpartition("/")[2], "caseManager": str(CASE_MANAGER)}
    first = (await manager.get(PATH)).json()
    changed = await manager.post(f"{place}/changes", json=WEEK, headers={"if-match": '"1"'})
    second = (await manager.get(PATH)).json()
    withdrawn = await manager.post(f"{place}/withdrawals", json={}, headers={"if-match": '"2"'})

    statuses = [answer.status_code for answer in (recorded, changed, withdrawn)]
    assert (place, statuses) == (f"{PATH}/absences/{absence['id']}", [201, 200, 200])
    nothing: dict[str, object] = {"id": str(CASE_MANAGER), "capacity": None, "absences": []}
    assert first == {
        **nothing,
        "absences": [{**absence, "firstDay": "2027-03-08", "lastDay": None}],
    }
    assert second == {**nothing, "absences": [{**absence, **WEEK}]}
    assert (await manager.get(PATH)).json() == nothing


@pytest.mark.parametrize("role", [Role.DESK, Role.TEAM_LEAD])
async def test_desk_and_team_lead_tell_of_any_case_manager_and_look_back(
    stand: Stand, role: Role
) -> None:
    lead = stand.client(role)
    early, late = ({"occurredAt": f"2027-02-{day}"} for day in ("01", "20"))

    await lead.post(f"{PATH}/capacities", json={"cases": 12, **early})
    await lead.post(f"{PATH}/capacities", json={"cases": 8, **late})
    await lead.post(f"{PATH}/absences", json={**WEEK, **late})

    async def read(**moment: str) -> tuple[int, int]:
        found = (await lead.get(PATH, params=moment)).json()
        return found["capacity"], len(found["absences"])

    assert await read() == (8, 1)
    assert await read(asOf="2027-02-19") == (12, 0)
    unknown = await lead.get(PATH, params={"knownAt": "2027-03-01"})
    assert problem(unknown) == (404, "not-found")


async def test_a_case_manager_gets_the_same_answer_of_everybody_else_whatever_is_known(
    stand: Stand,
    store: MemoryStore,
    desk: httpx.AsyncClient,
    tell: Callable[..., Awaitable[None]],
    traces: Callable[[], list[int]],
) -> None:
    colleague = stand.client(Role.CASE_MANAGER, subject=str(BACKUP))
    recorded = await desk.post(f"{PATH}/absences", json=WEEK)
    await tell(SET)
    await tell(BACKUP_JOINED, stream=TEAM.beside(CASE_ID))
    before, absence = traces(), recorded.json()["id"]

    for other in (CASE_MANAGER, CASE_ID, uuid4()):
        place = f"/v1/case-managers/{other}"
        answers = [
            await colleague.get(place),
            await colleague.post(f"{place}/absences", json=WEEK),
            await colleague.post(f"{place}/addresses", json={"email": "manager@example.org"}),
            await colleague.post(f"{place}/absences/{absence}/changes", json=WEEK, headers=ANY),
            await colleague.post(f"{place}/absences/{absence}/withdrawals", json={}, headers=ANY),
        ]
        assert {problem(answer) for answer in answers} == {(403, "forbidden")}
        lines = [(line.key, line.outcome) for line in store.access[-5:]]
        assert lines == [(TIME_OF.beside(other), "forbidden")] * 5
    assert traces() == before


async def test_what_is_known_of_a_case_manager_is_not_known_of_a_case(
    stand: Stand, manager: httpx.AsyncClient, traces: Callable[[], list[int]]
) -> None:
    await manager.post(f"{PATH}/absences", json=WEEK)
    before, case = traces(), f"/v1/cases/{CASE_MANAGER}"

    for client in (manager, stand.client(Role.DESK)):
        planned = await client.post(f"{case}/appointments", json=PLAN)
        assert problem(planned) == (404, "not-found")
        assert problem(await client.get(f"{case}/appointments")) == (404, "not-found")
    assert problem(await stand.client(Role.DESK).get(f"{case}/deadlines")) == (404, "not-found")
    assert traces() == before


async def test_what_was_told_last_is_read_though_nobody_knows_since_when_the_other_holds(
    desk: httpx.AsyncClient,
) -> None:
    unknown, early = {"occurredAt": "unknown"}, {"occurredAt": "2020-02-18"}

    await desk.post(f"{PATH}/capacities", json={"cases": 5, **unknown})
    await desk.post(f"{PATH}/capacities", json={"cases": 8, **early})
    recorded = await desk.post(f"{PATH}/absences", json={**WEEK, **unknown})
    changed = {"firstDay": "2027-03-08", "lastDay": "2027-03-10"}
    place = recorded.headers["location"]
    await desk.post(f"{place}/changes", json={**changed, **early}, headers=ANY)

    found = (await desk.get(PATH)).json()
    assert found["capacity"] == 8
    assert [absence["lastDay"] for absence in found["absences"]] == ["2027-03-10"]


@pytest.mark.parametrize("role", [Role.REFERRER, Role.ANALYST, Role.OPERATOR, Role.SERVICE])
async def test_nobody_else_reads_or_tells_of_case_managers(
    stand: Stand, store: MemoryStore, role: Role
) -> None:
    client = stand.client(role)

    reads = [await client.get(path) for path in (PATH, "/v1/absences")]
    writes = [await client.post(p, json=body, headers=ANY) for p, body in WRITES.items()]

    assert {problem(answer) for answer in (*reads, *writes)} == {(403, "forbidden")}
    assert store.log == []


async def test_neither_the_own_capacity_nor_the_list_of_absences_is_for_case_managers(
    manager: httpx.AsyncClient,
) -> None:
    own = await manager.post(f"{PATH}/capacities", json={"cases": 1})

    assert problem(own) == (403, "forbidden")
    assert problem(await manager.get("/v1/absences")) == (403, "forbidden")


@pytest.mark.parametrize(
    ("route", "body", "fields"),
    [
        ("absences", {"firstDay": "soon", "lastDay": "2027-02"}, ["firstDay", "lastDay"]),
        ("absences", {"firstDay": 20270308, "reason": "ill"}, ["firstDay", "reason"]),
        ("absences", {"lastDay": "2027-02-30"}, ["firstDay", "lastDay"]),
        ("absences", {"firstDay": "2027-03-08", "lastDay": "2027-03-07"}, ["lastDay"]),
        (
            f"absences/{ABSENCE_ID}/changes",
            {"firstDay": "2027-03-08", "lastDay": "1027-03-07"},
            ["lastDay"],
        ),
        (f"absences/{ABSENCE_ID}/withdrawals", {"occurredAt": "2028"}, ["occurredAt"]),
        ("capacities", {"cases": -1, "occurredAt": "2028"}, ["cases", "occurredAt"]),
        ("capacities", {"cases": "12"}, ["cases"]),
        ("addresses", {"email": "manager at home"}, ["email"]),
    ],
)
async def test_what_is_wrong_is_named_and_leaves_no_trace(
    desk: httpx.AsyncClient,
    traces: Callable[[], list[int]],
    route: str,
    body: dict[str, object],
    fields: list[str],
) -> None:
    headers = ANY if str(ABSENCE_ID) in route else {}

    answer = await desk.post(f"{PATH}/{route}", json=body, headers=headers)

    assert problem(answer) == (422, "invalid")
    named = sorted(error["pointer"] for error in answer.json()["errors"])
    assert named == [f"#/{field}" for field in fields]
    assert traces() == [0, 0]


@pytest.mark.parametrize(
    "email",
    [
        "manager at home",
        "a=?utf-8?q?b?=@example.org",
        f"{'a' * 250}@example.org",
    ],
)
async def test_what_is_no_mail_address_is_told_what_one_looks_like(
    desk: httpx.AsyncClient, email: str
) -> None:
    """A word in another encoding would be read as one in the header of a mail."""
    good = await desk.post(f"{PATH}/addresses", json={"email": "o'neill+a=b?c@mail.example.org"})
    bad = await desk.post(f"{PATH}/addresses", json={"email": email})

    assert good.status_code == 201
    assert bad.json()["errors"] == [
        {"pointer": "#/email", "detail": "a mail address is needed, such as name@example.org"}
    ]


async def test_what_is_refused_leaves_no_trace(
    desk: httpx.AsyncClient, traces: Callable[[], list[int]]
) -> None:
    recorded = await desk.post(f"{PATH}/absences", json=WEEK)
    place, before = recorded.headers["location"], traces()
    stale, nobodys = {"if-match": '"7"'}, f"{PATH}/absences/{uuid4()}"

    twice = await desk.post(f"{PATH}/absences", json=WEEK)
    blind = await desk.post(f"{place}/changes", json=WEEK)
    late = await desk.post(f"{place}/withdrawals", json={}, headers=stale)
    strange = await desk.post(f"{nobodys}/withdrawals", json={}, headers=ANY)
    unknown = await desk.post(
        f"/v1/case-managers/{uuid4()}/absences/{ABSENCE_ID}/withdrawals", json={}, headers=ANY
    )

    assert problem(twice) == (409, "away-already")
    assert problem(blind) == (428, "if-match-missing")
    assert problem(late) == (412, "stale")
    assert problem(strange) == (409, "no-such-absence")
    assert problem(unknown) == (404, "not-found")
    assert traces() == before


@pytest.mark.parametrize("route", ["capacities", "absences"])
async def test_a_repeated_request_gets_the_first_answer(
    desk: httpx.AsyncClient, traces: Callable[[], list[int]], route: str
) -> None:
    path, once = f"{PATH}/{route}", {"idempotency-key": "once"}
    first = await desk.post(path, json=WRITES[path], headers=once)
    after = traces()

    again = await desk.post(path, json=WRITES[path], headers=once)
    other = await desk.post(path, json={**WRITES[path], "occurredAt": "2027"}, headers=once)

    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert problem(other) == (422, "idempotency-key-reused")
    assert traces() == after


@pytest.mark.parametrize("role", [Role.DESK, Role.TEAM_LEAD, Role.CASE_MANAGER])
async def test_the_time_of_a_case_manager_is_no_case(
    stand: Stand, manager: httpx.AsyncClient, traces: Callable[[], list[int]], role: Role
) -> None:
    await manager.post(f"{PATH}/absences", json=WEEK)
    kept = traces()
    asks = stand.client(role, subject=str(CASE_MANAGER))
    case = f"/v1/cases/{TIME_OF.beside(CASE_MANAGER)}"

    answers = [
        await asks.get(f"{case}/deadlines"),
        await asks.get(f"{case}/deadlines/first-contact"),
        await asks.get(f"{case}/appointments"),
        await asks.post(f"{case}/appointments", json={**PLAN, "caseManager": str(CASE_MANAGER)}),
    ]

    assert [problem(answer) for answer in answers] == [(404, "not-found")] * 4
    assert traces() == kept
