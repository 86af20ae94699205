"""Contents of documents: encrypted as they stream into the object store, and out of it again."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag

from events.objects import BLOCK_BYTES, Missing, Objects
from events.store import Sealed, Unavailable
from events.vault import PersonKey, Vault

log = structlog.get_logger()

_EXTRA = 28
"""By how many bytes encryption makes a block longer: a nonce and a tag."""


class TooLarge(Exception):
    """The content has more bytes than are taken."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} bytes")
        self.most = most


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is known of a content without reading it; `sha256` is that of its bytes."""

    size: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Keeps contents of at most `most` bytes, each under an id that says nothing of it.

    A content is there once its record is in the vault; an object without one is of no effect.
    """

    objects: Objects
    vault: Vault
    most: int

    async def put(
        self, person: UUID, id_: UUID, plain: AsyncIterator[bytes], media_type: str
    ) -> tuple[Content, tuple[Sealed, ...]]:
        """Keeps the object; its record is for the write set.

        Raises TooLarge, Erased or Unavailable.
        """
        key, counted = await self.vault.key(person), Counted(plain, self.most)
        await self.objects.put(person, id_, _encrypted(key, id_, counted.blocks()))
        content = counted.content(media_type)
        fields = {
            "size": str(content.size),
            "sha256": content.sha256,
            "mediaType": content.media_type,
        }
        return content, key.seal(id_, fields)

    async def measured(self, plain: AsyncIterator[bytes], media_type: str) -> Content:
        """What `put` would say of it; nothing is kept."""
        counted = Counted(plain, self.most)
        async for _ in counted.blocks():
            pass
        return counted.content(media_type)

    async def about(self, person: UUID, id_: UUID) -> Content | None:
        """Raises Erased."""
        known = await self.vault.open(person, id_)
        if known.keys() != {"size", "sha256", "mediaType"}:
            return None
        return Content(
            size=int(known["size"]), sha256=known["sha256"], media_type=known["mediaType"]
        )

    async def get(self, person: UUID, id_: UUID) -> AsyncIterator[bytes]:
        """Raises Erased, and Unavailable where the object is gone or is another one."""
        key, number = await self.vault.key(person), 0
        try:
            async for block, last in _cut(self.objects.get(person, id_), BLOCK_BYTES + _EXTRA):
                yield key.decrypted(id_, _name(number, last=last), block)
                number += 1
        except (Missing, InvalidTag) as damage:
            log.warning("contents.damaged", content=str(id_), reason=type(damage).__name__)
            raise Unavailable from None


class Counted:
    """Counts what passes, and refuses more than is taken."""

    def __init__(self, plain: AsyncIterator[bytes], most: int) -> None:
        self._plain = plain
        self._most = most
        self._size = 0
        self._digest = hashlib.sha256()

    async def blocks(self) -> AsyncIterator[bytes]:
        async for block in self._plain:
            self._size += len(block)
            if self._size > self._most:
                raise TooLarge(self._most)
            self._digest.update(block)
            yield block

    def content(self, media_type: str) -> Content:
        return Content(size=self._size, sha256=self._digest.hexdigest(), media_type=media_type)


async def _encrypted(
    key: PersonKey, id_: UUID, plain: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    number = 0
    async for block, last in _cut(plain, BLOCK_BYTES):
        yield key.encrypted(id_, _name(number, last=last), block)
        number += 1


def _name(number: int, *, last: bool) -> str:
    """Bound to each block: none can be left out, moved, or taken for the end."""
    return f"content:{number}:{'last' if last else 'more'}"


async def _cut(blocks: AsyncIterator[bytes], size: int) -> AsyncIterator[tuple[bytes, bool]]:
    """Blocks of one size, and whether each is the last, which may be shorter."""
    rest = bytearray()
    async for block in blocks:
        rest += block
        while len(rest) > size:
            yield bytes(rest[:size]), False
            del rest[:size]
    yield bytes(rest), True
