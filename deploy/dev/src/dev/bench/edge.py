"""The second part: creating over HTTP with all checks, and the way from there to a consumer."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from uuid import UUID, uuid4

import httpx
import orjson

from dev.bench import stored
from dev.bench.campaign import Campaign, Say, Turn
from dev.bench.connection import Post
from dev.bench.crew import Crew, crew
from dev.bench.delivery import deliver
from dev.bench.durability import durability
from dev.bench.figures import Figure, measures, others, quotient, ratio
from dev.bench.outcome import Outcome
from dev.failure import NotStarted
from dev.port import LOOPBACK, answers, free_port
from dev.process import Process
from dev.stack import Stack, stack

CREATE = "create with all checks"
EMPTY = "empty endpoint"
PATH = "/v1/candidates"
PROGRAMME = "medical-incidents"
MUST = 0.45
WHY = (
    "three reads (repeated request, organisation, case) and one write, each a round trip to the"
    " database, take about half of the service's CPU; token, access rule and log line are the rest"
)


async def edge(rounds: int, seconds: float, say: Say) -> Outcome:
    """Intake alone: its API in one process, and later its relay in another."""
    async with stack("bench", ports={"intake": 0}, say=say) as whole:
        url = whole.servers.databases.urls["intake"]
        shown = await durability(url)
        say(", ".join(f"{name} {value}" for name, value in shown.items()))
        await whole.stop("intake")
        await whole.start("intake", "api")
        post = await _post(whole)
        campaign = await _saturate(whole, post, rounds, seconds, say)
        delivery = await deliver(whole, post, campaign.acknowledged[CREATE], rounds, seconds, say)
        await whole.stop_all()
        created = campaign.acknowledged[CREATE] | delivery.acknowledged
        return Outcome(
            server=shown,
            figures=[*_figures(campaign.turns), *delivery.figures()],
            mistakes=[*campaign.failed(), *delivery.mistakes, *await _lost(url, created, post)],
        )


async def _post(whole: Stack) -> Post:
    """A hospital is registered by the desk; its own referrer creates candidates."""
    body = {"programme": PROGRAMME, "kind": "hospital", "name": "Bench", "email": "b@bench.test"}
    headers = {"authorization": f"Bearer {whole.token('desk')}", "idempotency-key": str(uuid4())}
    async with httpx.AsyncClient(base_url=whole.url("intake"), trust_env=False) as client:
        answer = await client.post("/v1/organisations", json=body, headers=headers)
    if not answer.is_success:
        raise NotStarted(f"Intake did not register an organisation: {answer.text}")
    organisation = UUID(answer.json()["id"])
    return Post(
        host=LOOPBACK,
        port=whole.ports["intake"],
        path=PATH,
        token=whole.token("referrer", organisation=organisation),
        body=orjson.dumps({"programme": PROGRAMME, "organisation": organisation}).decode(),
    )


async def _saturate(whole: Stack, post: Post, rounds: int, seconds: float, say: Say) -> Campaign:
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(_empty(whole))
        targets = {CREATE: asdict(post), EMPTY: {**asdict(post), "port": port}}
        crews: Mapping[str, Crew] = {
            name: await stack.enter_async_context(
                crew("posts.saturating", orjson.dumps(target).decode())
            )
            for name, target in targets.items()
        }
        campaign = Campaign()
        await campaign.run(crews, rounds, seconds, say)
        await stack.aclose()
        return campaign


@asynccontextmanager
async def _empty(whole: Stack) -> AsyncIterator[int]:
    port = free_port()
    process = Process(
        name="the empty endpoint",
        command=[sys.executable, "-m", "dev.bench.empty", str(port)],
        folder=whole.folder,
        log=whole.folder / "empty.log",
        environment=whole.processes["intake", "api"].environment,
    )
    process.start()
    try:
        await process.ready(lambda: answers(port), 30)
        yield port
    finally:
        await process.stop()


def _figures(turns: Sequence[Turn]) -> list[Figure]:
    tail = Figure(
        name=f"{CREATE}, p99 / p50",
        unit="x",
        rounds=[quotient(turn[CREATE].p99_ms, turn[CREATE].p50_ms) for turn in turns],
        goal=3.0,
        at_most=True,
    )
    compared = ratio(turns, CREATE, EMPTY, goal=MUST, note=WHY)
    return [
        compared,
        tail,
        *measures(turns, CREATE, "service and server"),
        *measures(turns, EMPTY, "service"),
        others(turns),
    ]


async def _lost(url: str, created: Mapping[str, int], post: Post) -> list[str]:
    """The organisation is a stream too: it was acknowledged like the rest."""
    organisation = orjson.loads(post.body)["organisation"]
    told = {**created, organisation: 1}
    return [
        *await stored.log_mistakes(url, told, payload=None),
        *await stored.request_mistakes(url, len(told)),
    ]
