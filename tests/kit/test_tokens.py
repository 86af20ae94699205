"""Attacks on the bearer token; all of them are answered with 401 and ask nothing of anybody."""

import asyncio
import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from events.memory import MemoryStore
from kit.access import Role
from kit.auth import Authenticator, Keys, KeysUnavailable, Unauthorised
from kit.clock import clock
from kit.testing import AUDIENCE, ISSUER, Issuer, Stand, problem

KNOWN = {"alg": "ES256", "kid": "test"}


def part(content: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def unsigned(issuer: Issuer) -> str:
    return f"{part({'alg': 'none', 'kid': 'test'})}.{part(issuer.claims())}."


def hmac_with_the_public_key(issuer: Issuer) -> str:
    signed = f"{part({'alg': 'HS256', 'kid': 'test'})}.{part(issuer.claims())}"
    tag = hmac.digest(issuer.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(tag).decode().rstrip('=')}"


def another_key_under_a_known_name(issuer: Issuer) -> str:
    return jwt.encode(KNOWN, issuer.claims(), ECKey.generate_key("P-256"))


def another_kind_of_key(issuer: Issuer) -> str:
    return jwt.encode(
        {"alg": "RS256", "kid": "test"}, issuer.claims(), RSAKey.generate_key(2048), ["RS256"]
    )


def key_brought_along(issuer: Issuer) -> str:
    key = ECKey.generate_key("P-256", {"kid": "mine"})
    header = {"alg": "ES256", "kid": "mine", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, issuer.claims(), key)


def key_at_an_address(issuer: Issuer) -> str:
    key = ECKey.generate_key("P-256", {"kid": "mine"})
    header = {
        "alg": "ES256",
        "kid": "mine",
        "jku": "https://evil.test/",
        "x5u": "https://evil.test/",
    }
    return jwt.encode(header, issuer.claims(), key)


def critical_header(issuer: Issuer) -> str:
    header = {**KNOWN, "crit": ["unheard-of"], "unheard-of": True}
    body = f"{part(header)}.{part(issuer.claims())}"
    return f"{body}.{issuer.token().rpartition('.')[2]}"


def altered(issuer: Issuer) -> str:
    header, _, signature = issuer.token().split(".")
    return f"{header}.{part(issuer.claims(role=Role.TEAM_LEAD))}.{signature}"


def now(issuer: Issuer) -> int:
    return int(issuer.clock().timestamp())


def without(issuer: Issuer, claim: str) -> str:
    claims = {k: v for k, v in issuer.claims().items() if k != claim}
    return jwt.encode(KNOWN, claims, issuer.key)


ATTACKS: dict[str, Callable[[Issuer], str | None]] = {
    "no header": lambda _: None,
    "another scheme": lambda i: f"Basic {i.token()}",
    "no token": lambda _: "Bearer ",
    "not a token": lambda _: "Bearer canary",
    "not ASCII": lambda _: "Bearer \u00e9.\u00e9.\u00e9",
    "too long": lambda i: f"Bearer {i.token(padding='x' * 100_000)}",
    "unsigned": lambda i: f"Bearer {unsigned(i)}",
    "HMAC with the public key": lambda i: f"Bearer {hmac_with_the_public_key(i)}",
    "another key": lambda i: f"Bearer {another_key_under_a_known_name(i)}",
    "another kind of key": lambda i: f"Bearer {another_kind_of_key(i)}",
    "key brought along": lambda i: f"Bearer {key_brought_along(i)}",
    "key at an address": lambda i: f"Bearer {key_at_an_address(i)}",
    "critical header": lambda i: f"Bearer {critical_header(i)}",
    "altered claims": lambda i: f"Bearer {altered(i)}",
    "another issuer": lambda i: f"Bearer {i.token(iss='https://evil.test')}",
    "another audience": lambda i: f"Bearer {i.token(aud=['other'])}",
    "expired": lambda i: f"Bearer {i.token(exp=now(i))}",
    "endless": lambda i: f"Bearer {without(i, 'exp')}",
    "without audience": lambda i: f"Bearer {without(i, 'aud')}",
    "without issuer": lambda i: f"Bearer {without(i, 'iss')}",
    "without subject": lambda i: f"Bearer {without(i, 'sub')}",
    "end is no time": lambda i: f"Bearer {i.token(exp='later')}",
    "not yet valid": lambda i: f"Bearer {i.token(nbf=now(i) + 60)}",
    "empty subject": lambda i: f"Bearer {i.token(sub='')}",
    "subject is no text": lambda i: f"Bearer {i.token(sub=7)}",
    "subject with control characters": lambda i: "Bearer " + i.token(sub="a\r\nb"),
    "no role": lambda i: f"Bearer {i.token(role=None)}",
    "unknown role": lambda i: f"Bearer {i.token(role='king')}",
    "organisation is no id": lambda i: f"Bearer {i.token(organisation='hospital')}",
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_an_attack_on_the_token_is_401(stand: Stand, store: MemoryStore, attack: str) -> None:
    authorization = ATTACKS[attack](stand.issuer)
    headers = {b"authorization": authorization.encode()} if authorization else {}

    answer = await stand.anonymous().get(f"/v1/toys/{uuid4()}", headers=headers)

    assert problem(answer) == (401, "unauthorised")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "canary" not in answer.text
    assert set(stand.issuer.fetches) <= {f"{ISSUER}/jwks.json"}
    assert not store.access


@pytest.mark.parametrize("aud", [AUDIENCE, ["other", AUDIENCE]])
async def test_a_good_token_lets_in(stand: Stand, aud: str | list[str]) -> None:
    headers = {"authorization": f"bearer {stand.issuer.token(aud=aud)}"}

    answer = await stand.anonymous().get("/v1/toys", headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/toys"),
        ("GET", "/v1/nothing"),
        ("GET", "/v1/toys/"),
        ("GET", "/healthz/"),
        ("GET", "//healthz"),
        ("GET", "/HEALTHZ"),
        ("GET", "/docs"),
        ("DELETE", "/v1/toys"),
        ("POST", "/v1/toys"),
    ],
)
async def test_without_a_token_there_is_nothing_to_see(
    stand: Stand, method: str, path: str
) -> None:
    answer = await stand.anonymous().request(method, path)

    assert problem(answer)[0] == 401


class Issued:
    """Keys over an issuer whose fetches are counted, on a monotonic clock that the test turns."""

    def __init__(self) -> None:
        self.issuer = Issuer(clock())
        self.seconds = 100.0
        client = httpx.AsyncClient(transport=self.issuer.transport)
        keys = Keys(f"{ISSUER}/jwks.json", client, lambda: self.seconds)
        self.authenticator = Authenticator(keys, ISSUER, AUDIENCE, clock())

    async def asks(self, token: str) -> str:
        return (await self.authenticator.principal(f"Bearer {token}")).subject


async def test_the_keys_are_fetched_once() -> None:
    issued = Issued()

    for _ in range(5):
        await issued.asks(issued.issuer.token())

    assert len(issued.issuer.fetches) == 1


async def test_those_who_ask_while_the_keys_are_fetched_wait_for_them() -> None:
    issued = Issued()
    fetching, answered = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        fetching.set()
        await answered.wait()
        return await issued.issuer.transport.handle_async_request(request)

    client = httpx.AsyncClient(transport=httpx.MockTransport(slow))
    keys = Keys(f"{ISSUER}/jwks.json", client)
    issued.authenticator = Authenticator(keys, ISSUER, AUDIENCE, clock())
    first = asyncio.create_task(issued.asks(issued.issuer.token(sub="first")))
    await fetching.wait()
    second = asyncio.create_task(issued.asks(issued.issuer.token(sub="second")))
    await asyncio.sleep(0)

    answered.set()

    assert [await first, await second] == ["first", "second"]
    assert len(issued.issuer.fetches) == 1


async def test_a_new_key_is_fetched_when_it_is_first_used() -> None:
    issued = Issued()
    await issued.asks(issued.issuer.token())
    issued.issuer.key = ECKey.generate_key("P-256", {"kid": "new"})
    issued.issuer.published = [issued.issuer.key]
    issued.seconds += 10

    token = jwt.encode(
        {"alg": "ES256", "kid": "new"}, issued.issuer.claims(sub="someone"), issued.issuer.key
    )

    assert await issued.asks(token) == "someone"
    assert len(issued.issuer.fetches) == 2


async def test_a_key_that_was_withdrawn_is_forgotten_though_its_token_was_good() -> None:
    issued = Issued()
    token = issued.issuer.token()
    await issued.asks(token)
    issued.issuer.published = [ECKey.generate_key("P-256", {"kid": "new"})]
    issued.seconds += 301

    with pytest.raises(Unauthorised):
        await issued.asks(token)


async def test_a_good_token_ends_when_it_says_so() -> None:
    issued = Issued()
    seconds = 0.0
    at = datetime.now(UTC)
    issued.authenticator = issued.issuer.authenticator(lambda: at + timedelta(seconds=seconds))
    token = issued.issuer.token(exp=int(at.timestamp()) + 60)
    await issued.asks(token)
    seconds = 61

    with pytest.raises(Unauthorised):
        await issued.asks(token)


async def test_unknown_keys_cause_one_fetch_in_a_while() -> None:
    issued = Issued()
    await issued.asks(issued.issuer.token())
    issued.seconds += 10

    for n in range(50):
        token = jwt.encode(
            {"alg": "ES256", "kid": str(n)}, issued.issuer.claims(), issued.issuer.key
        )
        with pytest.raises(Unauthorised):
            await issued.asks(token)

    assert len(issued.issuer.fetches) == 2


async def test_without_the_issuers_keys_nobody_is_judged() -> None:
    def down(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(500)

    client = httpx.AsyncClient(transport=httpx.MockTransport(down))
    keys = Keys(f"{ISSUER}/jwks.json", client)
    authenticator = Authenticator(keys, ISSUER, AUDIENCE, clock())

    with pytest.raises(KeysUnavailable):
        await authenticator.principal(f"Bearer {Issuer(clock()).token()}")


async def test_bad_tokens_of_a_known_key_cause_no_fetch(stand: Stand) -> None:
    client = stand.anonymous()
    headers = {"authorization": f"Bearer {altered(stand.issuer)}"}
    await client.get("/v1/toys", headers=headers)
    fetched = len(stand.issuer.fetches)

    for _ in range(20):
        await client.get("/v1/toys", headers=headers)

    assert len(stand.issuer.fetches) == fetched
