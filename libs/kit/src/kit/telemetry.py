"""What operators see of the HTTP edge and the event loop; labels are templates and codes only."""

import asyncio
import time

import structlog
from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

REQUESTS = Histogram(
    "leidraad_http_request_seconds",
    "Requests answered, by route template",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
LOOP_LAG = Gauge("leidraad_loop_lag_seconds", "How late the event loop woke up last", ["service"])

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LAG_LOOK_SECONDS = 1.0


class Measured:
    """Middleware: counts and times each request, and writes one log line about it."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = "none"

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if scope["method"] in METHODS else "other"
            REQUESTS.labels(self._service, method, route, status).observe(seconds)
            log.info("http.answered", method=method, route=route, status=status, seconds=seconds)


async def watch_loop(service: str) -> None:
    """Measures for ever how late the event loop wakes up: nothing may hold it for long."""
    gauge = LOOP_LAG.labels(service)
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(LAG_LOOK_SECONDS)
        gauge.set(max(0.0, time.perf_counter() - asked - LAG_LOOK_SECONDS))


def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
