"""What is reported: medians over rounds with their spread, and ratios beside their goals."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from dev.bench.campaign import Turn, disturbance


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`compared_to` names what a ratio is of; `at_most`: the goal is a ceiling, not a floor."""

    name: str
    unit: str
    rounds: Sequence[float]
    compared_to: str | None = None
    goal: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def value(self) -> float:
        return median(self.rounds)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.rounds), max(self.rounds)

    @property
    def reached(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value <= self.goal if self.at_most else self.value >= self.goal

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "comparedTo": self.compared_to,
            "goal": self.goal,
            "goalIs": None if self.goal is None else ("at most" if self.at_most else "at least"),
            "reached": self.reached,
            "rounds": list(self.rounds),
            "spread": list(self.spread),
            "note": self.note,
        }


def measures(turns: Sequence[Turn], name: str, server: str = "server") -> list[Figure]:
    """Rate, latencies and processor time of one variant."""
    of = [turn[name] for turn in turns]
    return [
        Figure(name=name, unit="1/s", rounds=[m.rate for m in of]),
        Figure(name=f"{name}, p50", unit="ms", rounds=[m.p50_ms for m in of]),
        Figure(name=f"{name}, p99", unit="ms", rounds=[m.p99_ms for m in of]),
        Figure(name=f"{name}, caller's CPU", unit="us", rounds=[m.caller_us for m in of]),
        Figure(name=f"{name}, {server}'s CPU", unit="us", rounds=[m.server_us for m in of]),
    ]


def ratio(
    turns: Sequence[Turn], name: str, to: str, goal: float | None = None, note: str = ""
) -> Figure:
    """The median of the ratios of each round: both sides had the same neighbours."""
    return Figure(
        name=name,
        unit="x",
        compared_to=to,
        rounds=[quotient(turn[name].rate, turn[to].rate) for turn in turns],
        goal=goal,
        note=note,
    )


def others(turns: Sequence[Turn]) -> Figure:
    """How far the figures can be trusted."""
    used = [100 * disturbance(turn) for turn in turns]
    return Figure(name="machine's CPU used by others", unit="%", rounds=used)


def quotient(value: float, of: float) -> float:
    """Not a number where there is nothing to compare with."""
    return value / of if of else float("nan")
