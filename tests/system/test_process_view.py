"""A hospital's token at every endpoint of all services: it opens the process view, no case."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from rig.audit import audit
from rig.caller import Json
from rig.rest import at_rest
from rig.story import Story
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

VIEW = "/v1/processes"
HIDDEN = ("liability", "claim-filed", "home-visit", "phone", "first-contact")
"""Of a case that is told in full, what its hospital never reads anywhere."""


async def test_a_hospital_learns_of_its_own_clients_case_that_it_goes_on_and_nothing_else(
    world: World,
) -> None:
    story, other = await Story.of(world), await Story.of(world)
    for one in (story, other):
        await one.accepted_referral()
        await one.opened()
        await one.assign()
    await story.first_contact()
    await story.log((30, 20, 5))
    await story.track("calamity-investigation", "started")
    await story.track("liability", "claim-filed")
    await at_rest(world)
    assert story.hospital is not None
    hidden = (*HIDDEN, str(story.manager.id), str(other.id), story.contact.mark)

    opened = set[tuple[str, str]]()
    for service, method, path in [at async for at in _endpoints(world)]:
        filled = re.sub(r"\{[^}]*\}", str(story.id), path)
        answer = await _asked(world, story, service, method, filled)
        assert answer.status_code < 500, (method, path)
        if answer.is_success:
            opened.add((service, path))
            found = [mark for mark in hidden if mark in answer.text]
            assert service == "intake" or not found, (path, found)
            assert str(other.id) not in answer.text

    assert {at for at in opened if at[0] != "intake"} == {
        ("casefile", VIEW),
        ("casefile", VIEW + "/{case_id}"),
    }
    assert {path for service, path in opened if service == "intake"} >= {"/v1/candidates"}
    listed = await story.hospital.read("casefile", VIEW)
    [process] = listed["items"]
    assert process == {"id": str(story.id), "programme": story.programme, "support": "involved"}
    whole = await story.hospital.read("casefile", f"{VIEW}/{story.id}")
    assert [(t["track"], t["phase"]) for t in whole["tracks"]] == [
        ("calamity-investigation", "started")
    ]
    refused = await story.hospital.ask("casefile", f"{VIEW}/{other.id}")
    assert refused.status_code == 404
    await audit(world)


async def _asked(
    world: World, story: Story, service: str, method: str, path: str
) -> httpx.Response:
    """With a body that no route takes, so that nothing is written where it may write."""
    assert story.hospital is not None
    headers = story.hospital.headers | {"if-match": "*", "idempotency-key": "every-endpoint"}
    url = world.stack.url(service) + path
    body = None if method == "get" else {"no-field-of-any-body": 1}
    return await world.client.request(method, url, json=body, headers=headers)


async def _endpoints(world: World) -> AsyncIterator[tuple[str, str, str]]:
    for service in world.stack.ports:
        document: Json = (await world.client.get(f"{world.stack.url(service)}/openapi.json")).json()
        for path, operations in document["paths"].items():
            for method in operations:
                if path.startswith("/v1/"):
                    yield service, method, path
