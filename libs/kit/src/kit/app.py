"""Makes the HTTP application of a service out of its routers."""

from collections.abc import Mapping, Sequence
from functools import cache

from fastapi import APIRouter, FastAPI

from kit import health, openapi, problems
from kit.accesslog import Accounted
from kit.auth import Authenticator
from kit.authentication import Authenticated
from kit.buffering import Buffered, Running
from kit.context import RequestContext
from kit.edge import Edge
from kit.parts import Parts
from kit.routes import endpoints, queries, streamed
from kit.settings import Settings
from kit.telemetry import Measured


def create_app(
    name: str,
    *,
    routers: Sequence[APIRouter],
    edge: Edge,
    authenticator: Authenticator,
    settings: Settings,
    checks: Mapping[str, health.Check],
    parts: Parts,
) -> FastAPI:
    """Raises Undeclared if a route does not say who may call it, or takes unknown words."""
    declared = endpoints(routers, edge.access, edge.vocabularies)
    running: Running = set()
    app = FastAPI(title=name, version="1", redirect_slashes=False, docs_url=None, redoc_url=None)
    app.state.edge = edge
    app.state.parts = parts
    app.state.running = running
    problems.install(app)
    for router in (health.router(checks), *routers):
        app.include_router(router)
    described = cache(lambda: openapi.document(app, declared, edge.access))
    app.openapi = described  # type: ignore[method-assign]
    app.state.queries = queries(routers)
    app.add_middleware(Accounted)
    streams = streamed(routers, declared)
    app.add_middleware(Buffered, running=running, settings=settings, streamed=streams)
    app.add_middleware(Authenticated, authenticator=authenticator)
    app.add_middleware(Measured, service=name)
    app.add_middleware(RequestContext, clock=edge.clock)
    return app
