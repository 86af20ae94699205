"""An accepted referral opens a case, once, whatever else comes and however often.

What intake tells of its origin goes with it, and follows it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from itertools import permutations

import pytest

from casefile.case.decider import CASE, Status
from casefile.case.events import Referral
from casefile.case.examples import CASE_ID, CLOSED, HOSPITAL, OPENED
from casefile.case.work import FETCH_CONTACT_DATA
from casefile.codec import CODEC
from casefile.origin.decider import ORIGIN
from casefile.origin.events import OriginHeard
from casefile.origin.examples import ASSESSMENT, HEARD, HEARD_DATE
from casefile.reactions.intake import REACTIONS
from events.consumer import react
from events.contracts import registry
from events.contracts.contract import Contract
from events.contracts.intake import (
    OfferAccepted,
    OriginAssessed,
    OriginDated,
    OriginThought,
    ReferralAccepted,
    ReferralMade,
)
from events.history import facts
from events.memory import MemoryStore
from events.occurrence import Occurred
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
    kept = Referral(source=None, referred=None, criteria_version=2)
    assert CASE.codec.decode(opened).event == replace(OPENED, referral=kept)
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


LED = message(
    4,
    "referral-accepted",
    ReferralAccepted(
        criteria_version=2,
        organisation=HOSPITAL,
        source="hospital",
        referred="2027-02-13",
        consented="2027-02-12",
        consent_form="spoken",
        origin="2027-01-20",
        assessments=[
            OriginThought(
                assessment=ASSESSMENT,
                since="2027-02-10",
                status="possible-calamity",
                kind="unknown",
                consequence="serious-harm",
            )
        ],
        attempt=2,
        channel="phone",
        reasons=["clear-need", "little-trust"],
    ),
    "2027-02-15",
)


def assessed(position: int, occurred: str, **fields: object) -> Recorded[Contract]:
    told = {"kind": "unknown", "consequence": "serious-harm", "pending": False, **fields}
    event = OriginAssessed.model_validate({"assessment": ASSESSMENT, **told})
    return message(position, "origin-assessed", event, occurred)


def dated(position: int, origin: str, occurred: str) -> Recorded[Contract]:
    return message(position, "origin-dated", OriginDated(origin=origin), occurred)


def heard(store: MemoryStore) -> list[OriginHeard]:
    return [CODEC.decode(r).event for r in store.log if r.type == "origin.heard.v1"]


async def test_a_case_opens_with_what_led_to_it(store: MemoryStore) -> None:
    handle = react(store, GROUP, REACTIONS)

    await handle(LED)
    await handle(LED)
    await handle(replace(LED, id=numbered(99), position=99))

    kept = Referral(
        source="hospital",
        referred="2027-02-13",
        consented="2027-02-12",
        consent_form="spoken",
        criteria_version=2,
        attempt=2,
        channel="phone",
        reasons=("clear-need", "little-trust"),
    )
    opened, *_ = store.log
    assert CASE.codec.decode(opened).event == replace(OPENED, referral=kept)
    assert heard(store) == [HEARD_DATE, HEARD]
    assert {r.stream for r in store.log[1:]} == {ORIGIN.beside(CASE_ID)}
    assert {r.metadata.causation_id for r in store.log} == {LED.id}


async def test_nothing_is_kept_of_whom_no_case_is_opened_for(store: MemoryStore) -> None:
    handle = react(store, GROUP, REACTIONS)

    await handle(assessed(1, "2027-02-10", status="calamity"))
    await handle(dated(2, "2027-01-18", "2027-02-12"))

    assert store.log == []
    assert len(store.messages) == 2


async def test_every_assessment_comes_with_the_referral_and_each_is_put_right_by_itself(
    store: MemoryStore,
) -> None:
    older, newer = (
        OriginThought(assessment=id_, since=since, status=status, kind=kind, consequence="death")
        for id_, since, status, kind in (
            (numbered(50), "2027-02-01", "calamity", "unknown"),
            (ASSESSMENT, "2027-02-10", "unknown", "result-misread"),
        )
    )
    led = LED.event.model_copy(update={"assessments": [older, newer]})
    handle = react(store, GROUP, REACTIONS)
    stream = ORIGIN.beside(CASE_ID)

    await handle(replace(LED, event=led))
    before = ORIGIN.decided(store.log, stream).standing
    await handle(assessed(5, "2027-02-01", status="no-calamity", assessment=numbered(50)))
    now = ORIGIN.decided(store.log, stream).standing

    assert (before["status"], before["kind"]) == ("calamity", "result-misread")
    assert (now["status"], now["kind"]) == ("no-calamity", "result-misread")


@pytest.mark.parametrize("closed", [False, True])
async def test_what_intake_learns_later_goes_into_the_case(
    store: MemoryStore, tell: Callable[..., Awaitable[None]], *, closed: bool
) -> None:
    handle = react(store, GROUP, REACTIONS)
    await handle(LED)
    await tell(*([CLOSED] if closed else []))
    right = assessed(5, "2027-02-08", status="no-calamity")
    learnt = dated(6, "2027-01-18", "2027-02-12")

    for each in (right, learnt, right, learnt):
        await handle(each)
        await handle(replace(each, id=numbered(90 + each.position)))

    first = next(r.id for r in store.log if r.event.get("assessment"))
    corrected = OriginHeard(
        position=5,
        assessment=ASSESSMENT,
        kind="unknown",
        consequence="serious-harm",
        status="no-calamity",
        corrects=first,
        occurred=Occurred.parse("2027-02-08"),
    )
    date = OriginHeard(position=6, origin="2027-01-18", occurred=Occurred.parse("2027-02-12"))
    assert heard(store) == [HEARD_DATE, HEARD, corrected, date]
    stream = ORIGIN.beside(CASE_ID)
    now, then = (
        ORIGIN.decided(facts(store.log, as_of=Occurred.parse(at).at or NOW), stream).standing
        for at in ("2027-03-01", "2027-02-09")
    )
    assert now["origin"] == "2027-01-18"
    assert now["status"] == then["status"] == "no-calamity"
    assert "origin" not in then


async def test_an_assessment_that_was_told_without_its_id_is_kept_too(store: MemoryStore) -> None:
    handle = react(store, GROUP, REACTIONS)
    await handle(LED)

    await handle(assessed(5, "2027-02-20", status="calamity", assessment=None))

    known = ORIGIN.decided(store.log, ORIGIN.beside(CASE_ID)).standing
    assert known == {
        "origin": "2027-01-20",
        "kind": "unknown",
        "consequence": "serious-harm",
        "status": "calamity",
    }


def test_every_type_that_is_reacted_to_is_published() -> None:
    assert REACTIONS.keys() <= registry().keys()
