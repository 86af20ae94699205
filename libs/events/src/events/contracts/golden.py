"""Golden JSON Schemas of what is published, made by a command that takes nothing back."""

import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from events.contracts import Registry, registry, schema_id, type_name
from events.contracts.casefile import TrackStepRecorded
from events.contracts.contract import Contract

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(str(files("events.contracts") / "schemas"))
TRACK_STEP = "track-step"
"""Stands for the names that programme definitions give: one template for all track steps."""

_WORDS = ("$id", "title", "description", "default")
_LIMITED = ("pattern", "format", "enum", "const")


def schema(type_: str, contract: type[Contract]) -> Schema:
    """What each payload of a type is: writers always give every field."""
    made = contract.model_json_schema(by_alias=True, mode="serialization")
    inline: Schema = _inline(made, made.pop("$defs", {}))
    return {"$schema": DIALECT, "$id": schema_id(type_), **inline, "title": type_}


def _inline(node: Any, shared: Schema) -> Any:  # noqa: ANN401 - any JSON
    """With what a reference leads to in its place, so that a schema can be part of a document."""
    if isinstance(node, list):
        return [_inline(below, shared) for below in node]
    if not isinstance(node, Mapping):
        return node
    found = shared.get(str(node.get("$ref", "")).removeprefix("#/$defs/"), {})
    own = {name: below for name, below in node.items() if name != "$ref" or not found}
    return {n: _inline(below, shared) for n, below in {**found, **own}.items()}


def golden_types() -> Registry:
    """All types of this library; the template stands for those of the definitions."""
    return {**registry(), type_name("casefile", TRACK_STEP): TrackStepRecorded}


def golden(type_: str, folder: Path = FOLDER) -> Schema | None:
    file = folder / f"{type_}.json"
    return orjson.loads(file.read_bytes()) if file.exists() else None


def taken_back(old: Schema, new: Schema) -> list[str]:
    """What readers of the old schema could rely on and of the new one can not."""
    before, after = old.get("properties", {}), new.get("properties", {})
    broken = [f"{name} is gone" for name in before if name not in after]
    promised = set(new.get("required", ()))
    broken += [
        f"{n} may be missing" for n in old.get("required", ()) if n in after and n not in promised
    ]
    for name in sorted(before.keys() & after.keys()):
        broken += _changed(name, before[name], after[name])
    return broken


def _changed(name: str, old: Schema, new: Schema) -> list[str]:
    """An object may grow as the whole may."""
    if _meaning(old) == _meaning(new):
        return []
    if old.get("type") == new.get("type") == "object":
        return [f"{name}: {what}" for what in taken_back(old, new)]
    return [f"{name} is something else"]


def free_strings(node: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Where a schema allows any text, in which a name could be written."""
    if isinstance(node, Mapping):
        if node.get("type") == "string" and not any(limit in node for limit in _LIMITED):
            yield path
        if node.get("type") == "object" and node.get("additionalProperties") is True:
            yield path
        for name, below in node.items():
            yield from free_strings(below, f"{path}/{name}")
    elif isinstance(node, list):
        for number, below in enumerate(node):
            yield from free_strings(below, f"{path}/{number}")


def _meaning(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """A schema without its words, and without what readers make of a field that is missing."""
    if isinstance(node, Mapping):
        return {name: _meaning(below) for name, below in node.items() if name not in _WORDS}
    return [_meaning(below) for below in node] if isinstance(node, list) else node


def write(types: Registry, folder: Path = FOLDER) -> list[str]:
    """Writes the schemas that are new or have grown; says what would be taken back by others."""
    refused = []
    for type_, contract in sorted(types.items()):
        file, made = folder / f"{type_}.json", schema(type_, contract)
        broken = taken_back(orjson.loads(file.read_bytes()), made) if file.exists() else []
        refused += [f"{type_}: {what}" for what in broken]
        if not broken:
            file.write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n")
    return refused


def keep(types: Registry, folder: Path = FOLDER) -> None:
    """A change that is not additive is a new version of the type, published beside the old one."""
    refused = write(types, folder)
    for line in refused:
        sys.stderr.write(f"{line}\n")
    sys.exit(bool(refused))


if __name__ == "__main__":
    keep(golden_types())
