"""Everything that is not 2xx is one kind of document: application/problem+json (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from events.contents import TooLarge
from events.decider import Invalid, Rejected
from events.failures import code_of
from events.store import Erased, Unavailable, Unwritable, VersionConflict
from kit.mistakes import Mistake, mistakes, unreadable

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
TYPE = "urn:leidraad:problem:"
RETRY = {"retry-after": "1"}
"""Part of every 503: seconds after which to ask again."""


class Problem(Exception):
    """An answer that is not 2xx: `code` is stable for programs, `detail` a sentence for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mistake] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = (RETRY if status == 503 else {}) | dict(headers or {})

    def response(self) -> Response:
        document: dict[str, Any] = {
            "type": TYPE + self.code,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = self.errors
        return Response(
            orjson.dumps(document),
            self.status,
            headers={**self.headers, "cache-control": "no-store"},
            media_type=MEDIA_TYPE,
        )


def not_found() -> Problem:
    """The same for what does not exist and for what the caller may not know of."""
    return Problem(404, "not-found", "There is nothing here, or nothing that you may see.")


def forbidden() -> Problem:
    return Problem(403, "forbidden", "Your role does not allow this.")


def unauthorised(detail: str) -> Problem:
    challenge = {"www-authenticate": 'Bearer realm="leidraad", error="invalid_token"'}
    return Problem(401, "unauthorised", detail, headers=challenge)


def unavailable() -> Problem:
    return Problem(
        503,
        "unavailable",
        "This cannot be answered now; the same request may succeed in a moment.",
    )


def filling() -> Problem:
    return Problem(
        503,
        "filling",
        "What this is read from is being filled after an upgrade, and lacks records until then.",
    )


def invalid(errors: Sequence[Mistake]) -> Problem:
    return Problem(422, "invalid", "The request has mistakes; each is listed.", errors=errors)


def unexpected() -> Problem:
    return Problem(500, "unexpected", "Something went wrong here; it has been noted.")


def _of_framework(error: HTTPException) -> Problem:
    match error.status_code:
        case 404:
            problem = not_found()
        case 400:
            problem = invalid([unreadable()])
        case status:
            phrase = HTTPStatus(status).phrase
            problem = Problem(status, phrase.lower().replace(" ", "-"), f"{phrase}.")
    problem.headers = {**problem.headers, **(error.headers or {})}
    return problem


def _of_domain(error: Exception) -> Problem:
    match error:
        case Invalid(errors=errors):
            return invalid([{"pointer": f"#/{field}", "detail": said} for field, said in errors])
        case Rejected(code=code, detail=detail):
            return Problem(409, code, detail)
        case VersionConflict():
            return Problem(409, "conflict", "Someone else changed this meanwhile; try again.")
        case Erased():
            return Problem(410, "erased", "The person's data were erased; nothing is stored again.")
        case TooLarge(most=most):
            detail = f"The content may have at most {most} bytes."
            return Problem(413, "body-too-large", detail, headers={"connection": "close"})
        case Unwritable():
            return Problem(422, "unwritable", "The request holds characters that cannot be kept.")
        case _:
            return unavailable()


def install(app: FastAPI) -> None:
    """Makes every error of the application, the framework's own among them, a problem document."""

    async def answer(_request: Request, error: Exception) -> Response:
        if isinstance(error, Unavailable):
            log.warning("http.unavailable", reason=code_of(error.__cause__ or error))
        return _problem(error).response()

    domain = (Rejected, VersionConflict, Erased, TooLarge, Unwritable, Unavailable)
    for kind in (Problem, HTTPException, RequestValidationError, *domain):
        app.add_exception_handler(kind, answer)


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case HTTPException():
            return _of_framework(error)
        case RequestValidationError():
            return invalid(mistakes(error.errors()))
        case _:
            return _of_domain(error)


def schema() -> Mapping[str, Any]:
    """The problem document as OpenAPI describes it."""
    text = {"type": "string"}
    mistake = {
        "type": "object",
        "required": ["detail"],
        "properties": {"pointer": text, "parameter": text, "detail": text},
    }
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "errors": {"type": "array", "items": mistake},
        },
    }
