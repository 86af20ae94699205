"""From a commit in one service to a message in the hands of another service's consumer."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field

import orjson

from dev.bench.campaign import Measured, Say, calm, measured
from dev.bench.connection import Post
from dev.bench.crew import Crew, crew
from dev.bench.disturbance import used
from dev.bench.figures import Figure
from dev.bench.posts import PACED_RATE
from dev.failure import NotStarted
from dev.stack import Stack
from events.envelope import topic_of

NAME = "commit to foreign consumer"
P50_MS, P99_MS = 20.0, 100.0
SLICE_SECONDS = 0.25
DRAIN_SECONDS = 0.5
PATIENCE_SECONDS = 60


@dataclass(slots=True)
class Delivery:
    """What was sent and received in the paced rounds, and how fast a backlog was caught up."""

    turns: list[Mapping[str, Measured]] = field(default_factory=list)
    catching_up: list[float] = field(default_factory=list)
    acknowledged: dict[str, int] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def figures(self) -> list[Figure]:
        note = f"from recordedAt, which is taken inside the commit; {PACED_RATE} commits a second"
        limits = {"p50": P50_MS, "p99": P99_MS}
        found = {
            "p50": [turn[NAME].p50_ms for turn in self.turns],
            "p99": [turn[NAME].p99_ms for turn in self.turns],
        }
        ages = [
            Figure(
                name=f"{NAME}, {name}",
                unit="ms",
                rounds=values,
                goal=limits[name],
                at_most=True,
                note=note,
            )
            for name, values in found.items()
        ]
        rate = Figure(name="relay and Kafka, catching up", unit="1/s", rounds=self.catching_up)
        return [*ages, rate] if self.catching_up else ages

    @property
    def mistakes(self) -> Sequence[str]:
        missing = self.acknowledged.keys() - self.received.keys()
        lost = [f"{NAME}: {len(missing)} of {len(self.acknowledged)} did not arrive"]
        return [*self.failures, *(lost if missing else [])]


async def deliver(
    whole: Stack, post: Post, before: Mapping[str, int], rounds: int, seconds: float, say: Say
) -> Delivery:
    """First the relay publishes what was created `before`, as fast as it can."""
    delivery = Delivery(acknowledged=dict(before))
    target = orjson.dumps([whole.servers.kafka, topic_of("intake")]).decode()
    async with AsyncExitStack() as stack:
        listener = await stack.enter_async_context(crew("listening", target))
        poster = await stack.enter_async_context(
            crew("posts.paced", orjson.dumps(asdict(post)).decode())
        )
        await whole.start("intake", "relay")
        await _catch_up(delivery, listener)
        say(f"{len(delivery.received):,} messages caught up")
        while len(delivery.turns) < rounds:
            delivery.turns.append(turn := await _turn(delivery, poster, listener, seconds))
            say(
                f"round {len(delivery.turns)}: p50 {turn[NAME].p50_ms:.1f} ms, "
                f"p99 {turn[NAME].p99_ms:.1f} ms; others used {turn[NAME].foreign:.0%}"
            )
        await stack.aclose()
    return delivery


async def _catch_up(delivery: Delivery, listener: Crew) -> None:
    """Slices in which something came, without the first and the last, which are not whole."""
    rates: list[float] = []
    for _ in range(int(PATIENCE_SECONDS / SLICE_SECONDS)):
        [sample] = await listener.run(SLICE_SECONDS)
        delivery.received.update(sample.acknowledged)
        if sample.operations:
            rates.append(sample.rate)
        if delivery.acknowledged.keys() <= delivery.received.keys():
            delivery.catching_up = rates[1:-1]
            return
    arrived = len(delivery.received)
    raise NotStarted(
        f"After {PATIENCE_SECONDS} s {arrived} of {len(delivery.acknowledged)} arrived."
    )


async def _turn(
    delivery: Delivery, poster: Crew, listener: Crew, seconds: float
) -> Mapping[str, Measured]:
    await calm()
    before = used()
    [posted], received = await asyncio.gather(
        poster.run(seconds), listener.run(seconds + DRAIN_SECONDS)
    )
    after = used()
    delivery.acknowledged.update(posted.acknowledged)
    delivery.failures.extend(posted.failures)
    for sample in received:
        delivery.received.update(sample.acknowledged)
    return {NAME: measured(received, before, after)}
