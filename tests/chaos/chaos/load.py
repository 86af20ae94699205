"""The load: people who play the threads of cases, at once and as rivals, and people who look."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chaos.client import Mood, Over, Pace, Persistent, Refused, Tally
from chaos.timeline import Timeline
from rig.caller import Caller, Json
from rig.story import Story, fact, talk
from rig.world import PROGRAMME, World

HOSPITALS, MANAGERS = 12, 8
CONFLICTS = frozenset({409, 412})
MOST_CONFLICTS = 10
LOOK_SECONDS = 0.5
LOOKS: Sequence[tuple[str, str, str, Json]] = (
    ("desk", "intake", "/v1/candidates", {}),
    ("desk", "casefile", "/v1/cases", {}),
    ("desk", "scheduling", "/v1/deadlines", {}),
    ("operator", "notifications", "/v1/parked-keys", {}),
    ("analyst", "analytics", "/v1/figures/offers", {"programme": PROGRAMME}),
)


@dataclass(slots=True, kw_only=True)
class Load:
    """Until it is over; what was begun by then goes on until it is answered."""

    world: World
    timeline: Timeline
    seed: int
    rate: float
    tally: Tally = field(default_factory=Tally)
    _opened: asyncio.Queue[Story] = field(default_factory=asyncio.Queue)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _pace: Pace = field(init=False)

    async def begin(self) -> None:
        self._pace = Pace(self.rate)
        hospital = await self.world.hospital()
        for number in range(HOSPITALS):
            self._start(self._refer(self._mood(f"hospital {number}"), hospital))
        for number in range(MANAGERS):
            self._start(self._support(self._mood(f"manager {number}")))
        for role, service, path, query in LOOKS:
            caller = Persistent.like(self.world.caller(role), self._mood(f"look {path}"))
            self._start(self._look(caller, service, path, query))

    async def end(self, seconds: float) -> list[str]:
        """Waits for those who still ask; says what was never answered, and who failed."""
        self._pace.over = True
        done, late = await asyncio.wait(self._tasks, timeout=seconds)
        self.stop()
        await asyncio.gather(*late, return_exceptions=True)
        failed = [repr(task.exception()) for task in done if task.exception()]
        return [*failed, *(f"{asked} was never answered" for asked in self.tally.waiting.values())]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _mood(self, who: str) -> Mood:
        chance = Random(f"{self.seed} {who}")  # noqa: S311 - to be repeated
        return Mood(pace=self._pace, tally=self.tally, timeline=self.timeline, chance=chance)

    async def _refer(self, mood: Mood, hospital: Caller) -> None:
        while not self._pace.over:
            story = self._story(mood, hospital)
            with suppress(Refused, Over):
                await self._offered_and_referred(story, mood.chance)
                self._opened.put_nowait(story)

    def _story(self, mood: Mood, hospital: Caller) -> Story:
        story = Story.with_hospital(self.world, Persistent.like(hospital, mood))
        story.desk = Persistent.like(story.desk, mood)
        story.manager = Persistent.like(story.manager, mood)
        return story

    async def _offered_and_referred(self, story: Story, chance: Random) -> None:
        await story.identify()
        await story.offer()
        others = [story.offer, story.offer, story.no_response, story.decline]
        rivals = chance.sample(others, chance.randint(0, 3))
        await asyncio.gather(*map(_either_way, rivals))
        for step in (story.offer, story.accept, story.refer, story.screen):
            await self._insisting(step, final=step is not story.offer)

    async def _support(self, mood: Mood) -> None:
        while not self._pace.over:
            try:
                story = self._opened.get_nowait()
            except asyncio.QueueEmpty:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            with suppress(Refused, Over):
                await self._supported(story, mood.chance)

    async def _supported(self, story: Story, chance: Random) -> None:
        desk, manager = story.desk, story.manager
        assert isinstance(desk, Persistent)
        assert isinstance(manager, Persistent)
        await self._seen(desk, "casefile", story.case)
        await self._insisting(story.assign)
        work: list[Callable[[], Awaitable[Any]]] = [
            lambda: story.log((20, 0, 5)) for _ in range(chance.randint(0, 3))
        ]
        if chance.random() < 0.7:
            work.append(story.first_contact)
        work.append(lambda: story.track("complaint", "filed"))
        if chance.random() < 0.7:
            work.append(lambda: self._meet(story, manager))
        await asyncio.gather(*map(_either_way, work))
        if chance.random() < 0.5:
            await self._close(story, manager)

    async def _meet(self, story: Story, manager: Persistent) -> None:
        """Once scheduling has heard whose case it is."""
        place = f"{story.case}/appointments"
        await self._seen(manager, "scheduling", place)
        await manager.write("scheduling", place, talk(days=10))

    async def _seen(self, caller: Persistent, service: str, path: str) -> None:
        """Raises Over."""
        while await caller.look(service, path) is None:
            if self._pace.over:
                raise Over
            await asyncio.sleep(LOOK_SECONDS)

    async def _close(self, story: Story, manager: Persistent) -> None:
        """Names the version that it read, and reads again if it was stale."""
        for _ in range(MOST_CONFLICTS):
            seen = await manager.look("casefile", story.case)
            if seen is None:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            body, version = fact(None, reason="no-longer-needed"), seen.headers["etag"]
            try:
                await manager.write("casefile", f"{story.case}/closings", body, if_match=version)
            except Refused as refused:
                if refused.status not in CONFLICTS:
                    raise
            else:
                return

    async def _insisting(self, step: Callable[[], Awaitable[Any]], *, final: bool = True) -> None:
        """Asks anew, with another key, where somebody else came between; raises Refused."""
        for number in range(MOST_CONFLICTS):
            try:
                await step()
            except Refused as refused:
                last = number == MOST_CONFLICTS - 1
                if final and (last or not _came_between(refused)):
                    raise
                if not _came_between(refused):
                    return
            else:
                return

    async def _look(self, caller: Persistent, service: str, path: str, query: Json) -> None:
        while not self._pace.over:
            await caller.look(service, path, query)
            await asyncio.sleep(LOOK_SECONDS)


def _came_between(refused: Refused) -> bool:
    """A version conflict, and not a rule that says no."""
    return "problem:conflict" in str(refused)


async def _either_way(step: Callable[[], Awaitable[Any]]) -> None:
    with suppress(Refused, Over):
        await step()
