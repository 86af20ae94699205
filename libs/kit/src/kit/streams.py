"""Bodies and answers that are bytes: passed on as they come, within the time that they have."""

import re
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from kit.problems import Problem

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Streamed:
    """Which requests stream, by method and path."""

    routes: Collection[tuple[str, re.Pattern[str]]]

    def __contains__(self, scope: Scope) -> bool:
        return any(m == scope["method"] and path.match(scope["path"]) for m, path in self.routes)


async def _media_type(request: Request) -> str:
    """What the body is said to be, without parameters; a problem if that cannot be."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(said):
        raise Problem(415, "unsupported-media-type", "The content needs a media type.")
    return said


MediaType = Annotated[str, Depends(_media_type)]
"""What the body of a request that streams is: a parameter behind the call."""


async def received(request: Request) -> AsyncIterator[bytes]:
    """The body, block by block; a problem where it is cut short."""
    try:
        async for block in request.stream():
            yield block
    except ClientDisconnect:
        raise Problem(400, "cut-short", "The content did not arrive as a whole.") from None


async def nothing() -> AsyncIterator[bytes]:
    """The body of a request that has been read already."""
    for block in tuple[bytes, ...]():
        yield block


async def served(blocks: AsyncIterator[bytes], size: int, media_type: str) -> StreamingResponse:
    """The bytes, to be saved and not shown; raises what the first block raises."""
    first = await anext(blocks)
    return StreamingResponse(
        _all(first, blocks),
        media_type=media_type,
        headers={
            "content-length": str(size),
            "content-disposition": "attachment",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for block in rest:
        yield block
