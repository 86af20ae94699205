"""The port of what is too large for the database, and a folder on disk behind it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from events.store import Unavailable

log = structlog.get_logger()

T = TypeVar("T")
BLOCK_BYTES = 256 * 1024


class Missing(Exception):
    """There is no such object."""


class Objects(Protocol):
    """Objects by two ids; all implementations pass `tests/events/test_objects.py`."""

    async def put(self, key: UUID, id_: UUID, blocks: AsyncIterator[bytes]) -> None:
        """Keeps all of it for good, or nothing where the blocks end in an error."""
        ...

    def get(self, key: UUID, id_: UUID) -> AsyncIterator[bytes]:
        """The object, block by block; raises Missing or Unavailable."""
        ...


class MemoryObjects:
    """The twin in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[UUID, UUID], bytes] = {}

    async def put(self, key: UUID, id_: UUID, blocks: AsyncIterator[bytes]) -> None:
        self.kept[key, id_] = b"".join([block async for block in blocks])

    async def get(self, key: UUID, id_: UUID) -> AsyncIterator[bytes]:
        if (key, id_) not in self.kept:
            raise Missing
        yield self.kept[key, id_]


class FolderObjects:
    """One file per object in one folder per key, below a folder that is there already.

    Names are made of ids alone, so none leads elsewhere. Without a folder all is Unavailable.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    async def put(self, key: UUID, id_: UUID, blocks: AsyncIterator[bytes]) -> None:
        place = self._place(key, id_)
        part = place.with_suffix(f".{uuid7()}.part")
        beginning = asyncio.ensure_future(_tried(_begin, part))
        try:
            file = await asyncio.shield(beginning)
            async for block in blocks:
                await _tried(file.write, block)
            await _tried(_finish, file, part, place)
        finally:
            # What a killed process leaves is a part, which nothing ever reads.
            await _tried(_leave, await beginning, part)

    async def get(self, key: UUID, id_: UUID) -> AsyncIterator[bytes]:
        file = await _tried(_open, self._place(key, id_))
        try:
            while block := await _tried(file.read, BLOCK_BYTES):
                yield block
        finally:
            file.close()

    def _place(self, key: UUID, id_: UUID) -> Path:
        if self._folder is None or not self._folder.is_dir():
            raise Unavailable
        return self._folder / str(key) / str(id_)


async def _tried(do: Callable[..., T], *arguments: object) -> T:
    """In a thread of its own: a disk may be slow, full or gone."""
    try:
        return await asyncio.to_thread(do, *arguments)
    except FileNotFoundError:
        raise Missing from None
    except OSError as error:
        log.warning("objects.unavailable", reason=type(error).__name__, errno=error.errno)
        raise Unavailable from error


def _begin(part: Path) -> BinaryIO:
    part.parent.mkdir(exist_ok=True)
    return part.open("xb")


def _open(place: Path) -> BinaryIO:
    return place.open("rb")


def _finish(file: BinaryIO, part: Path, place: Path) -> None:
    """On disk with its name before anybody is told of it."""
    file.flush()
    os.fsync(file.fileno())
    part.replace(place)
    for folder in (place.parent, place.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _leave(file: BinaryIO, part: Path) -> None:
    file.close()
    part.unlink(missing_ok=True)
