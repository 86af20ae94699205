"""What led to a case goes with the accepted referral: dates and codes, as known by then."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import cast
from uuid import UUID, uuid5

import httpx
import pytest

from events.contracts import intake as contracts
from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.store import Json, Recorded
from events.testing import stored
from intake.codec import CODEC
from intake.offer.events import OfferEvent, OriginAssessed, OriginCorrected
from intake.offer.examples import (
    ACCEPTED,
    ASSESSED,
    CANDIDATE,
    CONSENT_WITHDRAWN,
    CONSENTED,
    DATED,
    IDENTIFIED,
    OFFERED,
    ORIGIN_CORRECTED,
)
from intake.organisation.examples import HOSPITAL
from intake.publish import publish
from intake.referral.decider import REFERRAL
from intake.referral.events import ReferralEvent
from intake.referral.examples import ACCEPTED as REFERRAL_ACCEPTED
from intake.referral.examples import CONSENT_GIVEN, ENTERED, MADE
from intake.referral.examples import CONSENT_WITHDRAWN as REFERRAL_CONSENT_WITHDRAWN
from kit.testing import problem

Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/referrals/{CANDIDATE}"
CRITERIA = (
    "participating-hospital",
    "calamity",
    "reported-to-inspectorate",
    "possible-calamity",
    "complex-consequences",
)
FITS = {
    "decision": "accepted",
    "assessments": [{"criterion": criterion, "outcome": "yes"} for criterion in CRITERIA],
    "occurredAt": "2027-02-15",
}
NOTHING: Json = {
    "source": None,
    "referred": None,
    "consented": None,
    "consent_form": None,
    "origin": None,
    "assessments": [],
    "attempt": None,
    "channel": None,
    "reasons": [],
}
REFERRED = {"source": "hospital", "referred": "2027-02-13", "origin": IDENTIFIED.origin}
CONSENT = {"consented": str(CONSENTED.occurred), "consent_form": CONSENTED.form}
YES = {
    "attempt": ACCEPTED.attempt,
    "channel": OFFERED.channel,
    "reasons": list(ACCEPTED.reasons),
}
OTHER = replace(
    ASSESSED,
    assessment=uuid5(ASSESSED.assessment, "other"),
    status="calamity",
    kind="result-misread",
    consequence="death",
    occurred=Occurred.parse("2027-02-11"),
)


def thought(told: OriginAssessed | OriginCorrected, since: str | None) -> Json:
    return {
        "assessment": str(told.assessment),
        "since": since,
        "status": told.status,
        "kind": told.kind,
        "consequence": told.consequence,
    }


def led(store: MemoryStore) -> Json:
    [accepted] = [r.event for r in store.log if r.type == "referral.accepted.v1"]
    return cast("Json", accepted["led"])


async def screened(
    desk: httpx.AsyncClient, tell: Tell, *told: OfferEvent, since: Sequence[OfferEvent] = ()
) -> httpx.Response:
    """Referred after what was told, and screened after what was told since."""
    await tell(*told)
    await tell(MADE, stream=REFERRAL.beside(CANDIDATE))
    await tell(*since)
    answer = await desk.post(f"{PATH}/screenings", json=FITS)
    assert answer.status_code == 201, answer.text
    return answer


AGREED = (OFFERED, ACCEPTED, CONSENTED)
EARLIER = replace(CONSENTED, occurred=Occurred.parse("2027-02-11"))
LATER = replace(CONSENTED, form="written", occurred=Occurred.parse("2027-02-15T10:00:00Z"))
UNTIMED = replace(CONSENTED, occurred=UNKNOWN)
SINCE_DAY = thought(ASSESSED, str(ASSESSED.occurred))


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ([IDENTIFIED, *AGREED], YES),
        ([IDENTIFIED, *AGREED, DATED], {**YES, "origin": DATED.origin}),
        ([IDENTIFIED, ASSESSED, *AGREED], {**YES, "assessments": [SINCE_DAY]}),
        (
            [IDENTIFIED, OTHER, ASSESSED, *AGREED],
            {**YES, "assessments": [thought(OTHER, "2027-02-11"), SINCE_DAY]},
        ),
        (
            [IDENTIFIED, ASSESSED, OTHER, ORIGIN_CORRECTED, *AGREED],
            {
                **YES,
                "assessments": [
                    thought(ORIGIN_CORRECTED, str(ORIGIN_CORRECTED.occurred)),
                    thought(OTHER, "2027-02-11"),
                ],
            },
        ),
        (
            [IDENTIFIED, replace(OTHER, occurred=UNKNOWN), *AGREED],
            {**YES, "assessments": [thought(OTHER, None)]},
        ),
        (
            [
                IDENTIFIED,
                replace(OTHER, occurred=Occurred.parse("2027-02-11T23:30:00Z")),
                *AGREED,
            ],
            {**YES, "assessments": [thought(OTHER, "2027-02-12")]},
        ),
        ([IDENTIFIED, replace(OFFERED, forwards=True), CONSENTED], {}),
    ],
)
async def test_a_candidate_brings_the_referral_the_origin_the_yes_and_the_consent(
    desk: httpx.AsyncClient,
    tell: Tell,
    store: MemoryStore,
    told: list[OfferEvent],
    known: dict[str, object],
) -> None:
    await screened(desk, tell, *told)

    assert led(store) == NOTHING | REFERRED | CONSENT | known


@pytest.mark.parametrize(
    ("consent", "since", "consented", "form"),
    [
        (EARLIER, [], "2027-02-11", "spoken"),
        (UNTIMED, [], None, "spoken"),
        (EARLIER, [LATER], "2027-02-15", "written"),
        (EARLIER, [CONSENT_WITHDRAWN], None, None),
        (EARLIER, [CONSENT_WITHDRAWN, LATER], "2027-02-15", "written"),
    ],
)
async def test_it_brings_the_consent_that_was_given_last_if_it_stands(
    desk: httpx.AsyncClient,
    tell: Tell,
    store: MemoryStore,
    consent: OfferEvent,
    since: list[OfferEvent],
    consented: str | None,
    form: str | None,
) -> None:
    await screened(desk, tell, IDENTIFIED, OFFERED, ACCEPTED, consent, since=since)

    known = led(store)
    assert (known["consented"], known["consent_form"]) == (consented, form)


@pytest.mark.parametrize(
    ("since", "consented", "form"),
    [
        ([], "2027-02-13", "spoken"),
        ([REFERRAL_CONSENT_WITHDRAWN], None, None),
        ([CONSENT_GIVEN], "2027-02-20", "written"),
        ([REFERRAL_CONSENT_WITHDRAWN, CONSENT_GIVEN], "2027-02-20", "written"),
    ],
)
async def test_who_came_without_an_offer_brings_the_consent_of_the_referral(
    desk: httpx.AsyncClient,
    tell: Tell,
    store: MemoryStore,
    since: list[ReferralEvent],
    consented: str | None,
    form: str | None,
) -> None:
    await tell(ENTERED, *since, stream=REFERRAL.beside(CANDIDATE))
    answer = await desk.post(f"{PATH}/screenings", json=FITS | {"occurredAt": "2027-03-01"})

    assert answer.status_code == 201, answer.text
    known = led(store)
    assert (known["consented"], known["consent_form"]) == (consented, form)


async def test_of_several_attempts_it_is_the_channel_of_the_one_that_was_accepted(
    desk: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    letter = replace(OFFERED, channel="letter")
    second = replace(OFFERED, attempt=2, channel="face-to-face")

    await screened(desk, tell, IDENTIFIED, letter, second, replace(ACCEPTED, attempt=2), CONSENTED)

    known = led(store)
    assert (known["attempt"], known["channel"]) == (2, "face-to-face")


async def test_who_came_without_a_hospital_brings_what_the_desk_entered(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    entered = await desk.post(
        "/v1/referrals",
        json={
            "programme": "medical-incidents",
            "source": "self",
            "origin": "2026-11",
            "consent": {"form": "spoken"},
            "contact": {"name": "W. Plantinga"},
            "occurredAt": "2027-02",
        },
    )
    screening = f"{entered.headers['location']}/screenings"

    answer = await desk.post(screening, json=FITS | {"occurredAt": "2027-03-01"})

    assert answer.status_code == 201
    known = {"source": "self", "referred": "2027-02", "origin": "2026-11"}
    consent = {"consented": "2027-02", "consent_form": "spoken"}
    assert led(store) == NOTHING | known | consent


async def test_what_is_thought_since_makes_no_other_acceptance_of_the_same(
    desk: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    first = await screened(desk, tell, IDENTIFIED, ASSESSED, *AGREED)
    before = led(store)
    await tell(OTHER)

    again = await desk.post(f"{PATH}/screenings", json=FITS)
    otherwise = await desk.post(f"{PATH}/screenings", json=FITS | {"occurredAt": "2027-02-16"})

    assert (again.status_code, again.json()["version"]) == (201, first.json()["version"])
    assert problem(otherwise) == (409, "already-known")
    assert led(store) == before


def old(event: object, *without: str) -> Recorded[Json]:
    """As it was stored before these fields were kept."""
    recorded = stored(CODEC, event)
    for name in without:
        del recorded.event[name]
    return recorded


def test_what_was_stored_before_is_read_and_published_as_not_known() -> None:
    recorded = old(REFERRAL_ACCEPTED, "led")

    published = publish(recorded)

    assert CODEC.decode(recorded).event == REFERRAL_ACCEPTED
    assert published
    assert published[1] == contracts.ReferralAccepted(criteria_version=2, organisation=HOSPITAL)
    assert published[1].model_dump(mode="json", include=set(NOTHING)) == NOTHING


@pytest.mark.parametrize("told", [ASSESSED, ORIGIN_CORRECTED])
def test_an_assessment_is_published_with_its_id(told: OriginAssessed | OriginCorrected) -> None:
    published = publish(stored(CODEC, told))

    assert published
    assert isinstance(published[1], contracts.OriginAssessed)
    assert published[1].assessment == told.assessment
    assert isinstance(told.assessment, UUID)
