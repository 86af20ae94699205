"""What a definition may refer to: published event types, and the terms that it declares itself."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypedDict, cast

from pydantic import AfterValidator, ValidationInfo
from pydantic.alias_generators import to_snake

from events.contracts import Registry, casefile, registry
from events.contracts.contract import Code


class Context(TypedDict):
    """What a reference is checked against: published types, policies, and codes by vocabulary."""

    types: Registry
    policies: frozenset[str]
    codes: Mapping[str, frozenset[str]]


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
"""The short event name of a step, without service and version."""


def one_of(vocabulary: str) -> AfterValidator:
    """Checks that a code is one of a list of the same document, such as `teamRoles`."""

    def known(code: str, info: ValidationInfo) -> str:
        if code not in context(info)["codes"].get(vocabulary, ()):
            raise ValueError(f"{code} is not declared in {vocabulary}")
        return code

    return AfterValidator(known)


def _vocabulary(name: str, info: ValidationInfo) -> str:
    if name not in context(info)["codes"]:
        raise ValueError(f"there is no list of terms called {name}")
    return to_snake(name)


VocabularyName = Annotated[str, AfterValidator(_vocabulary)]
"""The place of a list of terms in the document, such as `contactChannels`, made a name in code."""


def service_of(type_: str) -> str:
    """Whose event it is, such as `casefile`."""
    return type_.split(".")[1]


def context(info: ValidationInfo) -> Context:
    return cast("Context", info.context)


def context_of(document: dict[str, Any]) -> Context:
    """Collects what may be referred to from a document that is not checked yet."""
    steps = (step for track in _items(document, "tracks") for step in _items(track, "steps"))
    policies = (deadline.get("policy") for deadline in _items(document, "deadlines"))
    names = [s["publishes"] for s in steps if isinstance(s.get("publishes"), str)]
    return {
        "types": registry(dict.fromkeys(names, casefile.TrackStepRecorded)),
        "policies": frozenset(p for p in policies if isinstance(p, str)),
        "codes": _declared(document),
    }


def _declared(document: dict[str, Any]) -> dict[str, frozenset[str]]:
    """The codes of every list at top level and one below, by its place."""
    below = {
        f"{name}.{field}": value
        for name, part in document.items()
        if isinstance(part, dict)
        for field, value in part.items()
    }
    lists = ((n, _coded(part)) for n, part in {**document, **below}.items())
    return {name: codes for name, codes in lists if codes}


def _coded(part: object) -> frozenset[str]:
    items = part if isinstance(part, list) else []
    found = (item.get("code") for item in items if isinstance(item, dict))
    return frozenset(code for code in found if isinstance(code, str))


def _items(parent: dict[str, Any], field: str) -> Iterable[dict[str, Any]]:
    found = parent.get(field)
    return [i for i in found if isinstance(i, dict)] if isinstance(found, list) else []
