"""Where mail about a deadline goes: to its owner, while that one is away to the backup."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.occurrence import Occurred
from events.testing import told
from kit.access import Role
from kit.testing import Stand, problem
from scheduling.case_manager.decider import CASE_MANAGER as TIME_OF
from scheduling.case_manager.events import AddressGiven
from scheduling.codec import CODEC
from scheduling.consent.decider import CONSENT
from scheduling.consent.examples import WITHDRAWN
from scheduling.deadline.decider import DEADLINE
from scheduling.deadline.examples import CASE_ID, SET
from scheduling.team.decider import TEAM
from scheduling.team.examples import (
    BACKUP,
    BACKUP_JOINED,
    CASE_MANAGER,
    HANDED_BACK,
    JOINED,
    LEFT,
    TOOK_OVER,
)

Tell = Callable[..., Awaitable[None]]
Found = dict[str, object]

ADDRESSES = {CASE_MANAGER: "manager@example.org", BACKUP: "backup@example.org"}
OWNER, STEPS_IN = ADDRESSES.values()
AS_NAMED = {"owner": [OWNER], "ownerIs": "owner", "backup": [STEPS_IN]}
BACKUP_ALONE = {"owner": [STEPS_IN], "ownerIs": "backup", "backup": [STEPS_IN]}
NOBODY = {"owner": [], "ownerIs": "owner", "backup": []}
BID_POLICY = "settlement-answer"
BID = DEADLINE.beside(uuid4(), BID_POLICY)
PATH = f"/v1/cases/{CASE_ID}/deadlines/{BID_POLICY}/recipients"
TODAY = date(2027, 3, 5)


@pytest.fixture
async def case(tell: Tell, desk: httpx.AsyncClient) -> None:
    """With a deadline of a track, and a team whose addresses are known."""
    await tell(replace(SET, policy="settlement-answer"), stream=BID)
    await tell(JOINED, BACKUP_JOINED, stream=TEAM.beside(CASE_ID))
    for person, email in ADDRESSES.items():
        await _post(desk, person, "addresses", email=email)


@pytest.fixture
def read(stand: Stand) -> Callable[[], Awaitable[Found]]:
    async def read() -> Found:
        answer = await stand.client(Role.SERVICE).get(PATH)
        assert answer.status_code == 200, answer.text
        found: Found = answer.json()
        return found

    return read


@pytest.mark.usefixtures("case")
async def test_the_owner_is_told_and_the_backup_has_an_address_too(
    read: Callable[[], Awaitable[Found]],
) -> None:
    assert await read() == AS_NAMED


@pytest.mark.usefixtures("case")
async def test_while_the_owner_is_away_the_backup_is_told(
    desk: httpx.AsyncClient, read: Callable[[], Awaitable[Found]]
) -> None:
    await _post(desk, CASE_MANAGER, "absences", firstDay=TODAY.isoformat())
    one_away = await read()
    await _post(desk, BACKUP, "absences", firstDay="2027-03-01", lastDay=TODAY.isoformat())
    both_away = await read()

    assert one_away == BACKUP_ALONE
    assert both_away == NOBODY


@pytest.mark.usefixtures("case")
async def test_whoever_left_or_was_away_on_another_day_is_not_mistaken(
    desk: httpx.AsyncClient, tell: Tell, read: Callable[[], Awaitable[Found]]
) -> None:
    await _post(desk, BACKUP, "absences", firstDay="2027-03-01", lastDay="2027-03-04")
    there = await read()
    await tell(LEFT, stream=TEAM.beside(CASE_ID))

    assert there["backup"] == [STEPS_IN]
    assert await read() == BACKUP_ALONE


@pytest.mark.usefixtures("case")
async def test_while_a_backup_has_taken_over_what_is_the_owners_goes_to_that_one(
    stand: Stand, tell: Tell, read: Callable[[], Awaitable[Found]]
) -> None:
    """Of a deadline without a backup too; the owner may be away and have told nobody."""
    team = TEAM.beside(CASE_ID)
    await tell(TOOK_OVER, stream=team)
    taken_over = await read()
    other = await stand.client(Role.SERVICE).get(PATH.replace(BID_POLICY, "first-contact"))
    await tell(HANDED_BACK, stream=team)

    assert taken_over == BACKUP_ALONE
    assert other.json() == BACKUP_ALONE | {"backup": []}
    assert await read() == AS_NAMED


@pytest.mark.usefixtures("case")
async def test_a_case_that_is_closed_to_its_team_is_mailed_to_nobody_of_it(
    tell: Tell, read: Callable[[], Awaitable[Found]]
) -> None:
    await tell(WITHDRAWN, stream=CONSENT.beside(CASE_ID))

    assert await read() == NOBODY


@pytest.mark.usefixtures("case")
async def test_the_address_that_was_given_last_counts_and_is_in_no_event(
    stand: Stand, store: MemoryStore, read: Callable[[], Awaitable[Found]]
) -> None:
    manager = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))

    await _post(manager, CASE_MANAGER, "addresses", email="new@example.org")

    assert (await read())["owner"] == ["new@example.org"]
    assert "@example.org" not in repr((store.log, store.answers, store.access))


async def test_who_gave_no_address_and_who_joined_before_roles_were_kept_is_not_found(
    tell: Tell, desk: httpx.AsyncClient, read: Callable[[], Awaitable[Found]]
) -> None:
    await tell(replace(SET, policy="settlement-answer"), stream=BID)
    await tell(replace(JOINED, role=""), BACKUP_JOINED, stream=TEAM.beside(CASE_ID))
    await _post(desk, CASE_MANAGER, "addresses", email=OWNER)

    assert await read() == NOBODY


@pytest.mark.usefixtures("case")
async def test_an_address_that_is_erased_or_was_never_kept_is_none(
    store: MemoryStore, read: Callable[[], Awaitable[Found]]
) -> None:
    await store.erase(TIME_OF.beside(CASE_MANAGER))
    erased = await read()
    key = TIME_OF.beside(BACKUP)
    given = AddressGiven(
        case_manager=BACKUP, contact=uuid4(), occurred=Occurred.parse("2027-03-05")
    )
    await told(store, CODEC, key, given, stream=key)

    assert erased == BACKUP_ALONE
    assert await read() == NOBODY


@pytest.mark.usefixtures("case")
async def test_addresses_are_for_services_alone_and_for_policies_that_there_are(
    stand: Stand,
) -> None:
    for role in set(Role) - {Role.SERVICE}:
        assert problem(await stand.client(role).get(PATH)) == (403, "forbidden")
    service = stand.client(Role.SERVICE)
    strange = await service.get(PATH.replace("settlement-answer", "second-visit"))
    nobodys = await service.get(PATH.replace(str(CASE_ID), str(uuid4())))

    assert problem(strange) == problem(nobodys) == (404, "not-found")


async def _post(client: httpx.AsyncClient, person: UUID, route: str, **body: str) -> None:
    answer = await client.post(f"/v1/case-managers/{person}/{route}", json=body)
    assert answer.status_code == 201, answer.text
