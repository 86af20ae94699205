"""Registering an organisation and keeping its address."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import NAMESPACE_OID, UUID, uuid5

from events.commands import StreamType
from events.decider import Decider, Rejected
from events.occurrence import Occurred
from intake.organisation.events import (
    CODEC,
    AddressChanged,
    OrganisationEvent,
    OrganisationRegistered,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterOrganisation:
    kind: str
    contact: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAddress:
    contact: UUID
    occurred: Occurred


OrganisationCommand = RegisterOrganisation | ChangeAddress


NOTHING = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """`contact` is the vault record of name and address; both are empty until it is registered."""

    kind: str = ""
    contact: UUID = NOTHING


def decide(command: OrganisationCommand, organisation: Organisation) -> list[OrganisationEvent]:
    match command:
        case RegisterOrganisation(kind=kind, contact=contact, occurred=occurred):
            if organisation.kind:
                raise Rejected("organisation-exists", "The organisation is registered already.")
            return [OrganisationRegistered(kind=kind, contact=contact, occurred=occurred)]
        case ChangeAddress(contact=contact, occurred=occurred):
            if not organisation.kind:
                raise Rejected("no-such-organisation", "There is no such organisation.")
            if organisation.contact == contact:
                return []
            return [AddressChanged(contact=contact, occurred=occurred)]
        case _:
            assert_never(command)


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
