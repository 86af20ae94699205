"""What led to a case: whom the case is opened for learns it with the accepted referral."""

from uuid import UUID

from events.commands import History
from events.history import latest
from events.occurrence import Occurred
from intake.offer.decider import OFFER
from intake.offer.events import OfferAccepted
from intake.offer.origin import Assessments
from intake.referral.commands import Led
from intake.referral.decider import REFERRAL
from intake.referral.origins import origin_of
from programmes.term import UNKNOWN


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
        status=_last(offer.assessments, "status"),
        kind=_last(offer.assessments, "kind"),
        consequence=_last(offer.assessments, "consequence"),
        attempt=yes.attempt if yes else None,
        channel=offer.channel if yes else None,
        reasons=yes.reasons if yes else (),
    )


def _last(assessments: Assessments, field: str) -> str | None:
    """Who does not know it any more takes nothing back that was known."""
    known = [told for told in assessments if getattr(told, field) != UNKNOWN] or assessments
    return getattr(latest(known, lambda _: None).get(None), field, None)


def _date(occurred: Occurred) -> str | None:
    """An instant by its day; None where nothing is known."""
    if occurred.at is None:
        return None
    return str(occurred.day or occurred)
