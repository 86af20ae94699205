"""What led to a case: whom the case is opened for learns it with the accepted referral."""

from uuid import UUID

from events.commands import History
from events.history import latest
from events.occurrence import Occurred
from intake.offer.decider import OFFER
from intake.offer.events import OfferAccepted
from intake.referral.commands import Led
from intake.referral.decider import REFERRAL
from intake.referral.origins import origin_of


def led_by(history: History, case_id: UUID) -> Led:
    """In dates and codes, as known now; of a candidate who was offered support the yes too."""
    referral = REFERRAL.state(history, REFERRAL.beside(case_id))
    offer = OFFER.state(history, case_id)
    thought = latest(offer.assessments, lambda _: None).get(None)
    yes = offer.told if isinstance(offer.told, OfferAccepted) else None
    return Led(
        source=referral.source or None,
        referred=_date(referral.made),
        origin=origin_of(history, case_id),
        assessment=thought.assessment if thought else None,
        assessed=_date(thought.occurred) if thought else None,
        status=thought.status if thought else None,
        kind=thought.kind if thought else None,
        consequence=thought.consequence if thought else None,
        attempt=yes.attempt if yes else None,
        channel=offer.channel if yes else None,
        reasons=yes.reasons if yes else (),
    )


def _date(occurred: Occurred) -> str | None:
    """An instant by its day; None where nothing is known."""
    if occurred.at is None:
        return None
    return str(occurred.day or occurred)
