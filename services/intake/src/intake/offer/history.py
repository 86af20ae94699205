"""The attempts of an offer as people look through them, each with the answers that it got."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from events.store import Json, Recorded
from intake.codec import CODEC
from intake.offer.events import OfferAccepted, OfferDeclined, OfferMade, OfferUnanswered
from intake.told import Told
from kit.bodies import Answer


class AnswerAnswer(Answer):
    """`explanation` is the id of what was said in people's own words, null where nothing was.

    `againOn` is when the programme's policy would have it offered again. Of what the desk recorded
    an organisation reads neither `reasons` nor `explanation`: the client told the programme.
    """

    answer: str
    reasons: list[str]
    final: bool
    again_on: date | None
    explanation: UUID | None
    occurred_at: str


class AttemptAnswer(Answer):
    """An attempt; what was not told of it is `unknown`, or null."""

    attempt: int
    channel: str
    by_function: str
    leaflet: str
    recipient: str
    route: str | None
    wording: str
    occurred_at: str
    answers: list[AnswerAnswer]


@dataclass(slots=True)
class _Told:
    made: OfferMade | None = None
    answers: list[AnswerAnswer] = field(default_factory=list)


def attempts(known: Iterable[Recorded[Json]], told_to: Told) -> list[AttemptAnswer]:
    """In the order of attempts; answers in the order of happening, with why as far as told."""
    told: dict[int, _Told] = {}
    for recorded in known:
        event = CODEC.decode(recorded).event
        if isinstance(event, OfferMade):
            told.setdefault(event.attempt, _Told()).made = event
        elif isinstance(event, OfferAccepted | OfferDeclined | OfferUnanswered):
            told.setdefault(event.attempt, _Told()).answers.append(
                _answer(event, why=told_to(recorded))
            )
    return [_attempt(each.made, each.answers) for _, each in sorted(told.items()) if each.made]


def _answer(event: OfferAccepted | OfferDeclined | OfferUnanswered, *, why: bool) -> AnswerAnswer:
    match event:
        case OfferAccepted(reasons=reasons):
            answer, final, again_on = "accepted", False, None
        case OfferDeclined(reasons=reasons, final=final, again_on=again_on):
            answer = "declined"
        case OfferUnanswered(again_on=again_on):
            answer, final, reasons = "unanswered", False, ()
    return AnswerAnswer(
        answer=answer,
        reasons=list(reasons) if why else [],
        final=final,
        again_on=again_on,
        explanation=event.explanation if why else None,
        occurred_at=str(event.occurred),
    )


def _attempt(made: OfferMade, answers: list[AnswerAnswer]) -> AttemptAnswer:
    return AttemptAnswer(
        attempt=made.attempt,
        channel=made.channel,
        by_function=made.by_function,
        leaflet=made.leaflet,
        recipient=made.recipient,
        route=made.route,
        wording=made.wording,
        occurred_at=str(made.occurred),
        answers=answers,
    )
