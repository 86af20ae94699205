"""HTTP servers inside a process that has its own signals and its own order of stopping."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

BACKLOG = 2048
IDLE_SECONDS = 75
"""Longer than clients and load balancers keep an idle connection: else a request may be sent into
one that is closed just then, and gets no answer."""


class PortTaken(Exception):
    """Somebody else listens there."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The process minds the signals: it has more to stop than a server."""
        yield


async def serve(
    app: FastAPI, host: str, port: int, stop: asyncio.Event, patience_seconds: int
) -> None:
    """Serves until `stop` is set; then accepts nothing new, and finishes what it began."""
    config = uvicorn.Config(
        app,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=patience_seconds,
    )
    server = _Server(config)
    listening = _listen(host, port)
    async with asyncio.TaskGroup() as tasks:
        stopping = tasks.create_task(_stop(server, stop))
        await server.serve(sockets=[listening])
        stopping.cancel()
    while running := getattr(app.state, "running", None):
        await asyncio.wait(running)


async def _stop(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise PortTaken(
            f"Port {port} of {host} cannot be used: {os.strerror(error.errno or 0)}."
        ) from None
