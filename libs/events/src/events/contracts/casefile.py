"""What casefile publishes: cases, their team, work on them, steps of their tracks."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import Field

from events.contracts import documents, origin
from events.contracts.contract import Code, Contract, Known, Minutes


class CaseOpened(Contract):
    """Support of a client system begins; `organisation` is the one that referred, if any."""

    organisation: UUID | None
    spell: int = Field(ge=1)


class CaseManagerAssigned(Contract):
    """A case manager joins the case team in a role."""

    case_manager: UUID
    role: Code


class CaseManagerReleased(Contract):
    """A case manager leaves the case team."""

    case_manager: UUID


class FirstContactMade(Contract):
    """A case manager reached the client for the first time."""

    channel: Code


class FirstVisitMade(Contract):
    """The client was visited for the first time."""


class IntensityChanged(Contract):
    """How intensive support is from now on."""

    level: Code


class WindingDownStarted(Contract):
    """Support is withdrawn step by step."""


class BackupTookOver(Contract):
    """A backup of the case team does the work, since the case manager is away."""

    backup: UUID


class BackupHandedBack(Contract):
    """The case manager is there again."""

    backup: UUID


class HandoverOffered(Contract):
    """A case manager hands the case over to another of the team."""

    handover: UUID
    giver: UUID
    receiver: UUID
    reason: Code


class HandoverAcknowledged(Contract):
    """The receiver has read the file."""

    handover: UUID
    receiver: UUID


class ClientConditionChanged(Contract):
    """How the client is has changed; a deadline of the programme may follow from it."""

    condition: Code


class ClientRegionRecorded(Contract):
    """Where the client lives from now on, as a region of the programme."""

    region: Code


class HeavyMarkSet(Contract):
    """Somebody says that the case is heavy; the programme says which events do so by themselves."""

    reason: Code


class HeavyMarkRemoved(Contract):
    """The case is heavy no longer, whatever marked it, until something marks it again."""

    reason: Code


class PersonAdded(Contract):
    """Somebody belongs to the client system."""

    person: UUID
    role: Code
    relation: Code
    mandate: Code | None
    client_type: Code | None


class PersonRoleChanged(Contract):
    """Somebody is the client or speaks for one from now, or by another right."""

    person: UUID
    role: Code
    mandate: Code | None
    client_type: Code | None


class ClientDied(Contract):
    """The client died; the case goes on. `person` only where the client was entered as one."""

    person: UUID | None


class ConsentGiven(Contract):
    """The client agrees; a case is a member of `studies` while this consent holds."""

    consent: Code
    form: Code
    scopes: list[Code]
    studies: list[Code]


class ConsentWithdrawn(Contract):
    """The client agrees no longer; `stops` is what ends with it until consent is given again."""

    consent: Code
    stops: list[Code]


class ConsentRefused(Contract):
    """The client was asked and does not agree; nothing ends with that."""

    consent: Code
    reason: Code


class NeedIdentified(Contract):
    """Support is needed in a field."""

    need: UUID
    field: Code
    theme: Code | None


class NeedMet(Contract):
    """A need was met, by the case manager or others; the last word on it counts."""

    need: UUID
    met_by: Code


class NeedClosed(Contract):
    """Nothing more is done about a need, met or not."""

    need: UUID


class ReferredOut(Contract):
    """The client was referred to others, perhaps for a need."""

    target: Code
    need: UUID | None


class AgreementMade(Contract):
    """Something was agreed on with the client; without a code it is in words, which stay."""

    kind: Code
    value: Code | None


class ActivityLogged(Contract):
    """Work on a case; contact, travel and registration minutes are three numbers.

    `participants` by their roles; `attended`: whether the case manager was there, where that is
    asked; `treatment`: whether the client met with an experience.
    """

    case_manager: UUID
    category: Code
    type: Code
    contact_minutes: Minutes
    travel_minutes: Minutes
    registration_minutes: Minutes
    channel: Code | None = None
    participants: tuple[Code, ...] = ()
    attended: Known | None = None
    tags: tuple[Code, ...] = ()
    boundary_doubts: tuple[Code, ...] = ()
    treatment: Mapping[Code, Known] = {}


class InstrumentCompleted(Contract):
    """How a client scored in one wave; a score that is not there was not answered."""

    instrument: Code
    wave: Code
    scores: Mapping[Code, float]


class EvaluationHeld(Contract):
    """Support was looked back upon with the client, at a moment of it."""

    moment: Code


class StepData(Contract):
    """What a step says beside its outcome, if anything: the definition declares its fields."""


class TrackStepRecorded(Contract):
    """A step of a track beside the case; the programme definition names it and its type."""

    track: Code
    step: Code
    outcome: Code | None
    data: StepData = StepData()


class CaseClosed(Contract):
    """Support ends; `open_needs` are the fields of needs that are open, one for each of them."""

    reason: Code
    spell: int = Field(ge=1)
    checklist: Mapping[Code, Known] = {}
    open_needs: tuple[Code, ...] = ()


class CaseReopened(Contract):
    """Another spell of support begins, without a team."""

    reason: Code
    spell: int = Field(ge=2)


CONTRACTS: dict[str, type[Contract]] = {
    "case-opened": CaseOpened,
    "case-manager-assigned": CaseManagerAssigned,
    "case-manager-released": CaseManagerReleased,
    "first-contact-made": FirstContactMade,
    "first-contact-corrected": FirstContactMade,
    "first-visit-made": FirstVisitMade,
    "first-visit-corrected": FirstVisitMade,
    "intensity-changed": IntensityChanged,
    "winding-down-started": WindingDownStarted,
    "backup-took-over": BackupTookOver,
    "backup-handed-back": BackupHandedBack,
    "handover-offered": HandoverOffered,
    "handover-acknowledged": HandoverAcknowledged,
    "client-condition-changed": ClientConditionChanged,
    "client-region-recorded": ClientRegionRecorded,
    "heavy-mark-set": HeavyMarkSet,
    "heavy-mark-removed": HeavyMarkRemoved,
    "person-added": PersonAdded,
    "person-role-changed": PersonRoleChanged,
    "client-died": ClientDied,
    "client-death-corrected": ClientDied,
    "consent-given": ConsentGiven,
    "consent-withdrawn": ConsentWithdrawn,
    "consent-refused": ConsentRefused,
    "need-identified": NeedIdentified,
    "need-met": NeedMet,
    "need-closed": NeedClosed,
    "referred-out": ReferredOut,
    "agreement-made": AgreementMade,
    "activity-logged": ActivityLogged,
    "activity-corrected": ActivityLogged,
    "instrument-completed": InstrumentCompleted,
    "instrument-corrected": InstrumentCompleted,
    "evaluation-held": EvaluationHeld,
    **(documents.CONTRACTS | origin.CONTRACTS),
    "case-closed": CaseClosed,
    "case-closing-corrected": CaseClosed,
    "case-reopened": CaseReopened,
}

STANDS_FOR = {
    "activity-corrected": "activity-logged",
    "case-closing-corrected": "case-closed",
    "client-death-corrected": "client-died",
    "first-contact-corrected": "first-contact-made",
    "first-visit-corrected": "first-visit-made",
    "instrument-corrected": "instrument-completed",
}
"""A correction that is published under a name of its own takes the place of the corrected."""
