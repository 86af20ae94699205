"""The parts of a service that its routes use (programmes, vault, views), put together once."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from fastapi import Request, params

from events.contents import Contents
from events.vault import Vault

T = TypeVar("T")
Parts = Mapping[type[Any], Any]
"""The parts by their type."""


def part(kind: type[T]) -> params.Depends:
    """The part of this type that the service was composed with, as a dependency of a route."""

    async def find(request: Request) -> T:
        found: T = request.app.state.parts[kind]
        return found

    return params.Depends(find)


TheVault = Annotated[Vault, part(Vault)]
TheContents = Annotated[Contents, part(Contents)]
