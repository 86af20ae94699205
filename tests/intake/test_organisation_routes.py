"""HTTP for organisations: their addresses are the desk's to change, and lie in the vault."""

from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.testing import told
from intake.codec import CODEC
from intake.offer.examples import CANDIDATE, IDENTIFIED
from intake.organisation.examples import HOSPITAL
from kit.access import Role
from kit.testing import Stand, problem

BODY = {
    "programme": "medical-incidents",
    "kind": "hospital",
    "name": "Sint Nergens Ziekenhuis",
    "email": "opvang@nergens.example",
}
ADDRESS = {"name": "Sint Nergens", "email": "nieuw@nergens.example"}


async def test_a_hospital_is_registered_and_read_by_the_desk_and_by_itself(
    desk: httpx.AsyncClient, stand: Stand
) -> None:
    written = await desk.post("/v1/organisations", json=BODY)

    assert written.status_code == 201
    itself = stand.client(Role.REFERRER, organisation=written.json()["id"])
    for reader in (desk, itself):
        answer = await reader.get(written.headers["location"])
        assert answer.json() == {"id": written.json()["id"], **BODY}
        assert answer.headers["etag"] == written.headers["etag"] == '"1"'


async def test_name_and_address_are_in_the_vault_only(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    path = (await desk.post("/v1/organisations", json=BODY)).headers["location"]
    await desk.put(f"{path}/address", json=ADDRESS, headers={"if-match": '"1"'})

    kept = repr((store.log, store.answers, store.access, store.work, store.vault))
    assert "ergens" not in kept
    assert len(store.vault) == 4


async def test_the_desk_of_a_programme_is_asked_for_by_the_name_of_the_programme(
    desk: httpx.AsyncClient, stand: Stand
) -> None:
    body = {**BODY, "kind": "desk", "email": "desk@example.org"}

    written = await desk.post("/v1/organisations", json=body)
    answer = await stand.client(Role.SERVICE).get("/v1/programmes/medical-incidents/desk")

    assert answer.json() == {"id": written.json()["id"], **body}


async def test_a_programme_has_one_desk(
    desk: httpx.AsyncClient, traces: Callable[[], list[int]]
) -> None:
    await desk.post("/v1/organisations", json={**BODY, "kind": "desk"})
    before = traces()

    answer = await desk.post("/v1/organisations", json={**BODY, "kind": "desk"})

    assert problem(answer) == (409, "organisation-exists")
    assert traces() == before


async def test_a_programme_without_a_desk_has_none_to_read(desk: httpx.AsyncClient) -> None:
    answer = await desk.get("/v1/programmes/medical-incidents/desk")

    assert problem(answer) == (404, "not-found")


async def test_a_key_is_kept_for_whom_something_is_sealed_only(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    again, version = {"idempotency-key": "once"}, {"if-match": '"1"'}

    for _ in range(3):
        assert (await desk.post("/v1/organisations", json=BODY, headers=again)).is_success
        path = f"/v1/organisations/{uuid4()}/address"
        nobodys = await desk.put(path, json=ADDRESS, headers=version)
        assert problem(nobodys) == (404, "not-found")

    assert len(store.keys) == len({person for person, _, _ in store.vault}) == 1


async def test_the_address_changes_for_whoever_knows_the_version(desk: httpx.AsyncClient) -> None:
    path = (await desk.post("/v1/organisations", json=BODY)).headers["location"]

    unnamed = await desk.put(f"{path}/address", json=ADDRESS)
    changed = await desk.put(f"{path}/address", json=ADDRESS, headers={"if-match": '"1"'})
    stale = await desk.put(f"{path}/address", json=ADDRESS, headers={"if-match": '"1"'})

    assert problem(unnamed) == (428, "if-match-missing")
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert problem(stale) == (412, "stale")
    assert (await desk.get(path)).json() == {"id": path[-36:], **BODY, **ADDRESS}


async def test_another_organisation_looks_like_none(other_hospital: httpx.AsyncClient) -> None:
    foreign = await other_hospital.get(f"/v1/organisations/{HOSPITAL}")
    random = await other_hospital.get(f"/v1/organisations/{uuid4()}")

    assert problem(foreign) == problem(random) == (404, "not-found")
    assert foreign.content == random.content


async def test_a_candidate_is_no_organisation(desk: httpx.AsyncClient, store: MemoryStore) -> None:
    await told(store, CODEC, CANDIDATE, IDENTIFIED)
    path = f"/v1/organisations/{CANDIDATE}"

    read = await desk.get(path)
    changed = await desk.put(f"{path}/address", json=ADDRESS, headers={"if-match": "*"})

    assert problem(read) == (404, "not-found")
    assert problem(changed) == (404, "not-found")


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"programme": "no-programme"}, ["#/programme"]),
        ({"kind": "garage"}, ["#/kind"]),
        ({"kind": "self"}, ["#/kind"]),
        ({"name": "", "email": "nobody"}, ["#/email", "#/name"]),
        ({"phone": "06"}, ["#/phone"]),
        ({"occurredAt": "2027-03-06"}, ["#/occurredAt"]),
    ],
)
async def test_what_is_wrong_is_named_and_leaves_no_trace(
    desk: httpx.AsyncClient,
    traces: Callable[[], list[int]],
    changed: dict[str, str],
    fields: list[str],
) -> None:
    before = traces()

    answer = await desk.post("/v1/organisations", json={**BODY, **changed})

    assert problem(answer) == (422, "invalid")
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == fields
    assert not [value for value in changed.values() if value and value in answer.text]
    assert traces() == before


@pytest.mark.parametrize("role", [Role.REFERRER, Role.CASE_MANAGER, Role.ANALYST, Role.SERVICE])
async def test_registering_is_not_for_everyone(
    stand: Stand, store: MemoryStore, traces: Callable[[], list[int]], role: Role
) -> None:
    before = traces()

    answer = await stand.client(role, organisation=HOSPITAL).post("/v1/organisations", json=BODY)

    assert problem(answer) == (403, "forbidden")
    assert [line.outcome for line in store.access] == ["forbidden"]
    assert traces() == before
