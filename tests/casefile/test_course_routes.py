"""HTTP for how a case goes on, ends and begins again, and how it is handed over."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from casefile.case.examples import (
    ASSIGNED,
    BACKUP,
    BACKUP_ASSIGNED,
    CASE_ID,
    CASE_MANAGER,
    CLOSED,
    OPENED,
    RELEASED,
    REOPENED,
)
from casefile.needs.decider import NEEDS
from casefile.needs.examples import IDENTIFIED, MET, OTHER_IDENTIFIED
from kit.access import Role
from kit.testing import Stand, problem

Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/cases/{CASE_ID}"
ANY = {"if-match": "*"}


async def test_a_case_goes_its_way_from_the_first_visit_to_its_end(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(IDENTIFIED, OTHER_IDENTIFIED, MET, stream=NEEDS.beside(CASE_ID))

    visited = await manager.post(f"{PATH}/first-visits", json={"occurredAt": "2027-02-18"})
    level = {"level": "intensive", "occurredAt": "2027-02-19"}
    changed = await manager.post(f"{PATH}/intensities", json=level)
    condition = {"condition": "critical", "occurredAt": "2027-02-22"}
    critical = await manager.post(f"{PATH}/conditions", json=condition)
    winding = await manager.post(f"{PATH}/winding-downs", json={"occurredAt": "2027-02-26"})
    checklist = {"evaluated": "yes", "both-agree": "no"}
    body = {"reason": "client-stopped", "checklist": checklist, "occurredAt": "2027-03-01"}
    closed = await manager.post(f"{PATH}/closings", json=body, headers=ANY)

    case = (await manager.get(PATH)).json()
    statuses = [a.status_code for a in (visited, changed, critical, winding, closed)]
    assert statuses == [201, 201, 201, 201, 200]
    assert (case["firstVisitAt"], case["intensity"], case["condition"]) == (
        "2027-02-18",
        "intensive",
        "critical",
    )
    assert case["spells"] == [
        {
            "spell": 1,
            "openedAt": "2027-02-15",
            "windingDownAt": "2027-02-26",
            "closedAt": "2027-03-01",
            "closingReason": "client-stopped",
            "checklist": {
                "evaluated": "yes",
                "both-agree": "no",
                "open-needs-discussed": "unknown",
                "referral-discussed": "unknown",
            },
            "openNeeds": ["psychosocial"],
        }
    ]


async def test_a_client_lives_in_a_region_and_moves_to_another(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    unknown = (await manager.get(PATH)).json()["region"]

    later = {"region": "limburg", "occurredAt": "2027-02-24"}
    moved = await lead.post(f"{PATH}/regions", json=later)
    lived = {"region": "utrecht", "occurredAt": "2027-02-16"}
    told_late = await manager.post(f"{PATH}/regions", json=lived)

    then = (await manager.get(PATH, params={"asOf": "2027-02-20"})).json()
    now = (await manager.get(PATH)).json()
    assert (moved.status_code, told_late.status_code) == (201, 201)
    assert [unknown, then["region"], now["region"]] == [None, "utrecht", "limburg"]


async def test_a_case_is_heavy_by_what_happened_and_by_what_is_said_until_that_is_taken_away(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    critical = {"condition": "critical", "occurredAt": "2027-02-18"}
    await manager.post(f"{PATH}/conditions", json=critical)
    said = {"reason": "weighs-on-case-manager", "occurredAt": "2027-02-20"}
    marked = await manager.post(f"{PATH}/heavy-marks", json=said)
    taken = {"reason": "heavy-no-longer", "occurredAt": "2027-02-24"}
    removed = await lead.post(f"{PATH}/heavy-mark-removals", json=taken)
    died = await manager.post(f"{PATH}/deaths", json={"occurredAt": "2027-02-26"})

    shown = [
        (await manager.get(PATH, params={"asOf": day})).json()
        for day in ("2027-02-17", "2027-02-18", "2027-02-20", "2027-02-24", "2027-02-26")
    ]
    assert [answer.status_code for answer in (marked, removed, died)] == [201, 201, 201]
    assert [(case["heavy"], case["heavyReasons"]) for case in shown] == [
        (False, []),
        (True, ["critical-condition"]),
        (True, ["critical-condition", "weighs-on-case-manager"]),
        (False, []),
        (True, ["client-died"]),
    ]


async def test_a_closed_case_opens_again_as_a_new_spell_without_a_team(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, CLOSED)

    body = {"reason": "claims-after-all", "occurredAt": "2027-03-03"}
    reopened = await lead.post(f"{PATH}/reopenings", json=body, headers=ANY)
    hidden = await manager.get(PATH)
    assign = {"caseManager": str(CASE_MANAGER), "role": "case-manager", "occurredAt": "2027-03-04"}
    assigned = await lead.post(f"{PATH}/case-managers", json=assign)
    case = (await manager.get(PATH)).json()

    assert (reopened.status_code, assigned.status_code) == (200, 201)
    assert problem(hidden) == (404, "not-found")
    assert (case["status"], case["openedAt"], case["closedAt"]) == ("open", "2027-02-15", None)
    assert [(spell["openedAt"], spell["closedAt"]) for spell in case["spells"]] == [
        ("2027-02-15", "2027-03-01"),
        ("2027-03-03", None),
    ]
    assert [(period["since"], period["until"]) for period in case["team"]] == [
        ("2027-02-16", "2027-03-03"),
        ("2027-03-04", None),
    ]


async def test_a_reopening_names_the_version_and_is_for_those_who_assign(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, stand: Stand, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, CLOSED)
    body = {"reason": "new-need"}

    unnamed = await lead.post(f"{PATH}/reopenings", json=body)
    stale = await lead.post(f"{PATH}/reopenings", json=body, headers={"if-match": '"2"'})
    by_manager = await manager.post(f"{PATH}/reopenings", json=body, headers=ANY)
    by_desk = await stand.client(Role.DESK).post(f"{PATH}/reopenings", json=body, headers=ANY)

    assert problem(unnamed) == (428, "if-match-missing")
    assert problem(stale) == (412, "stale")
    assert problem(by_manager) == (403, "forbidden")
    assert by_desk.status_code == 200


async def test_the_organisation_that_referred_sees_that_support_goes_on_again(
    referrer: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, CLOSED)
    ended = (await referrer.get(f"/v1/processes/{CASE_ID}")).json()

    await tell(REOPENED)
    again = (await referrer.get(f"/v1/processes/{CASE_ID}")).json()

    assert (ended["support"], ended["endedAt"]) == ("ended", "2027-03-01")
    assert (again["support"], again["endedAt"]) == ("awaited", None)


async def test_who_held_a_case_and_when_is_shown_as_periods(
    lead: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, BACKUP_ASSIGNED, RELEASED)

    case = (await lead.get(PATH)).json()

    assert case["caseManagers"] == [{"caseManager": str(BACKUP), "role": "backup"}]
    assert case["team"] == [
        {
            "caseManager": str(CASE_MANAGER),
            "role": "case-manager",
            "since": "2027-02-16",
            "until": "2027-02-25",
        },
        {"caseManager": str(BACKUP), "role": "backup", "since": "2027-02-20", "until": None},
    ]


async def test_as_many_hold_a_role_as_the_programme_says(
    lead: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    body = {"caseManager": str(BACKUP), "role": "case-manager"}

    taken = await lead.post(f"{PATH}/case-managers", json=body)
    free = await lead.post(f"{PATH}/case-managers", json={**body, "role": "backup"})

    assert problem(taken) == (409, "role-taken")
    assert free.status_code == 201


async def test_a_handover_is_offered_read_and_acknowledged(
    manager: httpx.AsyncClient, stranger: httpx.AsyncClient, tell: Tell
) -> None:
    """The stranger is the backup here, and holds the case with the case manager."""
    await tell(OPENED, ASSIGNED, BACKUP_ASSIGNED)
    words = "The bid ends on the tenth; call the adjuster before that."

    offer = {"receiver": str(BACKUP), "reason": "absence", "words": words}
    offered = await manager.post(f"{PATH}/handovers", json=offer)
    place = offered.headers["location"]
    by_giver = await manager.post(f"{place}/acknowledgements", json={})
    read = await stranger.get(f"{place}/words")
    first = await stranger.post(
        f"{place}/acknowledgements", json={}, headers={"idempotency-key": "once"}
    )
    again = await stranger.post(
        f"{place}/acknowledgements", json={}, headers={"idempotency-key": "once"}
    )

    [handover] = (await manager.get(f"{PATH}/handovers")).json()
    assert offered.status_code == 201
    assert problem(by_giver) == (409, "not-the-receiver")
    assert read.json() == {"text": words}
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (handover["giver"], handover["receiver"]) == (str(CASE_MANAGER), str(BACKUP))
    assert handover["acknowledgedAt"] is not None


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.TEAM_LEAD, Role.DESK])
async def test_that_a_backup_took_over_and_handed_back_is_recorded_and_read(
    stand: Stand, tell: Tell, role: Role
) -> None:
    await tell(OPENED, ASSIGNED, BACKUP_ASSIGNED)
    teller = stand.client(role, subject=str(CASE_MANAGER))
    over = {"backup": str(BACKUP), "occurredAt": "2027-02-22"}

    took = await teller.post(f"{PATH}/takeovers", json=over)
    now = (await teller.get(PATH)).json()["backupPeriods"]
    back = await teller.post(f"{PATH}/hand-backs", json={**over, "occurredAt": "2027-02-24"})

    period = {"backup": str(BACKUP), "since": "2027-02-22", "until": None}
    assert (took.status_code, back.status_code) == (201, 201)
    assert now == [period]
    assert (await teller.get(PATH)).json()["backupPeriods"] == [{**period, "until": "2027-02-24"}]
    then = await teller.get(PATH, params={"asOf": "2027-02-23"})
    assert then.json()["backupPeriods"] == [period]


async def test_nobody_takes_over_who_is_no_backup_on_that_day(
    lead: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, BACKUP_ASSIGNED)
    early = {"backup": str(BACKUP), "occurredAt": "2027-02-19"}

    for body in ({"backup": str(CASE_MANAGER)}, early):
        assert problem(await lead.post(f"{PATH}/takeovers", json=body)) == (409, "no-backup")
    returned = await lead.post(f"{PATH}/hand-backs", json={"backup": str(BACKUP)})
    assert problem(returned) == (409, "not-taken-over")


@pytest.mark.parametrize("giver", [None, str(BACKUP)])
async def test_only_a_team_lead_hands_over_the_work_of_others(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, tell: Tell, giver: str | None
) -> None:
    await tell(OPENED, ASSIGNED, BACKUP_ASSIGNED)
    offer = {"receiver": str(CASE_MANAGER), "reason": "workload", "giver": str(BACKUP)}
    outside = {"receiver": str(CASE_ID), "reason": "workload", "giver": giver}

    by_other = await manager.post(f"{PATH}/handovers", json=offer)
    by_lead = await lead.post(f"{PATH}/handovers", json=offer)
    to_nobody = await lead.post(f"{PATH}/handovers", json=outside)

    assert problem(by_other) == (422, "invalid")
    assert by_lead.status_code == 201
    assert problem(to_nobody) == (409, "not-in-the-team")
