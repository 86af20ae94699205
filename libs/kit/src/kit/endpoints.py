"""What a route declares: its action, and what a request for it must bring along."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Request, Response, params
from fastapi.routing import APIRoute

from kit import accesslog, idempotency, preconditions, problems
from kit.access import Principal, may
from kit.asked import Asked
from kit.calls import Call
from kit.clock import REQUEST_TIME
from kit.context import CORRELATION_ID, traceparent
from kit.edge import Edge
from kit.mistakes import repeated_parameters, unknown_parameters
from kit.problems import Problem
from kit.streams import nothing, received
from kit.vocabularies import names

_JSON = re.compile(r"application/json\s*(;.*)?", re.IGNORECASE)


class Kind(Enum):
    READ = auto()
    LIST = auto()
    ADD = auto()
    CHANGE = auto()


def reads(action: str) -> params.Depends:
    """For one record: the route asks `call.read`, which checks access and notes it; or `allow`."""
    return params.Depends(Endpoint(action, Kind.READ))


def lists(action: str) -> params.Depends:
    """For lists, counts and figures, filtered by the access rule; noted before the route runs."""
    return params.Depends(Endpoint(action, Kind.LIST))


def adds(action: str) -> params.Depends:
    """For a POST that creates a resource or adds a fact: If-Match is optional."""
    return params.Depends(Endpoint(action, Kind.ADD))


def takes(action: str) -> params.Depends:
    """For a POST whose body is no JSON but bytes, which `call.take` reads as they come in."""
    return params.Depends(Endpoint(action, Kind.ADD, streams=True))


def serves(action: str) -> params.Depends:
    """For one record whose answer is bytes, given by `kit.streams.served`; else as `reads`."""
    return params.Depends(Endpoint(action, Kind.READ, streams=True))


def changes(action: str) -> params.Depends:
    """For what changes the state of a resource: If-Match is required (428 without)."""
    return params.Depends(Endpoint(action, Kind.CHANGE))


async def allow(call: Call, also: str | None) -> None:
    """For a list that `reads` declares, as a parameter may ask for more than the rest: for `also`.

    Notes that it is read, or that this other action is forbidden to the role, and ends then.
    """
    if also and not call.may(also):
        await replace(call, action=also).note(accesslog.FORBIDDEN)
        raise problems.forbidden()
    await call.note(accesslog.ALLOWED)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The dependency that makes the call: checks the role and notes a refusal, then the headers."""

    action: str
    kind: Kind
    streams: bool = False

    async def __call__(self, request: Request, response: Response) -> Call:
        edge: Edge = request.app.state.edge
        principal: Principal = request.state.principal
        path = _path(request)
        if not may(principal, self.action, edge.access):
            refusal = accesslog.line(principal, self.action, path, accesslog.FORBIDDEN)
            await accesslog.note(edge.store, refusal)
            raise problems.forbidden()
        _known_queries(request)
        call = Call(
            edge=edge,
            action=self.action,
            principal=principal,
            now=REQUEST_TIME.get(),
            correlation_id=CORRELATION_ID.get(),
            traceparent=traceparent(request.headers.get("traceparent")),
            request=await self._asked(request, path),
            response=response,
            body=received(request) if self.streams else nothing(),
        )
        if self.kind is Kind.LIST:
            await call.note(accesslog.ALLOWED)
        accesslog.account(request.scope, call.noted)
        return call

    async def _asked(self, request: Request, path: str) -> Asked:
        body = b"" if self.streams else await request.body()
        if body and not _JSON.fullmatch(request.headers.get("content-type", "")):
            raise Problem(415, "unsupported-media-type", "The body must be application/json.")
        writes = self.kind in {Kind.ADD, Kind.CHANGE}
        return Asked(
            method=request.method,
            path=path,
            body=body,
            status=request.scope["route"].status_code or 200,
            coded=bool(words(request.scope["route"])),
            idempotency_key=idempotency.checked(
                request.headers.get("idempotency-key"), required=writes and request.method == "POST"
            ),
            if_match=preconditions.checked(
                request.headers.get("if-match"), required=self.kind is Kind.CHANGE
            ),
        )


def words(route: APIRoute) -> frozenset[str]:
    """The vocabularies that the body of a route takes codes from."""
    body: Any = route.body_field.field_info.annotation if route.body_field else None
    return names(body)


def _path(request: Request) -> str:
    """The template with its values, each id in one spelling, so that equal paths are equal."""
    template: str = request.scope["route"].path_format
    values = {name: _value(text) for name, text in request.path_params.items()}
    return template.format(**values)


def _value(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return quote(text, safe="")


def _known_queries(request: Request) -> None:
    """One misspelt, or given twice, would change the meaning of an answer without a word."""
    known = request.app.state.queries[request.method, request.scope["route"].path]
    given = Counter(name for name, _ in request.query_params.multi_items())
    unknown = given.keys() - known.keys()
    repeated = [name for name in known if given[name] > 1 and not known[name]]
    if unknown or repeated:
        raise problems.invalid([*unknown_parameters(unknown), *repeated_parameters(repeated)])
