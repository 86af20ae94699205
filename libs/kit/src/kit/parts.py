"""The parts of a service that its routes use, such as the vault, put together in one place."""

from typing import Any, TypeVar

from fastapi import Depends, Request

T = TypeVar("T")


def part(kind: type[T]) -> Any:  # noqa: ANN401 - FastAPI's Depends is Any
    """The part of this type that the service was composed with, as a dependency of a route."""

    def find(request: Request) -> T:
        found: T = request.app.state.parts[kind]
        return found

    return Depends(find)
