"""What can have happened to an organisation."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred

DESK = "desk"
"""The kind that receives referrals; the programme names the kinds that make them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRegistered:
    """Name and mail address lie in the vault under `contact`."""

    kind: str
    contact: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChanged:
    contact: UUID
    occurred: Occurred


OrganisationEvent = OrganisationRegistered | AddressChanged

CODEC: Codec[OrganisationEvent] = Codec(
    {
        "organisation.registered.v1": OrganisationRegistered,
        "organisation.address-changed.v1": AddressChanged,
    }
)
