"""Shares by what events say: attempts, routes, reasons, spells, deadlines, appointments."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest

from analytics.examples import BACKUP, CALLED, CASE_MANAGER, HOSPITAL, KEY, told
from analytics.log import Fact
from events.contracts.casefile import (
    ActivityLogged,
    BackupHandedBack,
    BackupTookOver,
    CaseClosed,
    CaseManagerAssigned,
    CaseOpened,
    CaseReopened,
    NeedIdentified,
)
from events.contracts.contract import Contract, Known
from events.contracts.intake import OfferAccepted, OfferDeclined, OfferMade
from events.contracts.scheduling import (
    AppointmentCancelled,
    AppointmentHeld,
    AppointmentPlanned,
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
)

pytestmark = pytest.mark.system

Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]
Share = Callable[..., Awaitable[tuple[int, ...]]]

DUE = date(2019, 2, 1)


def offer(attempt: int, route: str | None, wording: str = "unknown") -> OfferMade:
    return OfferMade(
        attempt=attempt, channel="talk", by_function="nurse", route=route, wording=wording
    )


def opened() -> CaseOpened:
    return CaseOpened(organisation=HOSPITAL, spell=1)


def due(policy: str) -> DeadlineSet:
    return DeadlineSet(policy=policy, policy_version=1, due_on=DUE)


def story(case: int, *events: Contract) -> list[Fact]:
    """One event a day."""
    key: UUID = uuid5(KEY, f"said {case}")
    return [
        told(number, event, f"2019-01-{number:02}", key=key)
        for number, event in enumerate(events, start=1)
    ]


def planned(kind: str) -> AppointmentPlanned:
    return AppointmentPlanned(
        appointment=KEY,
        kind=kind,
        case_manager=CASE_MANAGER,
        starts_at=datetime(2019, 2, 1, 9, tzinfo=UTC),
        time_zone="Europe/Amsterdam",
        minutes=60,
        participants=["client"],
        must_confirm=[],
    )


def cancelled(kind: str, by: str, notice_hours: int | None) -> AppointmentCancelled:
    return AppointmentCancelled(appointment=KEY, kind=kind, by=by, notice_hours=notice_hours)


HELD = AppointmentHeld(appointment=KEY, kind="board-talk", attended="yes")


def talk(**treatment: Known) -> ActivityLogged:
    return CALLED.model_copy(update={"treatment": treatment})


def claim(case: int, number: int) -> Fact:
    filed: dict[str, Any] = {
        "track": "liability",
        "step": "claim-filed",
        "outcome": None,
        "data": {},
    }
    return told(
        number,
        filed,
        f"2019-01-{number:02}",
        key=uuid5(KEY, f"said {case}"),
        type_="leidraad.casefile.liability-claim-filed.v1",
    )


REOPENED = CaseReopened(reason="new-need", spell=2)
DECLINED = OfferDeclined(attempt=1, reasons=["unknown"])
MISSED = DeadlineMissed(policy="first-contact", due_on=DUE)
ASSIGNED = CaseManagerAssigned(case_manager=CASE_MANAGER, role="case-manager")
BACKED = CaseManagerAssigned(case_manager=BACKUP, role="backup")
NEED = NeedIdentified(need=uuid5(KEY, "need"), field="practical", theme=None)
STORIES = [
    *story(
        1,
        offer(1, "hospital-offers"),
        DECLINED,
        offer(2, "direct-forwarding"),
        OfferAccepted(attempt=2, reasons=[]),
    ),
    *story(2, offer(1, "hospital-offers"), DECLINED, offer(2, None)),
    *story(3, offer(1, "direct-forwarding"), OfferAccepted(attempt=1, reasons=[])),
    *story(4, opened(), CaseClosed(reason="settled", spell=1), REOPENED),
    *story(
        5,
        opened(),
        CaseClosed(reason="moved", spell=1),
        REOPENED,
        CaseClosed(reason="settled", spell=2),
    ),
    *story(6, opened(), CaseClosed(reason="unknown", spell=1)),
    *story(7, due("first-contact"), MISSED, DeadlineMet(policy="first-contact", late=True)),
    *story(8, due("first-contact"), DeadlineMet(policy="first-contact", late=False)),
    *story(9, due("settlement-answer"), due("first-contact")),
    *story(10, talk(), talk(apology="no", respect="yes")),
    claim(10, 3),
    *story(11, talk(apology="yes"), talk(apology="unknown")),
    claim(11, 3),
    *story(12, talk(apology="unknown")),
    claim(12, 2),
    claim(13, 1),
    *story(13, talk(), talk(apology="no"))[1:],
    *story(14, talk(apology="no")),
    *story(15, opened(), ASSIGNED, NEED, BACKED),
    *story(16, opened(), ASSIGNED),
    *story(17, offer(1, None, "earlier"), DECLINED),
    *story(
        18,
        offer(1, None, "earlier"),
        DECLINED,
        offer(2, None, "agreed-name"),
        OfferAccepted(attempt=2, reasons=[]),
    ),
    *story(19, offer(1, None, "agreed-name"), OfferAccepted(attempt=1, reasons=[])),
    *story(20, offer(1, None, "agreed-name")),
    *story(21, planned("board-talk"), cancelled("board-talk", "hospital", 0)),
    *story(22, planned("board-talk"), cancelled("board-talk", "client", 30), planned("home-visit")),
    *story(23, planned("board-talk"), HELD),
    *story(24, planned("home-visit"), cancelled("home-visit", "hospital", None)),
    *story(25, opened(), ASSIGNED, BACKED, BackupTookOver(backup=BACKUP), due("settlement-answer")),
    *story(26, opened(), BACKED, BackupTookOver(backup=BACKUP), BackupHandedBack(backup=BACKUP)),
]


@pytest.fixture
async def share(hears: Tell, figure: Ask) -> Share:
    await hears(sorted(STORIES, key=lambda fact: fact.recorded_at))

    async def asked(**query: str | list[str]) -> tuple[int, ...]:
        found = await figure("shares", asOf="2019-12-31", **query)
        return found["yes"], found["no"], found["unknown"], found["n"]

    return asked


async def test_of_what_was_offered_again_some_is_accepted(share: Share) -> None:
    again = {"among": "offer-made.attempt=2", "of": "offer-accepted.attempt=2"}

    assert await share(**again, against="offer-declined.attempt=2") == (2, 0, 1, 3)


async def test_acceptance_is_told_apart_by_the_route_of_the_offer(share: Share) -> None:
    desk, hospital = "offer-made.route=direct-forwarding", "offer-made.route=hospital-offers"

    assert await share(among=desk, of="offer-accepted") == (2, 0, 0, 2)
    assert await share(among=hospital, without=desk, of="offer-accepted") == (0, 0, 1, 1)


async def test_acceptance_is_told_apart_by_the_wording_that_not_told_apart(share: Share) -> None:
    earlier, later, not_told = (
        f"offer-made.wording={said}" for said in ("earlier", "agreed-name", "unknown")
    )
    answered = {"of": "offer-accepted", "against": "offer-declined"}

    assert await share(among=earlier, without=later, **answered) == (0, 1, 0, 1)
    assert await share(among=later, without=earlier, **answered) == (1, 0, 1, 2)
    assert await share(among=[earlier, later], **answered) == (1, 0, 0, 1)
    assert await share(among=not_told, **answered) == (2, 1, 0, 3)


async def test_cases_close_for_reasons_and_some_open_again(share: Share) -> None:
    closed = "case-closed"

    assert await share(among=closed, of="case-closed.reason=settled") == (2, 0, 1, 3)
    assert await share(among=closed, of="case-closed.reason=unknown") == (1, 0, 2, 3)
    assert await share(among=closed, of="case-reopened.spell=2") == (2, 0, 1, 3)


async def test_a_deadline_is_missed_met_or_not_known_yet(share: Share) -> None:
    missed, met = "deadline-missed.policy=first-contact", "deadline-met.policy=first-contact"

    among = "deadline-set.policy=first-contact"
    assert await share(among=among, of=missed, against=met) == (1, 1, 1, 3)
    assert await share(among=among, of="deadline-met.late=true") == (1, 0, 2, 3)


async def test_some_cases_have_a_backup_and_some_a_need_in_a_field(share: Share) -> None:
    assigned = "case-manager-assigned"

    assert await share(among=assigned, of=f"{assigned}.role=backup") == (3, 0, 1, 4)
    assert await share(among=assigned, of="need-identified.field=practical") == (1, 0, 3, 4)


async def test_of_those_with_a_backup_some_use_it_and_some_have_handed_back(share: Share) -> None:
    backed, used = "case-manager-assigned.role=backup", "backup-took-over"

    assert await share(among=backed, of=used) == (2, 0, 1, 3)
    assert await share(among=used, of="backup-handed-back") == (1, 0, 1, 2)
    assert await share(among="deadline-set.policy=settlement-answer", of=used) == (1, 0, 1, 2)


async def test_how_clients_were_treated_before_a_claim_the_unknown_apart(share: Share) -> None:
    claim = "liability-claim-filed"
    without, apology = (f"activity-logged.apology={said}<{claim}" for said in ("no", "yes"))

    assert await share(among=claim, of=without, against=apology) == (1, 1, 2, 4)
    assert await share(among=claim, of=f"activity-logged.respect=yes<{claim}") == (1, 0, 3, 4)


async def test_some_appointments_are_called_off_by_somebody_with_some_notice(share: Share) -> None:
    among, cancelled = "appointment-planned.kind=board-talk", "appointment-cancelled"

    kind = f"{cancelled}.kind=board-talk"
    assert await share(among=among, of=kind, against="appointment-held.kind=board-talk") == (
        2,
        1,
        0,
        3,
    )
    assert await share(among=among, of=f"{cancelled}.by=hospital") == (1, 0, 2, 3)
    assert await share(among=cancelled, of=f"{cancelled}.notice-hours=0") == (1, 0, 2, 3)
    assert await share(among="appointment-held", of="appointment-held.attended=yes") == (1, 0, 0, 1)
