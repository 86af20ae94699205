"""What the simulated parts share: time, chance, weather, and a record of what happened."""

import random
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

import stamina
import structlog
from uuid_utils import compat

from checker.evidence import Disturbed
from events import commands, vault
from events.testing import NOW
from simulation.loop import PROCESS, SeededLoop

LAST_STEPS = 40
CONNECTS = 3
HELD = 32
"""More events than what is held at an instant may still bring about before it is begun again."""


class Fate(Enum):
    """What becomes of a call to a server."""

    CALM = auto()
    SLOW = auto()
    REQUEST_LOST = auto()
    ANSWER_LOST = auto()
    LATE = auto()
    """The caller gives up, and some time later it is done all the same."""


@dataclass(frozen=True, slots=True)
class Climate:
    """How bad it gets in a run: chances per call, and seconds between blows."""

    slow: float
    lost: float
    late: float
    deaf: float
    poison: int
    blows_seconds: float
    look_seconds: float
    replicas: int

    @classmethod
    def of(cls, chance: random.Random) -> "Climate":
        return cls(
            slow=chance.choice([0.05, 0.2, 0.5]),
            lost=chance.choice([0, 0.01, 0.03]),
            late=chance.choice([0, 0.005, 0.02]),
            deaf=chance.choice([0, 0.5]),
            poison=chance.choice([0, 13, 5]),
            blows_seconds=chance.choice([0.5, 1.0, 2.5]),
            look_seconds=chance.choice([0.5, 1.0, 2.0]),
            replicas=chance.choice([1, 1, 2]),
        )


class World:
    """One run. `storm` says whether faults happen; its end is the beginning of the calm."""

    def __init__(self, seed: int, loop: SeededLoop) -> None:
        self.seed = seed
        self.loop = loop
        self.chance = random.Random(seed + 1)  # noqa: S311 - to be repeatable is what it is for
        self.climate = Climate.of(self.chance)
        self.storm = True
        self.shift = timedelta()
        self.down: set[str] = set()
        self.length: Callable[[], int] = lambda: 0
        self.disturbed: list[Disturbed] = []
        self.happened: deque[str] = deque(maxlen=LAST_STEPS)
        self.counted = Counter[str]()
        self._ids = random.Random(seed + 2)  # noqa: S311 - as above

    def id(self) -> UUID:
        return UUID(int=self._ids.getrandbits(128))

    def clock(self) -> datetime:
        return NOW + self.shift + timedelta(seconds=self.loop.time())

    def note(self, text: str) -> None:
        process = PROCESS.get(None)
        line = f"{self.loop.steps:>7} {self.loop.time():8.3f} {process.name if process else '-'}"
        self.happened.append(f"{line} {text}")
        self.loop.sum_up(text)

    def struck(self, blow: str, text: str) -> None:
        """Notes a blow that fell, and counts those of its kind."""
        self.counted[blow] += 1
        self.note(text)

    def disturb(self, process: str) -> None:
        """What this process has begun with mails may end half way, or had just now."""
        if process.startswith("notifications"):
            self.disturbed.append(Disturbed(self.length(), self.length()))

    def step(self, by: timedelta) -> None:
        """All clocks step, those of the stores too: leases end, and what is held is begun again."""
        self.shift += by
        self.disturbed.append(Disturbed(self.length(), self.length() + HELD))

    def fate(self, server: str) -> Fate:
        drawn = self.chance.random()
        climate = self.climate
        if server in self.down:
            return Fate.REQUEST_LOST
        if not self.storm:
            return Fate.SLOW if drawn < climate.slow / 5 else Fate.CALM
        for share, fate in (
            (climate.late, Fate.LATE),
            (climate.lost, Fate.REQUEST_LOST),
            (climate.lost, Fate.ANSWER_LOST),
            (climate.slow, Fate.SLOW),
        ):
            drawn -= share
            if drawn < 0:
                return fate
        return Fate.CALM

    def poisoned(self, id_: UUID, rest: int) -> bool:
        """Whether this version of the code cannot handle the event; the next one can."""
        return self.storm and self.climate.poison > 0 and id_.int % self.climate.poison == rest

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Ids come from the seed, and what the code logs is noted instead of printed."""
        processors: list[Callable[..., Any]] = structlog.get_config()["processors"]
        before = list(processors)
        processors[:] = [self._hear]
        ids = {module: module.uuid7 for module in (commands, vault)}
        for module in ids:
            module.uuid7 = self.id  # type: ignore[attr-defined]
        try:
            with stamina.set_testing(True, attempts=CONNECTS):  # it would wait by the wall's clock
                yield
        finally:
            processors[:] = before
            for module in ids:
                module.uuid7 = compat.uuid7  # type: ignore[attr-defined]

    def _hear(
        self, _logger: object, _level: str, line: MutableMapping[str, Any]
    ) -> Mapping[str, Any]:
        said = ("service", "group", "view", "kind", "reason", "at")
        self.counted[line["event"]] += 1
        self.note(f"{line['event']} {' '.join(str(line[k]) for k in said if k in line)}")
        raise structlog.DropEvent
