"""What can have happened to a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from events.codec import Codec
from events.contracts.contract import Known
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """What led to a case: who referred and when, with what consent, and the yes to an offer.

    None is what intake does not know; without an offer there is no attempt, channel or reason.
    """

    source: str | None
    referred: str | None
    criteria_version: int
    consented: str | None = None
    consent_form: str | None = None
    attempt: int | None = None
    channel: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """`organisation` is the one that referred, if any; a spell is one stay in the case.

    `referral` was not kept from the beginning.
    """

    organisation: UUID | None
    spell: int
    referral: Referral | None = None
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
class FirstVisitMade:
    """The client was visited for the first time."""

    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContactCorrected(FirstContactMade):
    """Stands in the place of the first contact; `corrects` is the id of the event before."""

    corrects: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstVisitCorrected(FirstVisitMade):
    corrects: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityChanged:
    level: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class WindingDownStarted:
    """The case manager withdraws a little, step by step."""

    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConditionChanged:
    condition: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRegionRecorded:
    """Where the client lives from now on."""

    region: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class HeavyMarkSet:
    reason: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class HeavyMarkRemoved:
    """Whatever had marked the case, somebody or the programme by what happened."""

    reason: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed:
    """`open_needs` are the fields of the needs that are open still, one for each need."""

    reason: str
    spell: int
    checklist: Mapping[str, Known] = field(default_factory=dict)
    open_needs: tuple[str, ...] = ()
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosingCorrected(CaseClosed):
    """Stands in the place of the closing of this spell."""

    corrects: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened:
    """Another spell begins, without a team."""

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
    | FirstContactCorrected
    | FirstVisitMade
    | FirstVisitCorrected
    | IntensityChanged
    | WindingDownStarted
    | ClientConditionChanged
    | ClientRegionRecorded
    | HeavyMarkSet
    | HeavyMarkRemoved
    | CaseClosed
    | CaseClosingCorrected
    | CaseReopened
)

CODEC: Codec[CaseEvent] = Codec(
    {
        "case.opened.v1": CaseOpened,
        "case.contact-data-received.v1": ContactDataReceived,
        "case.contact-data-refused.v1": ContactDataRefused,
        "case.manager-assigned.v1": CaseManagerAssigned,
        "case.manager-released.v1": CaseManagerReleased,
        "case.first-contact-made.v1": FirstContactMade,
        "case.first-contact-corrected.v1": FirstContactCorrected,
        "case.first-visit-made.v1": FirstVisitMade,
        "case.first-visit-corrected.v1": FirstVisitCorrected,
        "case.intensity-changed.v1": IntensityChanged,
        "case.winding-down-started.v1": WindingDownStarted,
        "case.client-condition-changed.v1": ClientConditionChanged,
        "case.client-region-recorded.v1": ClientRegionRecorded,
        "case.heavy-mark-set.v1": HeavyMarkSet,
        "case.heavy-mark-removed.v1": HeavyMarkRemoved,
        "case.closed.v1": CaseClosed,
        "case.closing-corrected.v1": CaseClosingCorrected,
        "case.reopened.v1": CaseReopened,
    }
)
