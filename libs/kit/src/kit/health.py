"""Whether a process lives and is ready, and its metrics: open to the cluster, without a token."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse

from kit import problems, telemetry
from kit.problems import Problem

log = structlog.get_logger()

Check = Callable[[], Awaitable[object]]
"""Returns if a part that the process needs is there, raises if not."""

CHECK_SECONDS = 2.0


def router(checks: Mapping[str, Check]) -> APIRouter:
    health = APIRouter(include_in_schema=False)

    @health.get("/healthz")
    async def alive() -> Response:
        return JSONResponse({"status": "alive"})

    @health.get("/readyz")
    async def ready() -> Response:
        passed = await asyncio.gather(*(_passes(name, check) for name, check in checks.items()))
        if all(passed):
            return JSONResponse({"status": "ready"})
        missing = ", ".join(n for n, ok in zip(checks, passed, strict=True) if not ok)
        raise Problem(503, "not-ready", f"Not there: {missing}.")

    @health.get("/metrics")
    async def metrics() -> Response:
        return telemetry.metrics()

    return health


async def _passes(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except Exception as error:  # noqa: BLE001  whatever it is, the part is not there
        log.warning("health.missing", part=name, error=type(error).__name__)
        return False
    return True


def health_app(checks: Mapping[str, Check]) -> FastAPI:
    """All that a process without an API of its own serves."""
    app = FastAPI(openapi_url=None)
    problems.install(app)
    app.include_router(router(checks))
    return app
