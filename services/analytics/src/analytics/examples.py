"""Facts that tests start from: what other services published about one candidate and case."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from analytics.log import Fact
from events.contracts import registry, told_first
from events.contracts.casefile import ActivityLogged
from events.contracts.contract import Contract
from events.occurrence import Occurred
from events.store import Metadata, Recorded

KEY = uuid5(NAMESPACE_OID, "case")
HOSPITAL = uuid5(NAMESPACE_OID, "hospital")
OTHER_HOSPITAL = uuid5(NAMESPACE_OID, "other hospital")
CASE_MANAGER = uuid5(NAMESPACE_OID, "case manager")
BACKUP = uuid5(NAMESPACE_OID, "backup")
PROGRAMME = "medical-incidents"
BEGIN = datetime(2018, 7, 1, tzinfo=UTC)

CALLED = ActivityLogged(
    case_manager=CASE_MANAGER,
    category="contact",
    type="phone",
    contact_minutes=20,
    travel_minutes=0,
    registration_minutes=5,
)

_TYPES = {contract: told_first(type_) for type_, contract in registry().items()}


def day(number: int) -> str:
    """A day of the example, counted from its beginning."""
    return (BEGIN + timedelta(days=number)).date().isoformat()


def told(
    position: int,
    event: Contract | dict[str, Any],
    occurred: str,
    *,
    key: UUID = KEY,
    stream: UUID | None = None,
    type_: str | None = None,
    recorded: str | None = None,
    corrects: UUID | None = None,
) -> Fact:
    """What a source published as its `position`-th event; by default recorded when it happened."""
    happened = Occurred.parse(occurred)
    name = type_ or _TYPES[type(event)]  # type: ignore[index]
    known = Occurred.parse(recorded).at if recorded else happened.at
    return Recorded(
        source=name.split(".")[1],
        position=position,
        id=identity(position, key),
        key=key,
        stream=stream or key,
        version=position,
        type=name,
        event=event,
        occurred=happened,
        recorded_at=(known or BEGIN) + timedelta(microseconds=position),
        metadata=Metadata(
            actor="somebody",
            role="desk",
            correlation_id=key,
            programme=PROGRAMME,
            programme_version=1,
        ),
        corrects=corrects,
    )


def identity(position: int, key: UUID = KEY) -> UUID:
    return uuid5(key, str(position))
