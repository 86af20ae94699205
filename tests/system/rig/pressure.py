"""Users who go on asking a service in trouble, and what each was answered after how long."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from rig.caller import UNAVAILABLE, Caller, problem
from rig.effects import Outcomes

ANSWER_SECONDS = 8.0
"""What is promised is 2.5; a machine with two cores does other things too."""
PAUSE_SECONDS = 0.1


@dataclass(slots=True, kw_only=True)
class Pressure:
    """A third write, a third read one record, a third a list."""

    outcomes: Outcomes
    reader: Caller
    record: str
    """The path of the record that is read."""
    keys: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: dict[str, set[int]] = field(default_factory=dict)

    @property
    def longest(self) -> float:
        return max(max(taken) for taken in self.seconds.values())

    async def last(self, seconds: float, users: int) -> None:
        """Everybody asks again and again; an answer that does not come in time is a fault."""
        ways: Mapping[str, Callable[[], Awaitable[int]]] = {
            "write": self._write,
            "read": lambda: self._ask(self.record),
            "list": lambda: self._ask("/v1/referrals"),
            "healthz": lambda: self._ask("/healthz"),
            "readyz": lambda: self._ask("/readyz"),
        }
        end = time.monotonic() + seconds
        names = [*ways][:3] * (users // 3) + [*ways][3:]
        await asyncio.gather(*(self._go_on(name, ways[name], end) for name in names))

    async def _go_on(self, name: str, way: Callable[[], Awaitable[int]], end: float) -> None:
        while time.monotonic() < end:
            began = time.monotonic()
            async with asyncio.timeout(ANSWER_SECONDS):
                status = await way()
            self.seconds.setdefault(name, []).append(time.monotonic() - began)
            self.statuses.setdefault(name, set()).add(status)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _write(self) -> int:
        key = str(uuid4())
        self.keys.append(key)
        return await self.outcomes.send(key)

    async def _ask(self, path: str) -> int:
        """A 503 is a problem document that says when to come again."""
        answer = await self.reader.ask("intake", path)
        if answer.status_code == UNAVAILABLE:
            problem(answer)
        return answer.status_code
