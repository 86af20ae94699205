"""HTTP for deadlines: one of a case, now or at another time."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.occurrence import Occurred
from events.testing import FixedClock
from kit.access import Role
from kit.testing import Stand, problem
from scheduling.consent.decider import CONSENT
from scheduling.consent.examples import WITHDRAWN
from scheduling.deadline.decider import DEADLINE
from scheduling.deadline.examples import CASE_ID, FIRST_CONTACT, MET, MISSED, SET
from scheduling.spell.decider import SPELL
from scheduling.spell.examples import BEGAN, ENDED
from scheduling.team.decider import TEAM
from scheduling.team.examples import BACKUP, CASE_MANAGER, JOINED

Tell = Callable[..., Awaitable[None]]

ALL = f"/v1/cases/{CASE_ID}/deadlines"
PATH = f"{ALL}/first-contact"


async def test_a_deadline_is_read_by_its_policy(
    desk: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    await tell(SET)

    answer = await desk.get(PATH)

    assert answer.headers["etag"] == '"1"'
    assert answer.json() == {
        "id": str(FIRST_CONTACT),
        "caseId": str(CASE_ID),
        "policy": "first-contact",
        "status": "open",
        "dueOn": "2027-02-18",
    }
    assert [(line.action, line.key) for line in store.access] == [("deadline:read", CASE_ID)]


async def test_a_deadline_that_was_met_in_time_but_told_of_late_is_met(
    stand: Stand, tell: Tell, clock: FixedClock
) -> None:
    await tell(SET, MISSED)
    clock.advance(timedelta(days=30))
    await tell(MET)
    desk = stand.client(Role.DESK)

    async def status(**moment: str) -> str:
        return str((await desk.get(PATH, params=moment)).json()["status"])

    assert await status() == "met"
    assert await status(knownAt="2027-03-31") == "missed"
    assert await status(asOf="2027-02-17") == "met"
    assert await status(asOf="2027-02-16") == "open"
    assert problem(await desk.get(PATH, params={"asOf": "2027-02-14"})) == (404, "not-found")


async def test_before_its_cause_a_deadline_is_not_there_though_it_was_met_before(
    desk: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(SET, replace(MET, occurred=Occurred.parse("2027-02-13")))
    before = {"asOf": "2027-02-14"}

    assert problem(await desk.get(PATH, params=before)) == (404, "not-found")
    assert (await desk.get(ALL, params=before)).json() == []
    assert [deadline["status"] for deadline in (await desk.get(ALL)).json()] == ["open"]


async def test_what_is_open_when_the_case_closes_is_dormant_until_it_opens_again(
    desk: httpx.AsyncClient, tell: Tell
) -> None:
    """But not what is to be done after closing too, nor what was met or missed."""
    await tell(SET)
    for policy, then in (("settlement-answer", ()), ("first-visit", (MET,)), ("other", (MISSED,))):
        own = [replace(event, policy=policy) for event in (SET, *then)]
        await tell(*own, stream=DEADLINE.beside(CASE_ID, policy))
    await tell(ENDED, BEGAN, stream=SPELL.beside(CASE_ID))

    async def statuses(**moment: str) -> dict[str, str]:
        found = (await desk.get(ALL, params=moment)).json()
        return {deadline["policy"]: deadline["status"] for deadline in found}

    first_contact = [await desk.get(PATH, params={"asOf": day}) for day in ("2027-02-16", "2027")]
    assert await statuses(asOf="2027-02-15") == dict.fromkeys(await statuses(), "open")
    assert await statuses(asOf="2027-02-16") == {
        "first-contact": "dormant",
        "settlement-answer": "open",
        "first-visit": "dormant",
        "other": "dormant",
    }
    assert await statuses() == {
        "first-contact": "open",
        "settlement-answer": "open",
        "first-visit": "met",
        "other": "missed",
    }
    assert [answer.json()["status"] for answer in first_contact] == ["dormant", "open"]


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/cases/{CASE_ID}/deadlines/first-visit",
        f"/v1/cases/{uuid4()}/deadlines/first-contact",
    ],
    ids=["no such deadline", "no such case"],
)
async def test_what_was_never_set_is_not_found(
    desk: httpx.AsyncClient, tell: Tell, path: str
) -> None:
    await tell(SET)

    assert problem(await desk.get(path)) == (404, "not-found")


async def test_case_managers_read_the_deadlines_of_the_cases_that_are_open_to_them(
    stand: Stand, tell: Tell
) -> None:
    await tell(SET)
    await tell(JOINED, stream=TEAM.beside(CASE_ID))
    own = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))
    other = stand.client(Role.CASE_MANAGER, subject=str(BACKUP))

    assert (await own.get(PATH)).json()["status"] == "open"
    assert [d["policy"] for d in (await own.get(ALL)).json()] == ["first-contact"]
    assert problem(await other.get(PATH)) == problem(await other.get(ALL)) == (404, "not-found")
    await tell(WITHDRAWN, stream=CONSENT.beside(CASE_ID))
    assert problem(await own.get(PATH)) == (404, "not-found")


async def test_what_an_offer_brought_about_is_not_told_to_case_managers(
    stand: Stand, tell: Tell
) -> None:
    """That a client said no first is intake's to keep; no header tells that it happened either."""
    await tell(SET)
    await tell(JOINED, stream=TEAM.beside(CASE_ID))
    after_no = replace(SET, policy="offer-after-no")
    await tell(after_no, stream=DEADLINE.beside(CASE_ID, after_no.policy))
    own = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))
    lead = stand.client(Role.TEAM_LEAD)

    found = await own.get(ALL)
    hidden = await own.get(f"{ALL}/offer-after-no")

    assert [deadline["policy"] for deadline in found.json()] == ["first-contact"]
    assert found.headers["leidraad-position"] == "2"
    assert problem(hidden) == (404, "not-found")
    assert len((await lead.get(ALL)).json()) == 2
    assert (await lead.get(f"{ALL}/offer-after-no")).status_code == 200


@pytest.mark.parametrize("role", [Role.REFERRER, Role.ANALYST, Role.OPERATOR, Role.SERVICE])
async def test_deadlines_are_for_desk_team_leads_and_case_managers(
    stand: Stand, tell: Tell, store: MemoryStore, role: Role
) -> None:
    await tell(SET)

    answer = await stand.client(role).get(PATH)

    assert problem(answer) == (403, "forbidden")
    assert [line.outcome for line in store.access] == ["forbidden"]


async def test_a_policy_that_is_no_code_and_a_misspelt_time_are_mistakes(
    desk: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(SET)

    policy = await desk.get(f"/v1/cases/{CASE_ID}/deadlines/First%20Contact")
    time = await desk.get(PATH, params={"asof": "2027"})

    assert problem(policy) == problem(time) == (422, "invalid")
