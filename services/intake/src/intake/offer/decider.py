"""Who may be offered case management, how often, and what counts as an answer."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from events.commands import StreamType
from events.decider import Decider, Rejected
from events.occurrence import UNKNOWN, Occurred
from intake.offer.events import (
    CODEC,
    CandidateIdentified,
    ContactConsentGiven,
    ContactConsentWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferEvent,
    OfferMade,
    OfferUnanswered,
    OfferWithheld,
)


class Status(StrEnum):
    NEW = "new"
    IDENTIFIED = "identified"
    OFFERED = "offered"
    WITHHELD = "withheld"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeOffer:
    channel: str
    by_function: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Leave to pass on the contact data that lie in the vault under `contact`."""

    form: str
    contact: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer:
    reasons: tuple[str, ...]
    consent: Consent | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineOffer:
    """`referred`: whether a referral was made, after which there is nothing left to decline."""

    reasons: tuple[str, ...]
    referred: bool
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNoResponse:
    occurred: Occurred


OfferCommand = (
    CandidateIdentified
    | MakeOffer
    | OfferWithheld
    | AcceptOffer
    | DeclineOffer
    | NoteNoResponse
    | ContactConsentWithdrawn
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Only what `decide` needs; `latest` is the time of the last step: the next one follows."""

    status: Status = Status.NEW
    organisation: UUID | None = None
    source: str = ""
    origin: str | None = None
    attempts: int = 0
    contact: UUID | None = None
    latest: Occurred = UNKNOWN


def decide(command: OfferCommand, offer: Offer) -> list[OfferEvent]:
    if isinstance(command, CandidateIdentified):
        return _identify(command, offer)
    _require_order(command, offer)
    match command:
        case MakeOffer():
            return _make(command, offer)
        case OfferWithheld():
            return _withhold(command, offer)
        case AcceptOffer():
            return _accept(command, offer)
        case DeclineOffer():
            return _decline(command, offer)
        case NoteNoResponse():
            return _note_no_response(command, offer)
        case ContactConsentWithdrawn():
            return [command] if offer.contact else []
        case _:
            assert_never(command)


def evolve(offer: Offer, event: OfferEvent) -> Offer:
    offer = replace(offer, latest=_later(offer.latest, event.occurred))
    match event:
        case CandidateIdentified():
            return replace(
                offer,
                status=Status.IDENTIFIED,
                organisation=event.organisation,
                source=event.source,
                origin=event.origin,
            )
        case OfferMade(attempt=attempt):
            return replace(offer, status=Status.OFFERED, attempts=attempt)
        case OfferWithheld():
            return replace(offer, status=Status.WITHHELD)
        case OfferAccepted():
            return replace(offer, status=Status.ACCEPTED)
        case OfferDeclined():
            return replace(offer, status=Status.DECLINED)
        case OfferUnanswered():
            return replace(offer, status=Status.UNANSWERED)
        case ContactConsentGiven(contact=contact):
            return replace(offer, contact=contact)
        case ContactConsentWithdrawn():
            return replace(offer, contact=None)
        case _:
            assert_never(event)


def _later(one: Occurred, other: Occurred) -> Occurred:
    """The one that began later; what happened at an unknown time is not known to be later."""
    if one.at is None or (other.at is not None and other.at >= one.at):
        return other
    return one


def _require_order(command: OfferCommand, offer: Offer) -> None:
    if command.occurred.certainly_before(offer.latest):
        raise Rejected("impossible-order", "This cannot have happened before what it follows.")


def require_after_origin(occurred: Occurred, origin: str | None) -> None:
    if origin and occurred.certainly_before(Occurred.parse(origin)):
        raise Rejected("impossible-order", "This cannot have happened before its origin.")


def _require(offer: Offer, *statuses: Status) -> None:
    if offer.status not in statuses:
        raise Rejected("offer-" + offer.status, f"The offer is {offer.status}; this cannot follow.")


def _identify(told: CandidateIdentified, offer: Offer) -> list[OfferEvent]:
    if offer.organisation == told.organisation:
        return []
    _require(offer, Status.NEW)
    require_after_origin(told.occurred, told.origin)
    return [told]


def _make(command: MakeOffer, offer: Offer) -> list[OfferEvent]:
    """A silent, declined or withheld candidate may be offered (again); each try is an attempt."""
    _require(
        offer,
        Status.IDENTIFIED,
        Status.OFFERED,
        Status.WITHHELD,
        Status.DECLINED,
        Status.UNANSWERED,
    )
    return [
        OfferMade(
            attempt=offer.attempts + 1,
            channel=command.channel,
            by_function=command.by_function,
            occurred=command.occurred,
        )
    ]


def _withhold(told: OfferWithheld, offer: Offer) -> list[OfferEvent]:
    if offer.status is Status.WITHHELD:
        return []
    _require(offer, Status.IDENTIFIED)
    return [told]


def _accept(command: AcceptOffer, offer: Offer) -> list[OfferEvent]:
    """A yes may come months after a no; consent may follow it, and again with newer data."""
    _require(offer, Status.OFFERED, Status.DECLINED, Status.UNANSWERED, Status.ACCEPTED)
    events: list[OfferEvent] = []
    if offer.status is not Status.ACCEPTED:
        events.append(
            OfferAccepted(
                attempt=offer.attempts, reasons=command.reasons, occurred=command.occurred
            )
        )
    consent = command.consent
    if consent and consent.contact != offer.contact:
        events.append(
            ContactConsentGiven(
                form=consent.form, contact=consent.contact, occurred=command.occurred
            )
        )
    return events


def _decline(command: DeclineOffer, offer: Offer) -> list[OfferEvent]:
    if offer.status is Status.DECLINED:
        return []
    if command.referred:
        raise Rejected("already-referred", "The candidate was referred; the offer stands accepted.")
    _require(offer, Status.OFFERED, Status.UNANSWERED, Status.ACCEPTED)
    return [
        OfferDeclined(attempt=offer.attempts, reasons=command.reasons, occurred=command.occurred)
    ]


def _note_no_response(command: NoteNoResponse, offer: Offer) -> list[OfferEvent]:
    if offer.status is Status.UNANSWERED:
        return []
    _require(offer, Status.OFFERED)
    return [OfferUnanswered(attempt=offer.attempts, occurred=command.occurred)]


offer_decider = Decider(Offer(), decide, evolve)
OFFER = StreamType("offer", offer_decider, CODEC)
