"""The third part: all views of analytics made anew from a long log, each by a process."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import psutil

from dev.bench.campaign import Say, calm
from dev.bench.durability import SERVER, durability
from dev.bench.fetching import views_of
from dev.bench.figures import Figure
from dev.bench.lives import fill
from dev.bench.outcome import Outcome
from dev.stack import Stack, stack
from events.store import Json

SERVICE = "analytics"
ALL = "rebuild of all views at once"
MOST_SECONDS = 3600.0
LOOK_SECONDS = 0.05
NOTE = "events of the log by the time of the view that takes longest; a case has twelve events"


@dataclass(slots=True)
class Rebuilds:
    """What the rebuilds of one round said of themselves, and the most memory that one had."""

    told: list[Json] = field(default_factory=list)
    most_bytes: int = 0


async def rebuilding(events: int, rounds: int, say: Say) -> Outcome:
    async with stack(
        "bench", ports={SERVICE: 0}, environment="test", kinds=(), database=SERVER, say=say
    ) as whole:
        url = whole.servers.databases.urls[SERVICE]
        shown = await durability(url)
        written = await fill(url, events)
        say(f"{written:,} events written")
        views = await views_of(url)
        done: list[Rebuilds] = []
        while len(done) < rounds:
            done.append(await _measured(whole, views, len(done) * len(views)))
            say(_said(len(done), written, done[-1]))
        return Outcome(server=shown, figures=_figures(written, done), mistakes=_mistakes(done))


async def _measured(whole: Stack, views: Sequence[str], before: int) -> Rebuilds:
    await calm()
    round_, over = Rebuilds(), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch(round_, over))
        runs = [whole.run(SERVICE, "rebuild", view, seconds=MOST_SECONDS) for view in views]
        await asyncio.gather(*runs)
        over.set()
    round_.told = _rebuilt(whole.folder / f"{SERVICE}.rebuild.log")[before:]
    return round_


async def _watch(round_: Rebuilds, over: asyncio.Event) -> None:
    while not over.is_set():
        sizes = [_bytes(process) for process in psutil.Process(os.getpid()).children()]
        round_.most_bytes = max(round_.most_bytes, *sizes, 0)
        await asyncio.sleep(LOOK_SECONDS)


def _bytes(process: psutil.Process) -> int:
    """Of a process that makes a view anew; nothing of another, or of one that has ended."""
    try:
        rebuilds = "rebuild" in process.cmdline()
        return int(process.memory_info().rss) if rebuilds else 0
    except psutil.Error:
        return 0


def _rebuilt(log: Path) -> list[Json]:
    lines = [orjson.loads(line) for line in log.read_bytes().splitlines() if line[:1] == b"{"]
    return [line for line in lines if line["event"] == "view.rebuilt"]


def _rate(events: int, seconds: float) -> float:
    return events / seconds


def _figures(events: int, done: Sequence[Rebuilds]) -> list[Figure]:
    longest = [max(line["seconds"] for line in round_.told) for round_ in done]
    memory = [round_.most_bytes / 1e6 for round_ in done]
    views = sorted({line["view"] for round_ in done for line in round_.told})
    return [
        Figure(name=ALL, unit="1/s", rounds=[_rate(events, s) for s in longest], note=NOTE),
        *(
            Figure(name=f"rebuild of {view}", unit="1/s", rounds=_rates(events, done, view))
            for view in views
        ),
        Figure(name="memory of a rebuild, most", unit="MB", rounds=memory),
        Figure(name="events rebuilt", unit="", rounds=[float(events)]),
    ]


def _rates(events: int, done: Sequence[Rebuilds], view: str) -> list[float]:
    told = [line for round_ in done for line in round_.told if line["view"] == view]
    return [_rate(events, line["seconds"]) for line in told]


def _mistakes(done: Sequence[Rebuilds]) -> list[str]:
    """A view that is made anew from the same log is the same."""
    return [
        f"{line['view']}: {line['differing']} rows differ from those of the round before"
        for round_ in done
        for line in round_.told
        if line["differing"]
    ]


def _said(number: int, events: int, round_: Rebuilds) -> str:
    rates = ", ".join(f"{t['view']} {_rate(events, t['seconds']):,.0f}/s" for t in round_.told)
    return f"round {number}: {rates}; at most {round_.most_bytes / 1e6:.0f} MB"
