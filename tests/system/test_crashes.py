"""Processes that are killed outright, each in the window in which it hurts most."""

import asyncio
import email
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cloudevents.core.base import BaseCloudEvent

from rig.audit import audit
from rig.caller import Json, problem
from rig.rest import at_rest
from rig.story import Story
from rig.tables import rows, value
from rig.topics import of_key
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

LEASE_IS_OVER = {"LEIDRAAD_CLOCK_SHIFT": "61"}
CONSUMERS = ("casefile", "scheduling", "notifications", "analytics")
OPENED = "select count(*) from events where key = $1 and type = 'case.opened.v1'"
STORED = "select key, version, position from events where metadata->>'actor' = $1"


def dies(armed: Path) -> dict[str, str]:
    """In the window whose name is the file's, once the file exists."""
    return {"RIG_ARMED": str(armed.parent)}


async def test_a_relay_killed_between_publish_and_checkpoint_publishes_again_in_order(
    world: World, tmp_path: Path
) -> None:
    armed = tmp_path / "published"
    hospital = await world.patient.hospital()
    stories = [Story.with_hospital(world.patient, hospital) for _ in range(6)]

    async with world.instead("intake", dies(armed)) as process:
        playing = asyncio.gather(*(story.accepted_referral() for story in stories))
        armed.touch()
        await eventually(lambda: not process.running, "the relay was not killed")
    await playing

    await asyncio.gather(*(story.opened() for story in stories))
    await at_rest(world)
    await audit(world)
    sent = [e.get_id() for story in stories for e in await of_key(world, "intake", story.id)]
    assert len(sent) > len(set(sent))
    assert [await value(world, "casefile", OPENED, story.id) for story in stories] == [1] * 6


async def test_consumers_killed_between_effect_and_offset_commit_act_once(
    world: World, tmp_path: Path
) -> None:
    story, all_ready = await Story.of(world.patient), asyncio.Barrier(len(CONSUMERS) + 1)

    async def kill(service: str) -> None:
        armed = tmp_path / service / "handled"
        armed.parent.mkdir()
        async with world.instead(service, dies(armed) | {"RIG_IDLE": "1"}) as process:
            armed.touch()
            await all_ready.wait()
            await eventually(lambda: not process.running, f"{service} was not killed")

    async with asyncio.TaskGroup() as killing:
        for service in CONSUMERS:
            killing.create_task(kill(service))
        await all_ready.wait()
        await story.accepted_referral()

    await story.opened()
    await at_rest(world)
    await audit(world)
    assert await value(world, "casefile", OPENED, story.id) == 1
    assert len(story.mails) == 1


async def test_an_api_killed_between_commit_and_answer_gives_the_first_answer_when_asked_again(
    world: World, tmp_path: Path
) -> None:
    armed, key = tmp_path / "appended", str(uuid4())
    desk = world.caller("desk")
    body = _referral()
    async with world.instead("intake", dies(armed), kind="api") as process:
        armed.touch()
        with pytest.raises(httpx.TransportError):
            await desk.send("intake", "/v1/referrals", body, key=key)
        await eventually(lambda: not process.running, "the api was not killed")
    [stored] = await rows(world, "intake", STORED, str(desk.id))

    first = await desk.send("intake", "/v1/referrals", body, key=key)
    again = await desk.send("intake", "/v1/referrals", body, key=key)
    other = await desk.send("intake", "/v1/referrals", body | {"source": "other"}, key=key)

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json() == {
        "id": str(stored["key"]),
        "version": stored["version"],
        "position": stored["position"],
        "possibleDuplicates": [],
    }
    assert first.headers["location"] == f"/v1/referrals/{stored['key']}"
    assert problem(other) == (422, "idempotency-key-reused")
    assert len(await rows(world, "intake", STORED, str(desk.id))) == 1
    await at_rest(world)
    await audit(world)


async def test_a_mail_of_unknown_outcome_is_repeated_once_with_its_message_id_and_counted(
    world: World, tmp_path: Path
) -> None:
    armed = tmp_path / "mailed"
    story = await Story.of(world)

    async with world.instead("notifications", dies(armed)) as process:
        armed.touch()
        await story.accepted_referral()
        await eventually(lambda: not process.running, "notifications was not killed")
        assert len(story.mails) == 1
        await world.stack.start("notifications", settings=LEASE_IS_OVER)
        await eventually(lambda: _is_sent(story), "the mail was not sent again")

    mails = story.mails
    assert len(mails) == 2
    assert len({email.message_from_string(mail)["Message-ID"] for mail in mails}) == 1
    await at_rest(world)
    told = [e for e in await of_key(world, "notifications", story.id) if _tells_of_sending(e)]
    sent = {"template": "first-contact-due", "repeats": 1, "reached": "desk"}
    assert [event.get_data() for event in told] == [sent]
    await audit(world)


def _referral() -> Json:
    return {
        "programme": "medical-incidents",
        "source": "self",
        "consent": {"form": "spoken"},
        "contact": {"name": "Zwaantje Verzonnen"},
    }


async def _is_sent(story: Story) -> bool:
    answer = await story.desk.ask("notifications", f"/v1/cases/{story.id}/messages")
    return answer.is_success and [m["status"] for m in answer.json()["items"]] == ["sent"]


def _tells_of_sending(event: BaseCloudEvent) -> bool:
    return str(event.get_type()) == "leidraad.notifications.message-sent.v1"
