"""Registering an organisation and keeping its address."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import NAMESPACE_OID, UUID, uuid5

from events.commands import StreamType
from events.decider import Decider, Rejected
from intake.organisation.events import (
    CODEC,
    AddressChanged,
    OrganisationEvent,
    OrganisationRegistered,
)

NOTHING = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """`contact` is the vault record of name and address; both are empty until it is registered."""

    kind: str = ""
    contact: UUID = NOTHING


def decide(told: OrganisationEvent, organisation: Organisation) -> list[OrganisationEvent]:
    match told:
        case OrganisationRegistered():
            if organisation.kind:
                raise Rejected("organisation-exists", "The organisation is registered already.")
            return [told]
        case AddressChanged():
            if not organisation.kind:
                raise Rejected("no-such-organisation", "There is no such organisation.")
            return [] if organisation.contact == told.contact else [told]
        case _:
            assert_never(told)


def evolve(organisation: Organisation, event: OrganisationEvent) -> Organisation:
    match event:
        case OrganisationRegistered(kind=kind, contact=contact):
            return Organisation(kind=kind, contact=contact)
        case AddressChanged(contact=contact):
            return replace(organisation, contact=contact)
        case _:
            assert_never(event)


def desk_of(programme: str) -> UUID:
    """The stream of a programme's desk: one per programme."""
    return uuid5(NAMESPACE_OID, f"leidraad:desk:{programme}")


organisation_decider = Decider(Organisation(), decide, evolve)
ORGANISATION = StreamType("organisation", organisation_decider, CODEC)
