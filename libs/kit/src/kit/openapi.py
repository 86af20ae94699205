"""The OpenAPI document: what FastAPI says, and what holds for every route of a kind."""

from typing import Any

from fastapi import FastAPI

from kit import problems
from kit.access import AccessTable
from kit.endpoints import Endpoint, Kind
from kit.routes import Endpoints

Json = dict[str, Any]

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_ALWAYS = (401, 403, 408, 413, 422, 500, 503)
_STATUSES = {
    Kind.READ: (*_ALWAYS, 404),
    Kind.LIST: _ALWAYS,
    Kind.ADD: (*_ALWAYS, 400, 404, 409, 410, 412, 415),
    Kind.CHANGE: (*_ALWAYS, 400, 404, 409, 410, 412, 415, 428),
}
_MEANINGS = {
    400: "a header or the body cannot be read",
    401: "no valid bearer token",
    403: "the role does not allow this",
    404: "nothing here, or nothing that you may see",
    408: "the body came too slowly",
    409: "a rule says no",
    410: "the person was erased",
    412: "not the version that If-Match names",
    413: "the body is too large",
    415: "the body is not JSON",
    422: "the request has mistakes, all of them listed",
    428: "If-Match is missing",
    500: "a fault of the service",
    503: "not now; try again",
}
_RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}}
_WRITTEN = {
    "Location": {"schema": {"type": "string"}},
    "ETag": {"schema": {"type": "string"}},
    "Leidraad-Position": {"schema": {"type": "integer"}},
}


def document(app: FastAPI, endpoints: Endpoints, access: AccessTable) -> Json:
    made = FastAPI.openapi(app)
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = problems.schema()
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    for (method, path), endpoint in endpoints.items():
        operation = made["paths"][path][method.lower()]
        _describe(operation, endpoint, method)
        operation["x-roles"] = sorted(access[endpoint.action])
    return made


def _describe(operation: Json, endpoint: Endpoint, method: str) -> None:
    operation["security"] = [{"token": []}]
    operation["x-action"] = endpoint.action
    responses = operation["responses"]
    writes = endpoint.kind in {Kind.ADD, Kind.CHANGE}
    for status, response in responses.items():
        if status.startswith("2") and writes:
            response["headers"] = _WRITTEN
    for status in _STATUSES[endpoint.kind]:
        responses[str(status)] = _problem(status)
    if writes and endpoint.streams:
        binary = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {"*/*": binary}}
    headers = [_header("Idempotency-Key", required=True)] if method == "POST" else []
    if writes:
        headers.append(_header("If-Match", required=endpoint.kind is Kind.CHANGE))
    if headers:
        operation.setdefault("parameters", []).extend(headers)


def _problem(status: int) -> Json:
    content = {problems.MEDIA_TYPE: {"schema": _PROBLEM}}
    problem: Json = {"description": _MEANINGS[status].capitalize(), "content": content}
    return problem | ({"headers": _RETRY} if status == 503 else {})


def _header(name: str, *, required: bool) -> Json:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string"}}
