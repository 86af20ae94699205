"""Values as the JSON that the log stores; what no PostgreSQL can hold is refused here."""

import re
from dataclasses import fields
from typing import Any
from uuid import UUID

import orjson

from events.store import Json, Metadata, Unwritable

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_METADATA = [f.name for f in fields(Metadata)]


def to_json(value: object) -> bytes:
    """Raises Unwritable for what JSON or jsonb cannot say: foreign types, lone surrogates, NUL."""
    try:
        encoded = orjson.dumps(value, default=bytes.hex)
    except (TypeError, ValueError) as error:
        raise Unwritable(str(error)) from error
    if rb"\u0000" in encoded and _NUL.search(encoded):
        raise Unwritable("a text holds the NUL character")
    return encoded


def metadata_json(metadata: Metadata) -> bytes:
    pairs = ((name, getattr(metadata, name)) for name in _METADATA)
    return to_json({name: value for name, value in pairs if value is not None})


def metadata_from(stored: Json) -> Metadata:
    causation = stored.get("causation_id")
    return Metadata(
        **{
            **_known(stored),
            "correlation_id": UUID(stored["correlation_id"]),
            "causation_id": UUID(causation) if causation else None,
        }
    )


def _known(stored: Json) -> dict[str, Any]:
    return {name: stored[name] for name in _METADATA if name in stored}
