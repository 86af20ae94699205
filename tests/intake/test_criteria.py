"""Criteria of two versions of the programme: those in force on a day decide on it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from events.contracts.intake import OriginAssessed
from events.memory import MemoryStore
from events.occurrence import Occurred
from intake.offer.examples import ACCEPTED, CANDIDATE, CONSENTED, IDENTIFIED, OFFERED
from intake.organisation.examples import HOSPITAL
from intake.publish import publish
from intake.referral.decider import REFERRAL
from intake.referral.examples import MADE
from programmes.loader import SHIPPED, Programmes, load

Tell = Callable[..., Awaitable[None]]

CHANGED = date(2027, 3, 1)
"""The first day of the second version, whose criteria are the third."""
ASKED = {
    1: ("participating-hospital", "calamity", "reported-to-inspectorate"),
    2: (
        "participating-hospital",
        "calamity",
        "reported-to-inspectorate",
        "possible-calamity",
        "complex-consequences",
    ),
    3: ("participating-hospital", "serious-consequences"),
}
"""The criteria of each version."""
SUSPECTED: dict[str, Any] = {"status": "possible-calamity", "kind": "unknown"}
RIGHT = {"kind": "late-response"}
SELF_REFERRAL = {
    "programme": "medical-incidents",
    "source": "self",
    "consent": {"form": "spoken"},
    "contact": {"name": "Wilhelmina Plantinga", "phone": "06 1234 5678"},
}


@pytest.fixture
def programmes(tmp_path: Path) -> Programmes:
    """The shipped definition, and a second one that puts the proposed criteria into force."""
    text = (SHIPPED / "medical-incidents.yaml").read_text(encoding="utf-8")
    first: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    decided = {"validFrom": CHANGED, "validFromSource": "constructed"}
    criteria = [c | decided if c["version"] == 3 else c for c in first["criteria"]]
    second = first | {"version": 2, "validFrom": CHANGED, "criteria": criteria}
    for name, document in (("first", first), ("second", second)):
        dumped = yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True)
        (tmp_path / f"{name}.yaml").write_text(dumped, encoding="utf-8")
    return load(tmp_path)


@pytest.mark.parametrize(
    ("day", "version"),
    [("2027-02-28", 2), ("2027-03-01", 3), ("2027-02", 2), ("2027-03", 3), ("unknown", 3)],
)
async def test_who_was_identified_before_is_judged_by_the_criteria_of_the_day_of_the_referral(
    desk: httpx.AsyncClient, tell: Tell, store: MemoryStore, day: str, version: int
) -> None:
    await tell(IDENTIFIED, OFFERED, ACCEPTED, CONSENTED)
    made = replace(MADE, occurred=Occurred.parse(day))
    await tell(made, stream=REFERRAL.beside(CANDIDATE))

    await _accepted_by(desk, f"/v1/referrals/{CANDIDATE}", version)

    assert store.log[-1].event["criteria_version"] == version
    assert {r.metadata.programme_version for r in store.log} == {1}


@pytest.mark.parametrize(
    ("day", "version"),
    [("2017-05-01", 1), ("2018-12-31", 1), ("2019-01-01", 2), ("2027-03-02", 3)],
)
async def test_who_is_entered_late_is_judged_by_the_criteria_of_that_day(
    desk: httpx.AsyncClient, store: MemoryStore, day: str, version: int
) -> None:
    entered = await desk.post("/v1/referrals", json=SELF_REFERRAL | {"occurredAt": day})

    await _accepted_by(desk, entered.headers["location"], version)

    assert store.log[-1].event["criteria_version"] == version
    assert store.log[-1].metadata.programme_version == 2


@pytest.mark.parametrize(
    ("day", "version"),
    [("2017-05-01", 1), ("2018-12-31", 1), ("2027-02-28", 2), ("2027-03-01", 3), ("unknown", 3)],
)
async def test_what_is_thought_of_the_origin_says_which_criteria_were_in_force_then(
    hospital: httpx.AsyncClient, tell: Tell, store: MemoryStore, day: str, version: int
) -> None:
    await tell(replace(IDENTIFIED, origin=None))
    told = {"status": "possible-calamity", "occurredAt": day}
    first = {"programme": "medical-incidents", "occurredAt": day, "assessment": SUSPECTED}

    new = await hospital.post("/v1/candidates", json=first)
    assessments = f"/v1/candidates/{CANDIDATE}/origin-assessments"
    known = await hospital.post(assessments, json=told)
    path = f"{assessments}/{store.log[-1].event['assessment']}/corrections"
    right = await hospital.post(path, json={**told, **RIGHT})

    assert {answer.status_code for answer in (new, known, right)} == {201}
    published = [found[1] for r in store.log if r.event.get("status") and (found := publish(r))]
    one, other, again = (r.event["assessment"] for r in store.log if r.event.get("status"))
    assert one != other == again
    assert published == [
        OriginAssessed(
            **each,
            assessment=assessment,
            consequence="unknown",
            pending=True,
            organisation=HOSPITAL,
            criteria_version=version,
        )
        for each, assessment in (
            (SUSPECTED, one),
            (SUSPECTED, other),
            ({**SUSPECTED, **RIGHT}, other),
        )
    ]


async def _accepted_by(desk: httpx.AsyncClient, referral: str, version: int) -> None:
    """What another version asks is refused where it is left out, and decides nothing."""
    for asked in ASKED.keys() - {version}:
        if not set(ASKED[version]) <= set(ASKED[asked]):
            assert (await _screen(desk, referral, asked)).status_code == 422, asked
    answer = await _screen(desk, referral, version)
    assert answer.status_code == 201, answer.text


async def _screen(desk: httpx.AsyncClient, referral: str, version: int) -> httpx.Response:
    assessed = [{"criterion": code, "outcome": "yes"} for code in ASKED[version]]
    body = {"decision": "accepted", "assessments": assessed}
    return await desk.post(f"{referral}/screenings", json=body)
