"""What can have happened in the client system of a case; names lie in the vault."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAdded:
    """`contact`: the vault record of name and contact data, if any are known.

    `preferred_channel`: over which the person wants to be reached; `function`: what somebody does
    where he or she works, here as below.
    """

    person: UUID
    role: str
    relation: str
    mandate: str | None
    client_type: str | None
    contact_limits: tuple[str, ...]
    preferred_channel: str | None = None
    function: str | None = None
    contact: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRoleChanged:
    """Somebody becomes client or spokesperson, say, or is so by another right."""

    person: UUID
    role: str
    mandate: str | None
    client_type: str | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetailsChanged:
    """How to reach somebody, and what must be heeded in that."""

    person: UUID
    contact_limits: tuple[str, ...]
    preferred_channel: str | None = None
    function: str | None = None
    contact: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDied:
    """`person` is None where the client was never entered as a person."""

    person: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDeathCorrected(ClientDied):
    """Stands in the place of the death of this client; `corrects` is the id of the event before."""

    corrects: UUID


PersonsEvent = (
    PersonAdded | PersonRoleChanged | PersonDetailsChanged | ClientDied | ClientDeathCorrected
)

CODEC: Codec[PersonsEvent] = Codec(
    {
        "persons.added.v1": PersonAdded,
        "persons.role-changed.v1": PersonRoleChanged,
        "persons.details-changed.v1": PersonDetailsChanged,
        "persons.client-died.v1": ClientDied,
        "persons.client-death-corrected.v1": ClientDeathCorrected,
    }
)
