"""One process of the benchmark: runs a round for each line it is sent, until there are no more."""

import argparse
import asyncio
import gc
import sys
from dataclasses import asdict

import orjson
import uvloop

from dev.bench import appends, bare, eventsourced, listening, posts
from dev.bench.rounds import Opened

KINDS: dict[str, Opened] = {
    "bare.pooled": bare.pooled,
    "bare.held": bare.held,
    "appends": appends.opened,
    "eventsourced": eventsourced.opened,
    "posts.saturating": posts.saturating,
    "posts.paced": posts.paced,
    "listening": listening.listening,
}


async def serve(opened: Opened, target: str) -> None:
    """A line is the seconds that a round takes; the answer is its sample."""
    async with opened(target) as run:
        _tame_collector()
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            sample = await run(float(line))
            print(orjson.dumps(asdict(sample)).decode(), flush=True)


def _tame_collector() -> None:
    """As the services do; all variants alike."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


def main() -> None:
    """The first line is the target, an address with a password: no other user sees it there."""
    parser = argparse.ArgumentParser(prog="python -m dev.bench.worker", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    given = parser.parse_args()
    uvloop.run(serve(KINDS[given.kind], sys.stdin.readline().strip()))


if __name__ == "__main__":
    main()
