"""A hospital's token at every endpoint of all services: it opens the process view, no case."""

import ipaddress
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from events.occurrence import civil_day
from rig.audit import audit
from rig.caller import Json, problem
from rig.rest import at_rest
from rig.story import Story
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

VIEW = "/v1/processes"
TASKS = "/v1/deadlines"
OPEN = {("casefile", VIEW), ("casefile", VIEW + "/{case_id}"), ("scheduling", TASKS)}
"""All that is open to a hospital outside of intake; of deadlines, its own tasks to offer."""
OWN = {
    "/v1/candidates",
    "/v1/candidates/{candidate}",
    "/v1/candidates/{candidate}/offers",
    "/v1/organisations/{organisation}",
    "/v1/referrals",
    "/v1/referrals/{case_id}",
}
"""What a hospital reads in intake: what it told there itself, and how an offer went."""
HIDDEN = ("liability", "claim-filed", "letter-drafted", "home-visit", "first-contact")
"""Of a case that is told in full, what its hospital never reads anywhere."""
REASON, WORDS = "little-trust", "Dit ziekenhuis vertrouw ik niet"
"""Why somebody answered the programme as they did, on the direct route."""
TECHNICAL = {"date", "server", "traceparent", "x-correlation-id"}
"""Headers that are others in each answer."""
ASKED = {
    "from": "case-opened",
    "to": "case-closed",
    "among": "case-opened",
    "of": "case-closed",
    "instrument": "life-domains",
    "version": "3",
}
"""Values of the parameters that an endpoint cannot do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    service: str
    method: str
    path: str
    needs: tuple[str, ...]

    def filled(self, id_: object, explanation: str = "") -> str:
        words = self.path.replace("{explanation}", explanation or "{id}")
        return re.sub(r"\{[^}]*\}", str(id_), words)


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told the programme on the direct route."""

    story: Story
    explanation: str


async def test_a_hospital_learns_of_its_own_clients_case_that_it_goes_on_and_nothing_else(
    world: World,
) -> None:
    story, other = await Story.of(world), await Story.of(world)
    told = await _told_the_desk(Story.with_hospital(world, story.hospital))
    for one in (story, other):
        await one.accepted_referral()
        await one.opened()
        await one.assign()
    await story.first_contact()
    await story.log((30, 20, 5))
    await story.track("calamity-investigation", "started")
    await story.track("liability", "letter-drafted", "claim-filed")
    await at_rest(world)
    assert story.hospital is not None
    ids = (str(story.manager.id), str(other.id), told.explanation)
    hidden = (*HIDDEN, *ids, story.contact.mark, REASON, WORDS)

    opened = set[tuple[str, str]]()
    async for endpoint in _endpoints(world):
        for id_ in (story.id, other.id, told.story.id, story.hospital.organisation):
            answer = await _asked(world, story, endpoint, id_, told.explanation)
            _is_refused_or_own(endpoint, id_, answer, other)
            if answer.is_success:
                opened.add((endpoint.service, endpoint.path))
                assert [mark for mark in hidden if mark in answer.text] == [], endpoint

    assert opened == OPEN | {("intake", path) for path in OWN}
    assert (await story.hospital.read("scheduling", TASKS))["items"] == []
    listed = await story.hospital.read("casefile", VIEW)
    [process] = listed["items"]
    assert process == {"id": str(story.id), "programme": story.programme, "support": "involved"}
    whole = await story.hospital.read("casefile", f"{VIEW}/{story.id}")
    assert _phases(whole) == [("calamity-investigation", "started")]
    refused = await story.hospital.ask("casefile", f"{VIEW}/{other.id}")
    assert refused.status_code == 404
    await _knows_that_and_not_why(told)
    await audit(world)


async def test_the_hospital_does_not_see_a_claim_against_it_that_is_drafted_and_not_sent(
    world: World,
) -> None:
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await story.assign()
    await story.track("calamity-investigation", "started")
    before = await _everything_shown(story)

    claim = await story.track("liability", "client-informed", "letter-drafted", "letter-signed")
    drafted = await _everything_shown(story)
    await story.tell(f"tracks/{claim}/steps", step="claim-filed")
    sent = await _everything_shown(story)

    assert before == drafted == sent
    case = await story.manager.read("casefile", story.case)
    steps = {track["track"]: len(track["steps"]) for track in case["tracks"]}
    assert steps == {"calamity-investigation": 1, "liability": 4}


async def test_nothing_leads_a_hospital_to_the_streams(world: World) -> None:
    """Whoever reaches the broker reads all of a topic: it is inside, and no answer names it."""
    broker = world.stack.servers.kafka
    host, _, port = broker.rpartition(":")
    assert ipaddress.ip_address(host).is_loopback
    story = await Story.of(world)
    await story.identify()

    streamed = set[str]()
    async for endpoint in _endpoints(world):
        answer = await _asked(world, story, endpoint, story.id)
        if answer.is_success:
            assert port not in re.findall(r":(\d+)\b", answer.text), endpoint
            streamed.add(answer.headers["content-type"])

    assert streamed == {"application/json"}


async def _told_the_desk(story: Story) -> Told:
    """The hospital asks only whether to refer; the desk records the answer to the offer."""
    assert story.hospital is not None
    await story.identify()
    offer = {"channel": "phone", "byFunction": "doctor", "route": "direct-forwarding"}
    await story.hospital.write("intake", f"{story.candidate}/offers", offer)
    consent = {"consent": {"form": "spoken"}, "contact": story.contact.body}
    await story.hospital.write("intake", f"{story.candidate}/contact-consents", consent)
    await story.refer()
    answer = {"reasons": [REASON], "explanation": WORDS}
    await story.desk.write("intake", f"{story.candidate}/acceptances", answer)
    [attempt] = (await story.desk.ask("intake", f"{story.candidate}/offers")).json()
    return Told(story, attempt["answers"][0]["explanation"])


async def _knows_that_and_not_why(told: Told) -> None:
    """Now and at another time; and the answer is not the hospital's to record."""
    hospital, candidate = told.story.hospital, told.story.candidate
    assert hospital is not None
    today = civil_day(datetime.now(UTC)).isoformat()
    for at in ({}, {"asOf": today}, {"knownAt": today}):
        [attempt] = (await hospital.ask("intake", f"{candidate}/offers", at)).json()
        [answer] = attempt["answers"]
        assert (answer["answer"], answer["reasons"]) == ("accepted", [])
        assert answer["explanation"] is None
    words = f"{candidate}/explanations/{told.explanation}"
    assert (await hospital.ask("intake", words)).status_code == 404
    assert (await told.story.desk.read("intake", words))["text"] == WORDS
    for resource in ("acceptances", "declines"):
        answer = await hospital.send("intake", f"{candidate}/{resource}", {"reasons": ["unknown"]})
        assert problem(answer) == (409, "offer-forwarded")


def _is_refused_or_own(
    endpoint: Endpoint, id_: UUID | None, answer: httpx.Response, other: Story
) -> None:
    """By the access rule, before anybody looks at what was sent: 422 would not tell."""
    told = (endpoint, id_, answer.status_code, answer.text)
    if endpoint.service != "intake" and (endpoint.service, endpoint.path) not in OPEN:
        assert answer.status_code == 403, told
    elif endpoint.method == "get":
        assert answer.status_code in {200, 403, 404}, told
    else:
        assert answer.status_code in {403, 404, 422, 428}, told
    if id_ == other.id and "{" in endpoint.path:
        assert not answer.is_success, told


def _phases(process: Json) -> list[tuple[str, str]]:
    return [(track["track"], track["phase"]) for track in process["tracks"]]


async def _everything_shown(story: Story) -> list[tuple[Json, dict[str, str]]]:
    """With what headers tell: neither a version nor a position may give the rest away."""
    assert story.hospital is not None
    await at_rest(story.world)
    whole = await story.hospital.ask("casefile", f"{VIEW}/{story.id}")
    assert _phases(whole.json()) == [("calamity-investigation", "started")]
    listed = await story.hospital.ask("casefile", VIEW)
    return [
        (answer.json(), {n: v for n, v in answer.headers.items() if n not in TECHNICAL})
        for answer in (whole, listed)
    ]


async def _asked(
    world: World, story: Story, endpoint: Endpoint, id_: UUID | None, explanation: str = ""
) -> httpx.Response:
    """A read as it is to be asked; a write with a body that no route takes: nothing is written."""
    assert story.hospital is not None
    headers = story.hospital.headers | {"if-match": "*", "idempotency-key": "every-endpoint"}
    url = world.stack.url(endpoint.service) + endpoint.filled(id_, explanation)
    query = {name: ASKED[name] for name in endpoint.needs}
    body = None if endpoint.method == "get" else {"no-field-of-any-body": 1}
    return await world.client.request(
        endpoint.method, url, json=body, params=query, headers=headers
    )


async def _endpoints(world: World) -> AsyncIterator[Endpoint]:
    for service in world.stack.ports:
        document: Json = (await world.client.get(f"{world.stack.url(service)}/openapi.json")).json()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if path.startswith("/v1/"):
                    needs = (p for p in operation.get("parameters", []) if p["in"] == "query")
                    names = tuple(p["name"] for p in needs if p.get("required"))
                    yield Endpoint(service=service, method=method, path=path, needs=names)
