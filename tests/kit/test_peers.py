"""The client for other services."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import stamina

from kit.peers import PeerRefused, Peers, PeerUnavailable


@pytest.fixture(autouse=True)
def _without_waiting() -> None:
    stamina.set_testing(True, attempts=3)


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text("first\n")
    return file


class Casefile:
    """Answers with these statuses, one after the other."""

    def __init__(self, *statuses: int | Exception) -> None:
        self.statuses = list(statuses)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.statuses.pop(0)
        if isinstance(status, Exception):
            raise status
        kind = "urn:leidraad:problem:not-found"
        return httpx.Response(status, json={"id": 7} if status == 200 else {"type": kind})


def peers(casefile: Casefile, token: Path | None) -> Peers:
    client = httpx.AsyncClient(transport=httpx.MockTransport(casefile))
    return Peers({"casefile": "http://casefile"}, token, client)


async def test_it_speaks_with_our_token_and_the_correlation_id(token: Path) -> None:
    casefile = Casefile(200, 200)
    correlation = uuid4()
    ours = peers(casefile, token)

    found = await ours.get("casefile", "/v1/cases/7", correlation)
    token.write_text("second")
    await ours.get("casefile", "/v1/cases/7", correlation)

    first, second = casefile.requests
    assert found == {"id": 7}
    assert str(first.url) == "http://casefile/v1/cases/7"
    assert first.headers["x-correlation-id"] == str(correlation)
    assert first.headers["authorization"] == "Bearer first"
    assert second.headers["authorization"] == "Bearer second"


@pytest.mark.parametrize(
    "failure", [503, 500, 401, 429, httpx.ConnectError(""), httpx.ReadTimeout("")]
)
async def test_it_tries_again_while_the_other_side_is_away(
    token: Path, failure: int | Exception
) -> None:
    casefile = Casefile(failure, failure, 200)

    assert await peers(casefile, token).get("casefile", "/v1/cases/7", uuid4()) == {"id": 7}


async def test_it_gives_up_in_the_end(token: Path) -> None:
    with pytest.raises(PeerUnavailable):
        await peers(Casefile(503, 503, 503), token).get("casefile", "/v1/cases/7", uuid4())


async def test_a_refusal_is_not_repeated(token: Path) -> None:
    casefile = Casefile(404)

    with pytest.raises(PeerRefused) as refused:
        await peers(casefile, token).get("casefile", "/v1/cases/7", uuid4())

    assert (refused.value.status, refused.value.code) == (404, "not-found")
    assert len(casefile.requests) == 1


async def test_without_a_token_the_work_waits() -> None:
    with pytest.raises(PeerUnavailable):
        await peers(Casefile(), None).get("casefile", "/v1/cases/7", uuid4())
