"""Facts about an organisation that tests and demos start from."""

from uuid import NAMESPACE_OID, uuid5

from events.occurrence import Occurred
from intake.organisation.events import AddressChanged, OrganisationRegistered

HOSPITAL = uuid5(NAMESPACE_OID, "hospital")
OTHER_HOSPITAL = uuid5(NAMESPACE_OID, "other hospital")
ADDRESS = uuid5(HOSPITAL, "address")
NEW_ADDRESS = uuid5(HOSPITAL, "new address")

REGISTERED = OrganisationRegistered(
    kind="hospital", contact=ADDRESS, occurred=Occurred.parse("2026-12-01")
)
MOVED = AddressChanged(contact=NEW_ADDRESS, occurred=Occurred.parse("2027-01-04"))
