"""The latest answer to an offer: what counts where somebody was offered more than once."""

from dataclasses import dataclass
from enum import StrEnum

from events.contracts import type_name
from events.contracts.intake import OfferAccepted, OfferDeclined, OfferUnanswered

ANSWER_TYPES = frozenset(
    type_name("intake", event) for event in ("offer-accepted", "offer-declined", "offer-unanswered")
)


class Answer(StrEnum):
    NONE = "none"
    WITHHELD = "withheld"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, the attempt that it is to, and its reasons."""

    answer: Answer = Answer.NONE
    attempt: int = 0
    reasons: tuple[str, ...] = ()

    def then(self, event: OfferAccepted | OfferDeclined | OfferUnanswered) -> "Answered":
        """The later of the two; an answer to an earlier attempt is never the latest."""
        return self if event.attempt < self.attempt else _answered(event)


NOT_ANSWERED = Answered()


def _answered(event: OfferAccepted | OfferDeclined | OfferUnanswered) -> Answered:
    match event:
        case OfferAccepted(attempt=attempt, reasons=reasons):
            return Answered(Answer.ACCEPTED, attempt, tuple(reasons))
        case OfferDeclined(attempt=attempt, reasons=reasons):
            return Answered(Answer.DECLINED, attempt, tuple(reasons))
        case OfferUnanswered(attempt=attempt):
            return Answered(Answer.UNANSWERED, attempt)
