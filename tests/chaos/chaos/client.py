"""Somebody who asks over HTTP and repeats, with the same key, until the answer is definite."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, fields
from random import Random
from time import monotonic
from uuid import UUID

import httpx

from chaos.timeline import Timeline
from rig.caller import UNAVAILABLE, Caller, Json

TRY_SECONDS = 10.0
LATER = frozenset({408, 425, 429, 503})
"""Answers after which the same request is sent again."""
HANGS_UP, REPEATS = 0.03, 0.05
UNEXPECTED = 500


class Refused(Exception):
    """A definite answer that is no success: a rule or a version says no."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.status_code} {answer.text}")
        self.status = answer.status_code


class Over(Exception):
    """Nothing new is begun any more."""


@dataclass(slots=True)
class Pace:
    """Lets so many a second begin, over all clients, until it is over."""

    rate: float
    over: bool = False
    _next: float = 0.0

    async def turn(self) -> None:
        """Raises Over."""
        if self.over:
            raise Over
        now = monotonic()
        self._next = max(self._next, now) + 1 / self.rate
        await asyncio.sleep(max(self._next - 1 / self.rate - now, 0))


@dataclass(slots=True)
class Tally:
    """`waiting` are requests without a definite answer; `unexpected` answers nobody should get."""

    begun: int = 0
    tries: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    waiting: dict[str, str] = field(default_factory=dict)
    unexpected: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """What all who ask in one campaign share, and the chance that is their own."""

    pace: Pace
    tally: Tally
    timeline: Timeline
    chance: Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistent(Caller):
    """Never gives a request up; sometimes waits for no answer, or asks once more than is needed."""

    mood: Mood

    @classmethod
    def like(cls, caller: Caller, mood: Mood) -> "Persistent":
        given = {own.name: getattr(caller, own.name) for own in fields(caller)}
        return cls(**given, mood=mood)

    async def write(
        self, service: str, path: str, body: Json, *, if_match: str | None = None
    ) -> Json:
        """Raises Refused, and Over before anything is asked."""
        mood = self.mood
        await mood.pace.turn()
        key = str(UUID(int=mood.chance.getrandbits(128)))
        mood.tally.begun += 1
        mood.tally.waiting[key] = f"POST {path} of {service}"
        while True:
            answer = await self._tried(service, path, body, key, if_match)
            if answer is not None and mood.chance.random() > REPEATS:
                del mood.tally.waiting[key]
                return _content(answer)
            await asyncio.sleep(mood.chance.uniform(0.05, 0.5))

    async def look(
        self, service: str, path: str, query: Json | None = None
    ) -> httpx.Response | None:
        """A GET, once; None if it had no success."""
        try:
            async with asyncio.timeout(TRY_SECONDS):
                answer = await self.ask(service, path, query)
        except (TimeoutError, httpx.TransportError):
            return None
        definite = self._definite(service, path, answer)
        return answer if definite and answer.is_success else None

    async def _tried(
        self, service: str, path: str, body: Json, key: str, if_match: str | None
    ) -> httpx.Response | None:
        chance = self.mood.chance
        self.mood.tally.tries += 1
        patience = chance.uniform(0, 0.05) if chance.random() < HANGS_UP else TRY_SECONDS
        try:
            async with asyncio.timeout(patience):
                answer = await self.send(service, path, body, key=key, if_match=if_match)
        except (TimeoutError, httpx.TransportError):
            return None
        return answer if self._definite(service, path, answer) else None

    def _definite(self, service: str, path: str, answer: httpx.Response) -> bool:
        status, tally = answer.status_code, self.mood.tally
        tally.answers[status] += 1
        if answer.is_success:
            began = monotonic() - answer.elapsed.total_seconds()
            self.mood.timeline.lived(f"{service}.api", began)
        asked = f"{answer.request.method} {path} of {service}"
        if status >= UNEXPECTED and status not in LATER:
            tally.unexpected.append(f"{asked} was answered with {status}: {answer.text}")
        if status == UNAVAILABLE and "retry-after" not in answer.headers:
            tally.unexpected.append(f"{asked} was answered with 503, and does not say for how long")
        return status < UNEXPECTED and status not in LATER


def _content(answer: httpx.Response) -> Json:
    if not answer.is_success:
        raise Refused(answer)
    content: Json = answer.json()
    return content
