"""Rounds in which all variants take turns, so that a neighbour's load hits them alike."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dev.bench.crew import Crew
from dev.bench.disturbance import Used, foreign, ours, used
from dev.bench.load import Sample

MOST_FOREIGN = 0.12
WARM_UP_SECONDS = 0.5
LOOKS = 10
LOOK_SECONDS = 0.3
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One variant in one round; processor time is per operation."""

    rate: float
    p50_ms: float
    p99_ms: float
    caller_us: float
    server_us: float
    foreign: float


Turn = Mapping[str, Measured]
"""One round: what each variant did in it, by name."""


@dataclass(slots=True)
class Campaign:
    """`acknowledged` and `failures` are those of all turns, the warm-up and disturbed ones too."""

    turns: list[Turn] = field(default_factory=list)
    acknowledged: dict[str, dict[str, int]] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)

    async def run(self, crews: Mapping[str, Crew], rounds: int, seconds: float, say: Say) -> None:
        for name, crew in crews.items():
            await self._once(name, crew, WARM_UP_SECONDS)
        while len(self.turns) < rounds:
            turn = {name: await self._measure(name, crew, seconds) for name, crew in crews.items()}
            self.turns.append(turn)
            say(told(len(self.turns), turn))

    def failed(self) -> list[str]:
        """A sentence for each variant of which a caller met an error."""
        return [
            f"{name}: {len(errors)} operations failed, such as {errors[0]}"
            for name, errors in self.failures.items()
            if errors
        ]

    async def _measure(self, name: str, crew: Crew, seconds: float) -> Measured:
        """Once more if others disturbed it; which one counts, their use decides, not the result."""
        await calm()
        measure = await self._once(name, crew, seconds)
        if measure.foreign <= MOST_FOREIGN:
            return measure
        await calm()
        return quieter(measure, await self._once(name, crew, seconds))

    async def _once(self, name: str, crew: Crew, seconds: float) -> Measured:
        before = used()
        samples = await crew.run(seconds)
        after = used()
        for sample in samples:
            self.acknowledged.setdefault(name, {}).update(sample.acknowledged)
            self.failures.setdefault(name, []).extend(sample.failures)
        return measured(samples, before, after)


async def calm() -> None:
    """Waits a little for a moment in which nobody else needs the machine."""
    for _ in range(LOOKS):
        before = used()
        await asyncio.sleep(LOOK_SECONDS)
        if foreign(before, used()) <= MOST_FOREIGN:
            return


def measured(samples: Sequence[Sample], before: Used, after: Used) -> Measured:
    """What we used and the callers did not, the servers did."""
    operations = max(sum(sample.operations for sample in samples), 1)
    callers = sum(sample.cpu_seconds for sample in samples)
    latencies = sorted(latency for sample in samples for latency in sample.latencies)
    return Measured(
        rate=sum(sample.rate for sample in samples),
        p50_ms=quantile(latencies, 0.5) * 1000,
        p99_ms=quantile(latencies, 0.99) * 1000,
        caller_us=callers / operations * 1e6,
        server_us=max(0.0, ours(before, after) - callers) / operations * 1e6,
        foreign=foreign(before, after),
    )


def quantile(ascending: Sequence[float], share: float) -> float:
    """The value that this share lies below; not a number where there is none."""
    if not ascending:
        return float("nan")
    return ascending[min(int(len(ascending) * share), len(ascending) - 1)]


def quieter(one: Measured, other: Measured) -> Measured:
    return min(one, other, key=lambda measured: measured.foreign)


def disturbance(turn: Turn) -> float:
    return max(measured.foreign for measured in turn.values())


def told(number: int, turn: Turn) -> str:
    figures = ", ".join(f"{name} {measured.rate:,.0f}/s" for name, measured in turn.items())
    return f"round {number}: {figures}; others used {disturbance(turn):.0%}"
