"""Questions to a service from one caller, and how long it took over each answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import orjson

from dev.bench.campaign import quantile
from dev.bench.connection import Connection
from dev.bench.figures import Figure
from dev.port import LOOPBACK
from dev.stack import Stack

WARM_UP = 20
OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One of a kind; each has its own parameters, so that no answer is known before."""

    path: str
    token: str
    query: Mapping[str, str]

    def request(self) -> bytes:
        target = f"{self.path}?{urlencode(self.query)}" if self.query else self.path
        head = f"GET {target} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {self.token}"
        return f"{head}\r\n\r\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked over and over, of which service; p95 should be at most `goal_ms`."""

    name: str
    service: str
    goal_ms: float
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Answered:
    name: str
    goal_ms: float
    seconds: Sequence[float]
    strange: Sequence[str]

    def mistakes(self) -> list[str]:
        if not self.strange:
            return []
        return [f"{self.name}: {len(self.strange)} were not answered, such as {self.strange[0]}"]

    def figures(self) -> list[Figure]:
        ascending = sorted(self.seconds)
        p50, p95 = (quantile(ascending, share) * 1000 for share in (0.5, 0.95))
        return [
            Figure(
                name=f"{self.name}, p95",
                unit="ms",
                rounds=[p95],
                goal=self.goal_ms,
                at_most=True,
            ),
            Figure(name=f"{self.name}, p50", unit="ms", rounds=[p50]),
        ]


async def ask(whole: Stack, asked: Asked) -> Answered:
    """The first questions warm it up; the service's own log says how long each answer took."""
    log = whole.folder / f"{asked.service}.api.log"
    strange: list[str] = []
    connection = await Connection.open(LOOPBACK, whole.ports[asked.service])
    try:
        for question in asked.questions[:WARM_UP]:
            await connection.ask(question.request())
        before = log.stat().st_size
        for question in asked.questions[WARM_UP:]:
            status, body = await connection.ask(question.request())
            if status != OK:
                strange.append(f"{status}: {body.decode()}")
    finally:
        connection.close()
    return Answered(asked.name, asked.goal_ms, _seconds(log, before), strange)


def _seconds(log: Path, start: int) -> list[float]:
    lines = log.read_bytes()[start:].splitlines()
    told = [orjson.loads(line) for line in lines if line[:1] == b"{"]
    return [line["seconds"] for line in told if line["event"] == "http.answered"]
