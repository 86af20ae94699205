"""What can have happened to a case."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """`organisation` is the one that referred, if any; a spell is one stay in the case."""

    organisation: UUID | None
    spell: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDataReceived:
    """The client's contact data lie in the vault under `contact`."""

    contact: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDataRefused:
    reason: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseManagerAssigned:
    case_manager: UUID
    role: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseManagerReleased:
    case_manager: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContactMade:
    channel: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed:
    reason: str
    spell: int
    occurred: Occurred


CaseEvent = (
    CaseOpened
    | ContactDataReceived
    | ContactDataRefused
    | CaseManagerAssigned
    | CaseManagerReleased
    | FirstContactMade
    | CaseClosed
)

CODEC: Codec[CaseEvent] = Codec(
    {
        "case.opened.v1": CaseOpened,
        "case.contact-data-received.v1": ContactDataReceived,
        "case.contact-data-refused.v1": ContactDataRefused,
        "case.manager-assigned.v1": CaseManagerAssigned,
        "case.manager-released.v1": CaseManagerReleased,
        "case.first-contact-made.v1": FirstContactMade,
        "case.closed.v1": CaseClosed,
    }
)
