"""What casefile publishes: cases, their team, activities, and the steps of their tracks."""

from uuid import UUID

from pydantic import Field

from events.contracts.contract import Code, Contract, Minutes


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


class ActivityLogged(Contract):
    """Work on a case; contact, travel and registration minutes are three numbers."""

    case_manager: UUID
    category: Code
    type: Code
    contact_minutes: Minutes
    travel_minutes: Minutes
    registration_minutes: Minutes


class StepData(Contract):
    """What a step says beside its outcome, if anything: the definition declares its fields."""


class TrackStepRecorded(Contract):
    """A step of a track beside the case; the programme definition names it and its type."""

    track: Code
    step: Code
    outcome: Code | None
    data: StepData = StepData()


class CaseClosed(Contract):
    """Support ends."""

    reason: Code
    spell: int = Field(ge=1)


CONTRACTS: dict[str, type[Contract]] = {
    "case-opened": CaseOpened,
    "case-manager-assigned": CaseManagerAssigned,
    "case-manager-released": CaseManagerReleased,
    "first-contact-made": FirstContactMade,
    "consent-given": ConsentGiven,
    "consent-withdrawn": ConsentWithdrawn,
    "activity-logged": ActivityLogged,
    "activity-corrected": ActivityLogged,
    "case-closed": CaseClosed,
}
