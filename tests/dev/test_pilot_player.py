"""Playing a record asks the API for the right things, in order, once each, in the right role."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
import pytest

from dev.failure import NotStarted
from dev.pilot import api as api_module
from dev.pilot import player
from dev.pilot.api import Api
from dev.pilot.cast import Cast, cast
from dev.pilot.player import play
from dev.pilot.record import Support, load

URLS = {"intake": "http://intake", "casefile": "http://casefile", "analytics": "http://analytics"}
RECORDS = load()
OTHER_WAY = next(r for r in RECORDS if r.organisation is None)
WITHHELD = next(r for r in RECORDS if r.withheld)


def _tracks(support: Support) -> list[str]:
    """Each once, in the order in which they begin."""
    return list(dict.fromkeys(step.track for step in support.steps))


SUPPORTED = next(
    r
    for r in RECORDS
    if r.organisation and r.support and r.support.closing and len(_tracks(r.support)) == 2
)


@dataclass
class Server:
    """Stands for the far end of the wire: notes what it is asked; yes unless told otherwise."""

    requests: list[httpx.Request] = field(default_factory=list)
    answers: list[int | Exception] = field(default_factory=list)
    position: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        self.position += answer < 300
        written = {"id": str(uuid4()), "version": 1, "position": self.position}
        return httpx.Response(answer, json=written, headers={"ETag": '"7"'})

    def writes(self) -> list[httpx.Request]:
        return [request for request in self.requests if request.method == "POST"]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def api(server: Server) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as client:
        yield Api(client, URLS)


@pytest.fixture
async def actors(api: Api, server: Server) -> Cast:
    found = await cast(api, _token, [1, 2])
    server.requests.clear()
    return found


def _token(role: str, *, subject: UUID | None = None, organisation: UUID | None = None) -> str:
    assert subject
    assert (organisation is not None) == (role == "referrer")
    return role


def _told(server: Server) -> list[tuple[str, str]]:
    """Role and resource of each write, ids left out."""
    return [
        (request.headers["Authorization"].removeprefix("Bearer "), _resource(request.url.path))
        for request in server.writes()
    ]


def _resource(path: str) -> str:
    parts = [part for part in path.split("/")[2:] if len(part) != 36]
    return "/".join(parts)


async def test_a_supported_person_is_played_by_hospital_desk_and_case_manager(
    api: Api, actors: Cast, server: Server
) -> None:
    await play(api, actors, [SUPPORTED], lambda _done, _total: None)

    told = _told(server)
    attempts = [("referrer", "candidates/offers")] * len(SUPPORTED.attempts)
    assert [step for step in told if step[1] == "candidates/offers"] == attempts
    assert told[0] == ("referrer", "candidates")
    assert told[-len(_support()) :] == _support()
    assert ("desk", "referrals/screenings") in told


def _support() -> list[tuple[str, str]]:
    """What is told of the support, a track before its first step."""
    support = SUPPORTED.support
    assert support is not None
    opened: set[str] = set()
    steps: list[tuple[str, str]] = []
    for step in support.steps:
        if step.track not in opened:
            steps.append(("case-manager", "cases/tracks"))
            opened.add(step.track)
        steps.append(("case-manager", "cases/tracks/steps"))
    return [
        ("desk", "cases/case-managers"),
        ("case-manager", "cases/first-contacts"),
        *_client(support),
        *[("case-manager", "cases/activities")] * len(support.activities),
        *steps,
        *_study(support),
        ("case-manager", "cases/closings"),
    ]


def _client(support: Support) -> list[tuple[str, str]]:
    told = [("case-manager", "cases/persons")] * len(support.persons)
    return [*told, *[("case-manager", "cases/deaths")] * bool(support.died)]


def _study(support: Support) -> list[tuple[str, str]]:
    if support.study is None:
        return []
    marks = [("case-manager", "cases/instruments")] * len(support.study.marks)
    return [("case-manager", "cases/consents"), *marks]


async def test_who_leaves_the_study_is_told_with_consent_condition_and_withdrawal(
    api: Api, actors: Cast, server: Server
) -> None:
    (left,) = (r for r in RECORDS if r.support and r.support.study and r.support.study.withdrawn)

    await play(api, actors, [left], lambda _done, _total: None)

    told = {_resource(r.url.path): json.loads(r.content) for r in server.writes()}
    assert told["cases/conditions"]["condition"] == "worsened"
    assert told["cases/consents"]["consent"] == "research"
    assert told["cases/consents"]["scopes"] == ["interview"]
    assert told["cases/consent-withdrawals"]["consent"] == "research"
    days = [told[f"cases/{name}"]["occurredAt"] for name in ("consents", "conditions")]
    assert days == sorted(days)
    assert days[-1] < told["cases/consent-withdrawals"]["occurredAt"]


async def test_a_step_is_told_with_its_outcome_and_what_it_says(
    api: Api, actors: Cast, server: Server
) -> None:
    await play(api, actors, [SUPPORTED], lambda _done, _total: None)

    assert SUPPORTED.support is not None
    bodies = [json.loads(r.content) for r in server.writes() if r.url.path.endswith("/steps")]
    assert [(body["step"], body["outcome"], body["data"]) for body in bodies] == [
        (step.step, step.outcome, step.data) for step in SUPPORTED.support.steps
    ]
    assert {"attended": "yes"} in [body["data"] for body in bodies]


async def test_a_person_who_came_another_way_is_entered_by_the_desk(
    api: Api, actors: Cast, server: Server
) -> None:
    await play(api, actors, [OTHER_WAY], lambda _done, _total: None)

    assert _told(server)[:2] == [("desk", "referrals"), ("desk", "referrals/screenings")]


async def test_a_withheld_offer_is_told_with_its_reason_and_nothing_more(
    api: Api, actors: Cast, server: Server
) -> None:
    await play(api, actors, [WITHHELD], lambda _done, _total: None)

    assert _told(server) == [("referrer", "candidates"), ("referrer", "candidates/withholdings")]
    assert json.loads(server.writes()[-1].content)["reason"] == "cannot-cope"


async def test_the_whole_cohort_is_told_once(api: Api, actors: Cast, server: Server) -> None:
    progress: list[int] = []

    await play(api, actors, RECORDS, lambda done, _total: progress.append(done))

    counted = Counter(resource for _, resource in _told(server))
    keys = Counter(request.headers["Idempotency-Key"] for request in server.writes())
    assert progress == list(range(1, len(RECORDS) + 1))
    assert max(keys.values()) == 1
    assert counted["candidates"] == 151
    assert counted["candidates/withholdings"] == 4
    assert counted["candidates/acceptances"] == 53
    assert counted["candidates/referrals"] == 51
    assert counted["referrals"] == 2
    assert counted["referrals/screenings"] == 53
    assert counted["cases/case-managers"] == 47
    assert counted["cases/closings"] == 33 + 5
    assert counted["cases/persons"] == 17 + 8 + 10 + 2 * 5 + 1
    assert counted["cases/deaths"] == 10
    assert counted["cases/consents"] == 33
    assert counted["cases/consent-refusals"] == 47 - 33
    assert counted["cases/consent-withdrawals"] == counted["cases/conditions"] == 1
    assert counted["cases/instruments"] == 21 + 3


async def test_contact_data_go_with_consent_only(api: Api, actors: Cast, server: Server) -> None:
    await play(api, actors, RECORDS, lambda _done, _total: None)

    writes = [request for request in server.writes() if request.url.host == "intake"]
    bodies = [json.loads(request.content) for request in writes]
    assert all(("contact" in body) == ("consent" in body) for body in bodies)
    assert sum("contact" in body for body in bodies) == 53


async def test_a_request_that_meets_trouble_is_sent_again_with_the_same_key(
    api: Api, server: Server
) -> None:
    server.answers = [503, httpx.ConnectError("no"), httpx.ReadError("cut off"), 201]

    written = await api.write("intake", "/v1/candidates", {}, token="t", key="p001.candidate")

    assert written.version == 1
    assert [r.headers["Idempotency-Key"] for r in server.requests] == ["p001.candidate"] * 4
    assert api.positions == {"intake": 1}


async def test_a_refusal_stops_the_play_and_names_record_and_request(
    api: Api, actors: Cast, server: Server
) -> None:
    server.answers = [422]

    with pytest.raises(NotStarted, match=r"playing p\d{3}: POST /v1/candidates got 422"):
        await play(api, actors, [WITHHELD], lambda _done, _total: None)

    assert len(server.requests) == 1


async def test_a_server_that_stays_away_is_named(
    api: Api, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "PAUSE_SECONDS", 0)
    server.answers = [httpx.ConnectError("refused")] * api_module.TRIES

    with pytest.raises(NotStarted, match="http://intake/v1/candidates cannot be reached"):
        await api.write("intake", "/v1/candidates", {}, token="t", key="k")


async def test_a_case_that_is_not_open_yet_is_waited_for(
    api: Api, actors: Cast, server: Server
) -> None:
    server.answers = [201, 201, 404, 404, 200]

    await play(api, actors, [OTHER_WAY], lambda _done, _total: None)

    asked = [request.method for request in server.requests[:6]]
    assert asked == ["POST", "POST", "GET", "GET", "GET", "POST"]


async def test_a_case_that_never_opens_is_named(
    api: Api, actors: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "CASE_SECONDS", 0.01)
    server.answers = [201, 201, *[404] * 100]

    with pytest.raises(NotStarted, match=f"{OTHER_WAY.id}: its case was not opened"):
        await play(api, actors, [OTHER_WAY], lambda _done, _total: None)


async def test_a_closing_names_the_version_that_was_read(
    api: Api, actors: Cast, server: Server
) -> None:
    await play(api, actors, [SUPPORTED], lambda _done, _total: None)

    assert server.writes()[-1].headers["If-Match"] == '"7"'
