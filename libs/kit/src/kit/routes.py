"""The routes of a service, checked before it starts: each declares an action that is known."""

from collections.abc import Mapping, Sequence
from typing import get_origin

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from kit.access import AccessTable
from kit.endpoints import Endpoint, Kind, words
from kit.streams import Streamed
from kit.vocabularies import Vocabularies

Endpoints = Mapping[tuple[str, str], Endpoint]
"""What is declared, by method and path template."""

_KINDS = {
    "GET": {Kind.READ, Kind.LIST},
    "POST": {Kind.ADD, Kind.CHANGE},
    "PUT": {Kind.CHANGE},
    "PATCH": {Kind.CHANGE},
    "DELETE": {Kind.CHANGE},
}


class Undeclared(Exception):
    """A route is open to nobody knows whom, or takes any word; the service must not start."""


def endpoints(
    routers: Sequence[APIRouter], access: AccessTable, vocabularies: Vocabularies
) -> Endpoints:
    for router in routers:
        for route in map(_api_route, router.routes):
            _require_words(route, vocabularies)
    return {
        (method, route.path): _endpoint(route, method, access)
        for router in routers
        for route in map(_api_route, router.routes)
        for method in route.methods or ()
    }


def streamed(routers: Sequence[APIRouter], declared: Endpoints) -> Streamed:
    """The routes that pass bytes on as they come."""
    routes = (route for router in routers for route in map(_api_route, router.routes))
    asked = ((method, route) for route in routes for method in route.methods or ())
    return Streamed(
        [(m, route.path_regex) for m, route in asked if declared[m, route.path].streams]
    )


def queries(routers: Sequence[APIRouter]) -> Mapping[tuple[str, str], Mapping[str, bool]]:
    """By method and path template, the query parameters that a route knows.

    True are those that may be given more than once: sequences.
    """
    return {
        (method, route.path): _queries(route.dependant)
        for router in routers
        for route in map(_api_route, router.routes)
        for method in route.methods or ()
    }


def _queries(dependant: Dependant) -> dict[str, bool]:
    known = {
        parameter.alias: get_origin(parameter.field_info.annotation) is Sequence
        for parameter in dependant.query_params
    }
    for dependency in dependant.dependencies:
        known |= _queries(dependency)
    return known


def _api_route(route: object) -> APIRoute:
    if not isinstance(route, APIRoute):
        raise Undeclared(f"{route} is no plain route: give each router to the application itself")
    return route


def _require_words(route: APIRoute, vocabularies: Vocabularies) -> None:
    for name in words(route):
        try:
            vocabularies(name)
        except LookupError:
            raise Undeclared(f"{route.path}: no programme has {name}") from None


def _endpoint(route: APIRoute, method: str, access: AccessTable) -> Endpoint:
    name = f"{method} {route.path}"
    declared = [d.call for d in route.dependant.dependencies if isinstance(d.call, Endpoint)]
    if len(declared) != 1:
        raise Undeclared(f"{name} must declare its action by one of reads, lists, adds, changes")
    [endpoint] = declared
    if endpoint.action not in access:
        raise Undeclared(f"{name}: the access table does not know {endpoint.action}")
    if endpoint.kind not in _KINDS.get(method, set()):
        raise Undeclared(f"{name}: {endpoint.kind.name.lower()} is not what {method} is for")
    return endpoint
