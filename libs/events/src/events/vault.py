"""Personal data, encrypted per person: destroying one key erases all that is known of one."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from uuid_utils.compat import uuid7

from events.store import DataKey, Sealed, Store

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyService(Protocol):
    """Holds the master key, and encrypts data keys with it (a KMS)."""

    async def wrap(self, person: UUID, key: bytes) -> bytes: ...

    async def unwrap(self, person: UUID, wrapped: bytes) -> bytes:
        """Raises InvalidTag if this is not the key of this person."""
        ...


class MasterKey:
    """A key service for development: the master key is 32 bytes from the environment."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(key)}")
        self._key = key

    async def wrap(self, person: UUID, key: bytes) -> bytes:
        return _encrypted(self._key, key, person.bytes)

    async def unwrap(self, person: UUID, wrapped: bytes) -> bytes:
        return _decrypted(self._key, wrapped, person.bytes)


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals fields for a write set and opens them again; keeps no key longer than a call."""

    store: Store
    keys: KeyService

    async def seal(
        self, person: UUID, record: UUID, fields: Mapping[str, str]
    ) -> tuple[Sealed, ...]:
        """Raises Erased."""
        return (await self.key(person)).seal(record, fields)

    async def key(self, person: UUID) -> "PersonKey":
        """The key of a person, a new one if there is none; raises Erased.

        A new one is kept before anything is sealed, so that all who seal at once have the same.
        """
        if not (stored := await self.store.data_key(person)):
            stored = await self.store.keep_key(person, (await self.new_key(person)).stored)
        return PersonKey(person, stored, await self.keys.unwrap(person, stored.wrapped))

    async def new_key(self, person: UUID) -> "PersonKey":
        """One that nobody has; it is kept with what it seals, unless that is refused.

        For somebody new, whom nobody else can seal for: else two may have a key each.
        """
        key = AESGCM.generate_key(8 * KEY_BYTES)
        return PersonKey(person, DataKey(uuid7(), await self.keys.wrap(person, key)), key)

    async def open(self, person: UUID, record: UUID) -> dict[str, str]:
        """The fields of one record, none if there is no such record; raises Erased."""
        sealed = await self.store.sealed(person, record)
        if not sealed:
            return {}
        key = await self.keys.unwrap(person, sealed[0].wrapped_key)
        return {
            s.field: _decrypted(key, s.ciphertext, _place(person, record, s.field)).decode()
            for s in sealed
        }

    async def erase(self, person: UUID) -> None:
        """From now on nobody can read what was sealed, and nothing new is stored."""
        await self.store.erase(person)


@dataclass(frozen=True, slots=True)
class PersonKey:
    """Encrypts and decrypts what belongs to one person, for as long as a call lasts."""

    person: UUID
    stored: DataKey
    _key: bytes = field(repr=False)

    def seal(self, record: UUID, fields: Mapping[str, str]) -> tuple[Sealed, ...]:
        return tuple(
            Sealed(
                person=self.person,
                record=record,
                field=name,
                ciphertext=self.encrypted(record, name, text.encode()),
                key_id=self.stored.id,
                wrapped_key=self.stored.wrapped,
            )
            for name, text in fields.items()
        )

    def seal_all(self, records: Mapping[UUID, Mapping[str, str]]) -> tuple[Sealed, ...]:
        return tuple(s for record, fields in records.items() for s in self.seal(record, fields))

    def encrypted(self, record: UUID, name: str, plain: bytes) -> bytes:
        return _encrypted(self._key, plain, _place(self.person, record, name))

    def decrypted(self, record: UUID, name: str, encrypted: bytes) -> bytes:
        """Raises InvalidTag for what is not of this place, or was changed."""
        return _decrypted(self._key, encrypted, _place(self.person, record, name))


def _place(person: UUID, record: UUID, field: str) -> bytes:
    """Bound to the ciphertext: it opens nowhere else."""
    return person.bytes + record.bytes + field.encode()


def _encrypted(key: bytes, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def _decrypted(key: bytes, encrypted: bytes, place: bytes) -> bytes:
    if len(encrypted) < NONCE_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], place)
