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
    """`first`: how long each took the first time, when the server had to read what it looks at."""

    name: str
    goal_ms: float
    first: Sequence[float]
    seconds: Sequence[float]
    strange: Sequence[str]

    def mistakes(self) -> list[str]:
        if not self.strange:
            return []
        return [f"{self.name}: {len(self.strange)} were not answered, such as {self.strange[0]}"]

    def figures(self) -> list[Figure]:
        p50, p95 = (_ms(self.seconds, share) for share in (0.5, 0.95))
        first = _ms(self.first, 0.95)
        return [
            Figure(
                name=f"{self.name}, p95",
                unit="ms",
                rounds=[p95],
                goal=self.goal_ms,
                at_most=True,
            ),
            Figure(name=f"{self.name}, p50", unit="ms", rounds=[p50]),
            Figure(name=f"{self.name}, p95 of the first time", unit="ms", rounds=[first]),
        ]


def _ms(seconds: Sequence[float], share: float) -> float:
    return quantile(sorted(seconds), share) * 1000


async def ask(whole: Stack, asked: Asked) -> Answered:
    """All twice; the service's own log says how long each answer took.

    A server that has run for a while holds what is asked for in memory: the second time counts.
    """
    log = whole.folder / f"{asked.service}.api.log"
    strange: list[str] = []
    connection = await Connection.open(LOOPBACK, whole.ports[asked.service])
    try:
        before = log.stat().st_size
        for question in (*asked.questions, *asked.questions):
            status, body = await connection.ask(question.request())
            if status != OK:
                strange.append(f"{status}: {body.decode()}")
    finally:
        connection.close()
    seconds, many = _seconds(log, before), len(asked.questions)
    return Answered(asked.name, asked.goal_ms, seconds[:many], seconds[many:], strange)


def _seconds(log: Path, start: int) -> list[float]:
    lines = log.read_bytes()[start:].splitlines()
    told = [orjson.loads(line) for line in lines if line[:1] == b"{"]
    return [line["seconds"] for line in told if line["event"] == "http.answered"]
