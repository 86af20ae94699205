"""The endpoint to compare with: same stack, same request, same answer, and nothing in between."""

import argparse
import asyncio
import gc
import signal
from datetime import datetime
from uuid import UUID

import uvloop
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from dev.port import LOOPBACK
from events.contracts.contract import Code
from kit.bodies import Body, Written
from kit.serving import serve

PATIENCE_SECONDS = 5


class Candidate(Body):
    """What a candidate is made of, checked by the same means."""

    programme: Code
    organisation: UUID | None = None
    origin: str | None = None
    occurred_at: datetime | None = None


def application() -> FastAPI:
    app = FastAPI()

    @app.post("/v1/candidates", status_code=201)
    async def create(_candidate: Candidate) -> Written:
        return Written(id=uuid7(), version=1, position=1)

    return app


async def run(port: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    await serve(application(), LOOPBACK, port, stop, PATIENCE_SECONDS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m dev.bench.empty", description=__doc__)
    parser.add_argument("port", type=int)
    uvloop.run(run(parser.parse_args().port))
