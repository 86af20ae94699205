"""An accepted referral opens a case, once, whatever else comes and however often."""

from dataclasses import replace
from functools import partial
from itertools import permutations

import pytest

from casefile.case.decider import CASE, Status
from casefile.case.examples import CASE_ID, HOSPITAL, OPENED
from casefile.case.work import FETCH_CONTACT_DATA
from casefile.reactions.intake import REACTIONS
from events.consumer import react
from events.contracts import registry
from events.contracts.contract import Contract
from events.contracts.intake import OfferAccepted, ReferralAccepted, ReferralMade
from events.memory import MemoryStore
from events.store import Recorded
from events.testing import METADATA, NOW, numbered, published

GROUP = "casefile.referrals"
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)


message = partial(published, source="intake", key=CASE_ID, metadata=UNDER_PROGRAMME)

AGREED = message(1, "offer-accepted", OfferAccepted(attempt=1, reasons=[]), "2027-02-12")
REFERRED = message(
    2,
    "referral-made",
    ReferralMade(source="hospital", organisation=HOSPITAL, origin=None),
    "2027-02-13",
)
ACCEPTED = message(
    3,
    "referral-accepted",
    ReferralAccepted(criteria_version=2, organisation=HOSPITAL),
    "2027-02-15",
)


async def test_an_accepted_referral_opens_a_case_at_the_time_of_the_acceptance(
    store: MemoryStore,
) -> None:
    await react(store, GROUP, REACTIONS)(ACCEPTED)

    [opened] = store.log
    assert CASE.codec.decode(opened).event == OPENED
    assert (opened.key, opened.stream) == (CASE_ID, CASE_ID)
    assert opened.occurred == ACCEPTED.occurred
    assert opened.recorded_at == NOW
    assert opened.metadata.causation_id == ACCEPTED.id
    assert opened.metadata.correlation_id == ACCEPTED.metadata.correlation_id
    assert (opened.metadata.actor, opened.metadata.programme) == ("casefile", "medical-incidents")


async def test_an_opened_case_asks_for_the_contact_data_by_ids_only(store: MemoryStore) -> None:
    await react(store, GROUP, REACTIONS)(ACCEPTED)

    [work] = store.work.values()
    assert (work.kind, work.key, work.data) == (FETCH_CONTACT_DATA, CASE_ID, {})


@pytest.mark.parametrize("order", list(permutations([AGREED, REFERRED, ACCEPTED, ACCEPTED])))
async def test_in_every_order_and_however_often_one_case_opens(
    store: MemoryStore, order: tuple[Recorded[Contract], ...]
) -> None:
    handle = react(store, GROUP, REACTIONS)

    for each in order:
        await handle(each)

    assert [r.type for r in store.log] == ["case.opened.v1"]
    assert len(store.work) == 1
    assert CASE.state(store.log, CASE_ID).status is Status.OPEN


async def test_a_second_acceptance_of_the_same_referral_opens_nothing(store: MemoryStore) -> None:
    handle = react(store, GROUP, REACTIONS)

    await handle(ACCEPTED)
    await handle(replace(ACCEPTED, id=numbered(99), position=99))

    assert len(store.log) == 1
    assert len(store.work) == 1
    assert len(store.messages) == 2


def test_every_type_that_is_reacted_to_is_published() -> None:
    assert REACTIONS.keys() <= registry().keys()
