"""The first part: our append beside bare inserts and beside the `eventsourcing` library."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from dev.bench.campaign import Campaign, Say, Turn
from dev.bench.crew import crew
from dev.bench.durability import SERVER, durability
from dev.bench.figures import Figure, measures, others, ratio
from dev.bench.outcome import Outcome
from dev.bench.variants import APPEND, APPEND_4, BARE, HELD, LIBRARY, VARIANTS
from dev.postgres import postgres
from dev.run import run_folder

ONE = (
    "one batch is under way at a time, so the server waits while the process makes the next one,"
    " and the process while the server writes: see the CPU of both, of which half a machine is used"
)
FOUR = (
    "an append costs the server less than a bare insert, though it keeps version, position, author"
    " and four indexes; callers and server share the processors, and four use nearly all of them"
)
POOL = (
    "asyncpg's pool sends a second statement after each use, which resets the connection; callers"
    " that keep a connection and a prepared statement for themselves are spared it"
)


async def appending(rounds: int, seconds: float, say: Say) -> Outcome:
    with run_folder("bench") as folder:
        return await _appending(folder, rounds, seconds, say)


async def _appending(folder: Path, rounds: int, seconds: float, say: Say) -> Outcome:
    """Each variant has a database of its own on one durable server."""
    async with postgres(folder, settings=SERVER) as server, AsyncExitStack() as stack:
        shown = await durability(server.url())
        say(", ".join(f"{name} {value}" for name, value in shown.items()))
        urls = {v.name: await server.create_database(v.kind + str(v.size)) for v in VARIANTS}
        crews = {}
        for variant in VARIANTS:
            await variant.prepare(urls[variant.name])
            crews[variant.name] = await stack.enter_async_context(
                crew(variant.kind, urls[variant.name], variant.size)
            )
        campaign = Campaign()
        await campaign.run(crews, rounds, seconds, say)
        await stack.aclose()
        return Outcome(
            server=shown,
            figures=figures(campaign.turns),
            mistakes=[*campaign.failed(), *await _mistakes(campaign, urls)],
        )


async def _mistakes(campaign: Campaign, urls: dict[str, str]) -> list[str]:
    return [
        f"{variant.name}: {mistake}"
        for variant in VARIANTS
        for mistake in await variant.check(
            urls[variant.name], campaign.acknowledged.get(variant.name, {})
        )
    ]


def figures(turns: Sequence[Turn]) -> Sequence[Figure]:
    ratios = [
        ratio(turns, APPEND, BARE, goal=2.0, note=ONE),
        ratio(turns, APPEND_4, BARE, goal=2.5, note=FOUR),
        ratio(turns, APPEND, LIBRARY, goal=15.0),
        ratio(turns, APPEND, HELD),
        ratio(turns, APPEND_4, HELD),
        ratio(turns, HELD, BARE, note=POOL),
    ]
    return [*ratios, *(f for v in VARIANTS for f in measures(turns, v.name)), others(turns)]
