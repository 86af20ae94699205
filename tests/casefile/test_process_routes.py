"""The process view: what the hospital that referred learns of a case, and what it never does."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

from casefile.case.examples import (
    ASSIGNED,
    CASE_ID,
    CLOSED,
    CLOSED_LATER,
    CONTACTED,
    OPENED,
    RELEASED,
)
from casefile.journal.decider import JOURNAL
from casefile.journal.examples import LOGGED
from casefile.track.examples import (
    CLAIM,
    CLAIM_FILED,
    CLAIM_OPENED,
    INVESTIGATION,
    INVESTIGATION_OPENED,
    INVESTIGATION_STARTED,
)
from events.testing import numbered
from kit.access import Role
from kit.testing import Stand, problem

Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/processes/{CASE_ID}"
SAME = {"content-length", "content-type", "leidraad-position", "etag", "cache-control"}


async def test_the_hospital_sees_who_is_involved_its_own_phase_and_the_end(
    referrer: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED)
    awaited = (await referrer.get(PATH)).json()
    await tell(ASSIGNED)
    await tell(INVESTIGATION_OPENED, INVESTIGATION_STARTED, stream=INVESTIGATION)
    involved = (await referrer.get(PATH)).json()
    await tell(CLOSED)
    ended = (await referrer.get(PATH)).json()

    nothing: dict[str, object] = {
        "id": str(CASE_ID),
        "programme": "medical-incidents",
        "endedAt": None,
        "tracks": [],
    }
    phase = {
        "track": "calamity-investigation",
        "phase": "started",
        "occurredAt": str(INVESTIGATION_STARTED.occurred),
    }
    assert awaited == nothing | {"support": "awaited"}
    assert involved == nothing | {"support": "involved", "tracks": [phase]}
    assert ended == involved | {"support": "ended", "endedAt": str(CLOSED.occurred)}


async def test_who_let_go_of_a_case_that_goes_on_is_awaited_again(
    referrer: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, RELEASED)

    assert (await referrer.get(PATH)).json()["support"] == "awaited"


async def test_nothing_that_is_hidden_changes_an_answer_or_a_header(
    referrer: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(INVESTIGATION_OPENED, INVESTIGATION_STARTED, stream=INVESTIGATION)
    before = await referrer.get(PATH)

    await tell(CONTACTED)
    await tell(LOGGED, stream=JOURNAL.beside(CASE_ID))
    await tell(CLAIM_OPENED, CLAIM_FILED, stream=CLAIM)
    after = await referrer.get(PATH)

    assert before.content == after.content
    assert _told(before) == _told(after)


async def test_a_closing_that_was_put_right_in_its_reason_changes_no_answer_and_no_header(
    referrer: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, CLOSED)
    before = await referrer.get(PATH)

    await tell(replace(CLOSED_LATER, occurred=CLOSED.occurred))
    after = await referrer.get(PATH)

    assert before.content == after.content
    assert _told(before) == _told(after)
    assert "leidraad-position" not in after.headers


async def test_another_time_is_asked_for_as_everywhere(
    referrer: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, CLOSED)

    then = await referrer.get(PATH, params={"asOf": "2027-02-20"})
    unborn = await referrer.get(PATH, params={"asOf": "2027-01-01"})

    assert then.json()["support"] == "involved"
    assert problem(unborn) == (404, "not-found")


async def test_another_hospital_and_a_referrer_without_one_find_nothing(
    stand: Stand, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)

    for organisation in (numbered(7), None):
        other = stand.client(Role.REFERRER, organisation=organisation)
        assert problem(await other.get(PATH)) == (404, "not-found")


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.ANALYST, Role.OPERATOR, Role.SERVICE])
async def test_others_have_no_need_of_it(stand: Stand, tell: Tell, role: Role) -> None:
    await tell(OPENED, ASSIGNED)

    assert problem(await stand.client(role).get(PATH)) == (403, "forbidden")


async def test_every_other_route_refuses_the_hospital(
    stand: Stand, referrer: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(CLAIM_OPENED, CLAIM_FILED, stream=CLAIM)
    paths = stand.app.openapi()["paths"]
    closed = [p for p in paths if p.startswith("/v1/") and not p.startswith("/v1/processes")]

    answers = [
        problem(await referrer.request(method, _filled(path), json={}, headers={"if-match": "*"}))
        for path in closed
        for method in paths[path]
    ]

    assert len(answers) > 12
    assert set(answers) == {(403, "forbidden")}


def _filled(path: str) -> str:
    """The path with the case in it, and the claim for all else that has an id."""
    return re.sub(r"\{[^}]*\}", str(CLAIM), path.replace("{case_id}", str(CASE_ID)))


def _told(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name in SAME}
