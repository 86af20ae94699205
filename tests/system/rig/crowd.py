"""Many referrals at once, and how long each waited until casefile had opened its case."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from statistics import median
from uuid import UUID

from rig.story import Story
from rig.tables import rows
from rig.world import SECONDS, World, eventually

AT_ONCE = 8
_AT = "select key, recorded_at from events where key = any($1) and type = $2"
_OPENED = "case.opened.v1"
_ACCEPTED = "referral.accepted.v1"


async def entered(world: World, number: int) -> list[Story]:
    """Referrals of one's own, which wait for the desk."""
    stories = [Story.with_hospital(world, None) for _ in range(number)]
    await _each(stories, lambda story: story.enter())
    return stories


async def screened(stories: Iterable[Story]) -> None:
    await _each(stories, lambda story: story.screen())


@asynccontextmanager
async def let_in(world: World, every_seconds: float) -> AsyncIterator[list[Story]]:
    """As long as this lasts, one referral after the other is let in; the list grows."""
    stories, over = list[Story](), asyncio.Event()

    async def play() -> None:
        while not over.is_set():
            story = Story.with_hospital(world, None)
            await story.enter()
            await story.screen()
            stories.append(story)
            await asyncio.sleep(every_seconds)

    async with asyncio.TaskGroup() as playing:
        playing.create_task(play())
        yield stories
        over.set()


async def all_opened(stories: Sequence[Story], seconds: float = SECONDS) -> None:
    """Waits until casefile has opened a case for each of them, once."""

    async def opened() -> bool:
        found = await opened_of(stories)
        assert len(found) == len(set(found))
        return len(found) == len(stories)

    await eventually(opened, "cases were not opened", seconds)


async def opened_of(stories: Sequence[Story]) -> list[UUID]:
    """The cases that are open by now, each as often as it was opened."""
    keys = [story.id for story in stories]
    found = await rows(stories[0].world, "casefile", _AT, keys, _OPENED)
    return [row["key"] for row in found]


async def delays(stories: Sequence[Story]) -> list[float]:
    """Seconds from the desk's yes in one service's log to the case in the other's, in order."""
    keys, world = [story.id for story in stories], stories[0].world
    accepted = await rows(world, "intake", _AT, keys, _ACCEPTED)
    began = {row["key"]: row["recorded_at"] for row in accepted}
    opened = await rows(world, "casefile", _AT, keys, _OPENED)
    return sorted((row["recorded_at"] - began[row["key"]]).total_seconds() for row in opened)


def told(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and longest, as a report has them."""
    late = seconds[min(len(seconds) - 1, int(len(seconds) * 0.99))]
    return f"p50 {median(seconds):.3f} s, p99 {late:.3f} s, longest {seconds[-1]:.3f} s"


async def _each(
    stories: Iterable[Story], step: Callable[[Story], Awaitable[UUID | object]]
) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(story: Story) -> None:
        async with slots:
            await step(story)

    async with asyncio.TaskGroup() as tasks:
        for story in stories:
            tasks.create_task(one(story))
