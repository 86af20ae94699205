"""YAML documents read strictly: what is given twice is a mistake, not the last word."""

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

import yaml

IDENTIFYING = ("code", "template", "policy", "version")
"""What tells the items of a list apart; the first of these that all of them have."""


class _Strict(yaml.CSafeLoader):
    """Refuses a key that is given twice."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict[Hashable, Any]:
    keys = (loader.construct_object(key) for key, _ in node.value)
    for key, times in Counter(key for key in keys if isinstance(key, Hashable)).items():
        if times > 1:
            raise yaml.constructor.ConstructorError(
                None, None, f"{key} is given {times} times", node.start_mark
            )
    return loader.construct_mapping(node, deep=True)


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read(text: str) -> object:
    return yaml.load(text, _Strict)  # noqa: S506 - a safe loader, made stricter


def repeated(node: object, place: str = "") -> Iterator[str]:
    """Every code that occurs twice in its list, and every event name that two steps claim."""
    if isinstance(node, dict):
        for field, value in node.items():
            yield from repeated(value, f"{place}.{field}".lstrip("."))
    elif isinstance(node, list):
        for number, item in enumerate(node):
            yield from repeated(item, f"{place}.{number}")
        yield from _twice(node, place)
    if not place and isinstance(node, dict):
        yield from _claimed(node)


def _twice(items: list[Any], place: str) -> Iterator[str]:
    mappings = [item for item in items if isinstance(item, dict)]
    name = next((n for n in IDENTIFYING if any(n in item for item in mappings)), None)
    for value, times in Counter(str(i[name]) for i in mappings if name in i).items():
        if times > 1:
            yield f"{place}: {name} {value} is given {times} times"


def _claimed(document: dict[str, Any]) -> Iterator[str]:
    for name, times in Counter(_published(document.get("tracks"))).items():
        if times > 1:
            yield f"tracks: {times} steps are published as {name}"


def _published(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (str(value) for key, value in node.items() if key == "publishes")
        for value in node.values():
            yield from _published(value)
    elif isinstance(node, list):
        for item in node:
            yield from _published(item)
