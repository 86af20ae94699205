"""HTTP for messages: what became of those about a case, never their text or address."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from events.memory import MemoryStore
from events.occurrence import Occurred
from events.testing import FixedClock, numbered
from kit.access import Role
from kit.testing import Stand, problem
from notifications.message.examples import (
    CASE_ID,
    MESSAGE_ID,
    QUEUED,
    REFUSED,
    SENT,
    SENT_TWICE,
    STARTED,
    STARTED_AGAIN,
)

Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/cases/{CASE_ID}/messages"
OTHER_MESSAGE = numbered(7)


async def test_the_messages_about_a_case_are_listed_with_what_became_of_them(
    stand: Stand, tell: Tell
) -> None:
    await tell(QUEUED, STARTED, SENT)
    await tell(QUEUED, stream=OTHER_MESSAGE)

    answer = await stand.client(Role.DESK).get(PATH)

    message = {"template": "first-contact-due", "recipientRole": "desk", "queuedAt": "2027-02-15"}
    assert answer.json() == {
        "items": [
            {"id": str(MESSAGE_ID), **message, "status": "sent", "attempts": 1, "reached": "desk"},
            {
                "id": str(OTHER_MESSAGE),
                **message,
                "status": "queued",
                "attempts": 0,
                "reached": None,
            },
        ]
    }


async def test_messages_are_read_as_they_were_known(
    stand: Stand, tell: Tell, clock: FixedClock
) -> None:
    await tell(QUEUED)
    clock.advance(timedelta(days=30))
    await tell(STARTED, SENT)
    desk = stand.client(Role.DESK)

    async def status(**moment: str) -> str:
        return str((await desk.get(PATH, params=moment)).json()["items"][0]["status"])

    assert await status() == "sent"
    assert await status(knownAt="2027-03-31") == "queued"
    assert problem(await desk.get(PATH, params={"asOf": "2027-02-14"})) == (404, "not-found")


async def test_a_message_was_sent_although_the_clock_of_who_sent_it_is_behind(
    stand: Stand, tell: Tell
) -> None:
    later = Occurred.parse("2027-02-15T09:00:01Z")
    await tell(QUEUED, STARTED, STARTED_AGAIN, replace(REFUSED, occurred=later), SENT_TWICE)

    answer = await stand.client(Role.DESK).get(PATH)

    assert answer.json()["items"][0]["status"] == "sent"


async def test_a_case_without_messages_is_not_found(stand: Stand, tell: Tell) -> None:
    await tell(QUEUED)

    answer = await stand.client(Role.DESK).get(f"/v1/cases/{uuid4()}/messages")

    assert problem(answer) == (404, "not-found")


@pytest.mark.parametrize(
    "role", [Role.REFERRER, Role.CASE_MANAGER, Role.ANALYST, Role.OPERATOR, Role.SERVICE]
)
async def test_messages_are_for_those_who_watch_over_all_cases(
    stand: Stand, tell: Tell, store: MemoryStore, role: Role
) -> None:
    await tell(QUEUED)

    answer = await stand.client(role).get(PATH)

    assert problem(answer) == (403, "forbidden")
    assert [line.outcome for line in store.access] == ["forbidden"]
