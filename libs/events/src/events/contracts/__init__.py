"""The published events: what other services and data consumers may rely on, by type and version."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from events.contracts import casefile, intake, notifications, scheduling
from events.contracts.contract import Contract

Registry = Mapping[str, type[Contract]]
"""Full type name, such as `leidraad.intake.offer-accepted.v1`, to the class of its payload."""

NO_STEPS: Registry = MappingProxyType({})


def type_name(service: str, event: str, version: int = 1) -> str:
    return f"leidraad.{service}.{event}.v{version}"


def schema_id(type_: str) -> str:
    """What `ce_dataschema` and the golden JSON Schema are called."""
    return f"urn:leidraad:schema:{type_}"


def registry(track_steps: Registry = NO_STEPS) -> Registry:
    """All contracts; `track_steps` are those of the steps of definitions, by short event name."""
    modules = {
        "intake": intake.CONTRACTS,
        "casefile": {**casefile.CONTRACTS, **track_steps},
        "scheduling": scheduling.CONTRACTS,
        "notifications": notifications.CONTRACTS,
    }
    return {
        type_name(service, event): contract
        for service, contracts in modules.items()
        for event, contract in contracts.items()
    }


_CORRECTIONS = {
    type_name("casefile", correction): type_name("casefile", first)
    for correction, first in casefile.STANDS_FOR.items()
}


def told_first(type_: str) -> str:
    """The type in the place of which a correction comes; any other is its own."""
    return _CORRECTIONS.get(type_, type_)


def with_corrections(types: Collection[str]) -> frozenset[str]:
    """These types, and those in which what they tell is put right."""
    return frozenset(types) | {c for c, first in _CORRECTIONS.items() if first in types}
