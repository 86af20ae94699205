"""What intake publishes: candidates, offers and their answers, referrals and their screening."""

from datetime import date
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


class OriginAssessed(Contract):
    """What is thought of that which brought someone here; it may be thought otherwise later.

    `pending`: nobody had offered by then, nor withheld the offer. `organisation`: whose candidate
    it is, and `criteria_version`: which criteria were in force then; null where that was not kept.
    `assessment` is the same in what puts it right.
    """

    assessment: UUID | None = None
    status: Code
    kind: Code
    consequence: Code
    pending: bool
    organisation: UUID | None = None
    criteria_version: int | None = Field(default=None, ge=1)


class OriginDated(Contract):
    """The day of what brought someone here was learnt late, or is another one than was told."""

    origin: PartialDate


class OfferMade(Contract):
    """The candidate was offered case management, for the `attempt`-th time.

    `route` says who makes the offer, null where that was not told; `wording` which version of the
    text was used.
    """

    attempt: int = Field(ge=1)
    channel: Code
    by_function: Code
    leaflet: Known = "unknown"
    recipient: Code = "unknown"
    route: Code | None = None
    wording: Code = "unknown"


class OfferWithheld(Contract):
    """The organisation decided not to offer."""

    reason: Code


class OfferAccepted(Contract):
    """The candidate said yes."""

    attempt: int = Field(ge=1)
    reasons: list[Code]


class OfferDeclined(Contract):
    """The candidate said no; `unknown` is a reason.

    `final`: the candidate asked not to be asked again. `again_on`: when to offer again by the
    programme's policy, null where it is not to be offered again.
    """

    attempt: int = Field(ge=1)
    reasons: list[Code]
    final: bool = False
    again_on: date | None = None


class OfferUnanswered(Contract):
    """The candidate did not answer the attempt; `again_on` as of a no."""

    attempt: int = Field(ge=1)
    again_on: date | None = None


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
    """One criterion was judged when a referral was screened by a version of the criteria.

    It may be one that only another version asks; it decided nothing then.
    """

    criterion: Code
    outcome: Known
    criteria_version: int


class OriginThought(Contract):
    """What was thought of the origin, `since` when: an assessment as `origin-assessed` has it."""

    assessment: UUID
    since: PartialDate | None
    status: Code
    kind: Code
    consequence: Code


class ReferralAccepted(Contract):
    """The referral fits the criteria: a case will be opened.

    What led to it, as known when this was told and null where not: by whom (`source`) and when it
    was `referred`, when and in what form the client `consented` to pass on contact data, as told
    last and if it stands, when the `origin` was and what was thought of that (`assessments`, in the
    order in which they were told), and the `attempt` of the offer that was accepted, over which
    channel and why.
    """

    criteria_version: int
    organisation: UUID | None
    source: Code | None = None
    referred: PartialDate | None = None
    consented: PartialDate | None = None
    consent_form: Code | None = None
    origin: PartialDate | None = None
    assessments: list[OriginThought] = Field(default=[])
    attempt: int | None = Field(default=None, ge=1)
    channel: Code | None = None
    reasons: list[Code] = Field(default=[])


class ReferralScreenedOut(Contract):
    """The referral does not lead to a case."""

    criteria_version: int
    reason: Code


class ReferralWithdrawn(Contract):
    """The referral was taken back before the desk decided on it."""

    reason: Code


class ReferralLinked(Contract):
    """The desk found that it concerns the same person and origin as an `other` referral."""

    other: UUID


class ReferralUnlinked(Contract):
    """It does not concern the same person and origin after all."""

    other: UUID


CONTRACTS: dict[str, type[Contract]] = {
    "organisation-registered": OrganisationRegistered,
    "candidate-identified": CandidateIdentified,
    "origin-assessed": OriginAssessed,
    "origin-dated": OriginDated,
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
    "referral-withdrawn": ReferralWithdrawn,
    "referral-linked": ReferralLinked,
    "referral-unlinked": ReferralUnlinked,
}
