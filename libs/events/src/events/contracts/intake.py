"""What intake publishes: candidates, offers and their answers, referrals and their screening."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from events.contracts.contract import Code, Contract, Known, PartialDate


class OrganisationRegistered(Contract):
    """An organisation takes part: one that refers, or a programme's desk."""

    concerns_case: ClassVar[bool] = False

    kind: Code


class CandidateIdentified(Contract):
    """Someone may be offered case management; `origin` is the day of what brought them here."""

    organisation: UUID
    origin: PartialDate | None


class OfferMade(Contract):
    """The candidate was offered case management, for the `attempt`-th time."""

    attempt: int = Field(ge=1)
    channel: Code
    by_function: Code


class OfferWithheld(Contract):
    """The organisation decided not to offer."""

    reason: Code


class OfferAccepted(Contract):
    """The candidate said yes."""

    attempt: int = Field(ge=1)
    reasons: list[Code]


class OfferDeclined(Contract):
    """The candidate said no; `unknown` is a reason."""

    attempt: int = Field(ge=1)
    reasons: list[Code]


class OfferUnanswered(Contract):
    """The candidate did not answer the attempt."""

    attempt: int = Field(ge=1)


class ContactConsentGiven(Contract):
    """The candidate allows that contact data are passed on."""

    form: Code


class ContactConsentWithdrawn(Contract):
    """The candidate no longer allows that contact data are passed on."""


class ReferralMade(Contract):
    """A candidate's data reach the programme's desk; `organisation` only where one referred."""

    source: Code
    organisation: UUID | None
    origin: PartialDate | None


class CriterionAssessed(Contract):
    """One criterion of the version in force on the day of the referral was judged."""

    criterion: Code
    outcome: Known
    criteria_version: int


class ReferralAccepted(Contract):
    """The referral fits the criteria: a case will be opened."""

    criteria_version: int
    organisation: UUID | None


class ReferralScreenedOut(Contract):
    """The referral does not lead to a case."""

    criteria_version: int
    reason: Code


CONTRACTS: dict[str, type[Contract]] = {
    "organisation-registered": OrganisationRegistered,
    "candidate-identified": CandidateIdentified,
    "offer-made": OfferMade,
    "offer-withheld": OfferWithheld,
    "offer-accepted": OfferAccepted,
    "offer-declined": OfferDeclined,
    "offer-unanswered": OfferUnanswered,
    "contact-consent-given": ContactConsentGiven,
    "contact-consent-withdrawn": ContactConsentWithdrawn,
    "referral-made": ReferralMade,
    "criterion-assessed": CriterionAssessed,
    "referral-accepted": ReferralAccepted,
    "referral-screened-out": ReferralScreenedOut,
}
