"""References to published events: to types that exist, and the names that track steps take."""

from collections.abc import Iterable
from typing import Annotated, Any, TypedDict, cast

from pydantic import AfterValidator, ValidationInfo

from events.contracts import Registry, casefile, registry
from events.contracts.contract import Code


class Context(TypedDict):
    """What a reference is checked against: published types, and the policies of the document."""

    types: Registry
    policies: frozenset[str]


def _published(name: str, info: ValidationInfo) -> str:
    if name not in context(info)["types"]:
        raise ValueError(f"no event is published as {name}")
    return name


def _step_event(name: str) -> str:
    if name in casefile.CONTRACTS:
        raise ValueError(f"{name} is published already, for something else")
    return name


PublishedType = Annotated[str, AfterValidator(_published)]
"""A full type name, such as `leidraad.casefile.case-opened.v1`."""

StepEvent = Annotated[Code, AfterValidator(_step_event)]
"""The short event name of a step, such as `liability-claim-filed`."""


def context(info: ValidationInfo) -> Context:
    return cast("Context", info.context)


def context_of(document: dict[str, Any]) -> Context:
    """Collects what may be referred to from a document that is not checked yet."""
    steps = (step for track in _items(document, "tracks") for step in _items(track, "steps"))
    policies = (deadline.get("policy") for deadline in _items(document, "deadlines"))
    return {
        "types": registry(s["publishes"] for s in steps if isinstance(s.get("publishes"), str)),
        "policies": frozenset(p for p in policies if isinstance(p, str)),
    }


def _items(parent: dict[str, Any], field: str) -> Iterable[dict[str, Any]]:
    found = parent.get(field)
    return [i for i in found if isinstance(i, dict)] if isinstance(found, list) else []
