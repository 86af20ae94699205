"""Values as the JSON that the log stores; what no PostgreSQL can hold is refused here."""

import re
from dataclasses import fields
from uuid import UUID

import orjson

from events.store import Json, Metadata, Unwritable

_NAMED = frozenset(field.name for field in fields(Metadata) if field.name != "more")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def to_json(value: object) -> str:
    """Raises Unwritable for what JSON or jsonb cannot say: foreign types, lone surrogates, NUL."""
    try:
        encoded = orjson.dumps(value, default=bytes.hex).decode()
    except (TypeError, ValueError) as error:
        raise Unwritable(str(error)) from error
    if "\\u0000" in encoded and _NUL.search(encoded):
        raise Unwritable("a text holds the NUL character")
    return encoded


def metadata_json(metadata: Metadata) -> str:
    """Side by side with what a newer version said, as that wrote it."""
    return to_json({**metadata.more, **{name: getattr(metadata, name) for name in _NAMED}})


def metadata_from(stored: Json) -> Metadata:
    causation = stored["causation_id"]
    return Metadata(
        actor=stored["actor"],
        role=stored["role"],
        correlation_id=UUID(stored["correlation_id"]),
        causation_id=UUID(causation) if causation else None,
        traceparent=stored.get("traceparent"),
        programme=stored.get("programme"),
        programme_version=stored.get("programme_version"),
        more={name: value for name, value in stored.items() if name not in _NAMED},
    )
