"""The consent to pass on contact data, given and withdrawn in intake, holds for the case too."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import httpx
import pytest

from casefile.case.examples import ASSIGNED, CASE_ID, CONTACT, OPENED, RECEIVED
from casefile.case.work import FETCH_CONTACT_DATA
from casefile.consent.decider import CONSENT
from casefile.consent.events import ConsentGiven, ConsentWithdrawn
from casefile.persons.decider import PERSONS
from casefile.persons.examples import CHILD, CHILD_ADDED, CHILD_CONTACT
from casefile.reactions import intake
from casefile.reactions.consents import GROUP, reactions
from events.consumer import react
from events.contracts import registry
from events.contracts.contract import Contract
from events.contracts.intake import (
    ContactConsentGiven,
    ContactConsentWithdrawn,
    ReferralAccepted,
)
from events.lanes import Handle
from events.memory import MemoryStore
from events.occurrence import Occurred
from events.store import Recorded, WriteSet
from events.testing import METADATA, numbered, published
from events.vault import Vault
from kit.testing import problem
from programmes.loader import Programmes

Tell = Callable[..., Awaitable[None]]
PATH = f"/v1/cases/{CASE_ID}"
CONTACT_PATHS = (f"{PATH}/contact-data", f"{PATH}/persons/{CHILD}/contact-data")


def message(position: int, name: str, event: Contract, occurred: str) -> Recorded[Contract]:
    metadata = replace(METADATA, programme="medical-incidents", programme_version=1)
    return published(
        position, name, event, occurred, source="intake", key=CASE_ID, metadata=metadata
    )


CONSENTED = message(2, "contact-consent-given", ContactConsentGiven(form="spoken"), "2027-02-10")
ACCEPTED = message(
    3,
    "referral-accepted",
    ReferralAccepted(criteria_version=2, organisation=None),
    "2027-02-15",
)
WITHDRAWN = message(5, "contact-consent-withdrawn", ContactConsentWithdrawn(), "2027-02-20")
GIVEN = message(6, "contact-consent-given", ContactConsentGiven(form="spoken"), "2027-02-24")
OF_INTAKE: list[ConsentWithdrawn | ConsentGiven] = [
    ConsentWithdrawn(
        consent="contact-data", stops=("contact-data",), occurred=Occurred.parse("2027-02-20")
    ),
    ConsentGiven(
        consent="contact-data",
        form="spoken",
        scopes=("contact-data",),
        studies=(),
        occurred=Occurred.parse("2027-02-24"),
    ),
]


@pytest.fixture
def handle(store: MemoryStore, programmes: Programmes) -> Handle:
    return react(store, GROUP, reactions(programmes))


@pytest.fixture
async def case(tell: Tell, vault: Vault, store: MemoryStore) -> None:
    """Open, with contact data of the client and of a child."""
    await tell(OPENED, ASSIGNED, RECEIVED)
    await with_contact_data_of_a_child(tell, vault, store)


async def with_contact_data_of_a_child(tell: Tell, vault: Vault, store: MemoryStore) -> None:
    for record in (CONTACT, CHILD_CONTACT):
        sealed = await vault.seal(CASE_ID, record, {"name": "A. Visser"})
        await store.append(WriteSet(vault=sealed))
    await tell(CHILD_ADDED, stream=PERSONS.beside(CASE_ID))


async def statuses(client: httpx.AsyncClient) -> list[int]:
    return [(await client.get(path)).status_code for path in CONTACT_PATHS]


def consents(store: MemoryStore) -> list[Any]:
    return [CONSENT.codec.decode(r).event for r in store.log if CONSENT.codec.reads(r.type)]


@pytest.mark.usefixtures("case")
async def test_a_withdrawal_in_intake_ends_access_to_contact_data_until_consent_is_given_again(
    handle: Handle, manager: httpx.AsyncClient, store: MemoryStore
) -> None:
    before = await statuses(manager)
    await handle(WITHDRAWN)
    withdrawn = await statuses(manager)
    refused = problem(await manager.get(CONTACT_PATHS[0]))
    [shown] = (await manager.get(f"{PATH}/consents")).json()
    await handle(GIVEN)

    assert (before, withdrawn, await statuses(manager)) == ([200, 200], [404, 404], [200, 200])
    assert refused == (404, "not-found")
    assert (shown["consent"], shown["given"]) == ("contact-data", False)
    assert shown["occurredAt"] == "2027-02-20"
    assert consents(store) == OF_INTAKE
    assert store.log[-1].metadata.causation_id == GIVEN.id
    assert FETCH_CONTACT_DATA in {work.kind for work in store.work.values()}


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("order", list(permutations([WITHDRAWN, GIVEN, WITHDRAWN])))
async def test_in_every_order_and_however_often_what_happened_last_counts(
    handle: Handle,
    manager: httpx.AsyncClient,
    store: MemoryStore,
    order: tuple[Recorded[Contract], ...],
) -> None:
    for each in order:
        await handle(each)
        await handle(replace(each, id=numbered(90 + each.position)))

    assert await statuses(manager) == [200, 200]
    assert len(consents(store)) == 2


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("heard_first", [True, False])
@pytest.mark.parametrize(
    ("withdrawn", "found"),
    [("2027-02-23", 200), ("2027-02-24", 404), ("2027-02", 404), ("unknown", 404)],
)
async def test_a_consent_of_intake_opens_nothing_that_may_have_been_closed_here_since(
    handle: Handle,
    manager: httpx.AsyncClient,
    tell: Tell,
    withdrawn: str,
    found: int,
    *,
    heard_first: bool,
) -> None:
    told = replace(OF_INTAKE[0], occurred=Occurred.parse(withdrawn))
    if heard_first:
        await handle(GIVEN)
    await tell(told, stream=CONSENT.beside(CASE_ID))
    if not heard_first:
        await handle(GIVEN)

    assert await statuses(manager) == [found, found]


@pytest.mark.usefixtures("case")
async def test_what_intake_told_of_one_day_counts_in_the_order_in_which_it_was_told(
    handle: Handle, manager: httpx.AsyncClient
) -> None:
    await handle(WITHDRAWN)
    await handle(replace(GIVEN, occurred=WITHDRAWN.occurred))

    assert await statuses(manager) == [200, 200]


@pytest.mark.parametrize("heard_before", [0, 1, 2])
async def test_a_withdrawal_holds_whichever_group_is_ahead(
    handle: Handle,
    store: MemoryStore,
    vault: Vault,
    tell: Tell,
    manager: httpx.AsyncClient,
    heard_before: int,
) -> None:
    of_consents = [CONSENTED, WITHDRAWN]
    for each in of_consents[:heard_before]:
        await handle(each)
    await react(store, "casefile.referrals", intake.REACTIONS)(ACCEPTED)
    for each in of_consents[heard_before:]:
        await handle(each)
    await tell(ASSIGNED, RECEIVED)
    await with_contact_data_of_a_child(tell, vault, store)

    assert await statuses(manager) == [404, 404]


async def test_of_a_case_that_did_not_open_consent_is_kept_only_where_it_undoes_a_withdrawal(
    handle: Handle, store: MemoryStore
) -> None:
    await handle(CONSENTED)
    before = list(store.log)
    await handle(WITHDRAWN)
    await handle(GIVEN)

    assert before == []
    assert consents(store) == OF_INTAKE
    assert len(store.messages) == 3


def test_every_type_that_is_reacted_to_is_published(programmes: Programmes) -> None:
    assert reactions(programmes).keys() <= registry().keys()
