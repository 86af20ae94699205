"""Fingerprints of contact data: equal for alike persons, and nothing to anybody without the key."""

import hmac
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

_ABROAD = re.compile(r"^(?:\+|00)")
_HOME = re.compile(r"^(?:\+|00)3[12]0?")
"""How a Dutch or Belgian number begins when it is dialled from elsewhere."""


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """A keyed hash of what tells persons apart, as ids of vault records that say only that."""

    key: bytes = field(repr=False)

    def of(self, contact: Mapping[str, str]) -> frozenset[UUID]:
        return frozenset(self._id(told) for told in _telling(contact))

    def _id(self, told: str) -> UUID:
        return UUID(bytes=hmac.digest(self.key, told.encode(), "sha256")[:16])


def _telling(contact: Mapping[str, str]) -> Iterator[str]:
    """A name alone tells nobody apart, and neither does an address alone."""
    if email := contact.get("email"):
        yield f"email {email.casefold()}"
    if phone := contact.get("phone"):
        yield f"phone {_number(phone)}"
    if address := contact.get("address"):
        yield f"name {_plain(contact['name'])} address {_plain(address)}"


def _number(phone: str) -> str:
    dialled = re.sub(r"[ ()-]", "", phone.replace("(0)", ""))
    home = _HOME.sub("0", dialled)
    return _ABROAD.sub("+", home)


def _plain(text: str) -> str:
    """Letters and digits, without accents and capitals."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in bare if letter.isalnum())
