"""While a consent of intake is parked, its case is open to no case manager; nobody is reached."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from casefile.app import GROUP as REFERRALS
from casefile.app import compose
from casefile.case.examples import ASSIGNED, CASE_ID, CONTACT, OPENED, RECEIVED
from casefile.persons.decider import PERSONS
from casefile.persons.examples import CHILD, CHILD_ADDED, CHILD_CONTACT
from casefile.reactions import consents
from events.broker import Message, Partition
from events.envelope import topic_of
from events.memory import MemoryStore
from events.parking import Lane
from events.parking_memory import MemoryYard
from events.store import WriteSet
from events.vault import Vault
from kit.ground import opened
from kit.testing import problem, settings

PATH = f"/v1/cases/{CASE_ID}"
CONTACT_PATHS = (f"{PATH}/contact-data", f"{PATH}/persons/{CHILD}/contact-data")


@pytest.fixture(autouse=True)
async def case(tell: Callable[..., Awaitable[None]], vault: Vault, store: MemoryStore) -> None:
    """Open, with contact data of the client and of a child."""
    for record in (CONTACT, CHILD_CONTACT):
        sealed = await vault.seal(CASE_ID, record, {"name": "A. Visser"})
        await store.append(WriteSet(vault=sealed))
    await tell(OPENED, ASSIGNED, RECEIVED)
    await tell(CHILD_ADDED, stream=PERSONS.beside(CASE_ID))


async def park(yard: MemoryYard, group: str) -> None:
    lane = Lane(group, topic_of("intake"), CASE_ID)
    key = str(CASE_ID).encode()
    message = Message(Partition(lane.topic, 0), offset=1, key=key, headers=(), value=b"")
    await yard.park(lane, message, "unknown-programme")


async def test_a_case_manager_finds_no_case_of_which_a_consent_is_parked(
    manager: httpx.AsyncClient, yard: MemoryYard
) -> None:
    await park(yard, consents.GROUP)

    answers = [await manager.get(path) for path in (PATH, *CONTACT_PATHS)]

    assert [problem(answer) for answer in answers] == [(404, "not-found")] * 3


async def test_a_team_lead_finds_the_case_and_reaches_nobody(
    lead: httpx.AsyncClient, yard: MemoryYard
) -> None:
    before = [(await lead.get(path)).status_code for path in (PATH, *CONTACT_PATHS)]
    await park(yard, consents.GROUP)
    after = [(await lead.get(path)).status_code for path in (PATH, *CONTACT_PATHS)]

    assert (before, after) == ([200, 200, 200], [200, 404, 404])


async def test_what_is_parked_elsewhere_closes_no_case(
    manager: httpx.AsyncClient, yard: MemoryYard
) -> None:
    await park(yard, REFERRALS)

    answers = [await manager.get(path) for path in (PATH, *CONTACT_PATHS)]

    assert [answer.status_code for answer in answers] == [200] * 3


async def test_access_rests_on_the_group_of_consents() -> None:
    async with opened("casefile", settings()) as ground:
        service = compose(ground)

    assert service.access_group == consents.GROUP
    assert service.access_group in {follows.group for follows in service.follows}
