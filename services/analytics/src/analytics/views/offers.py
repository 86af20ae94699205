"""Offers: one row per candidate, with who found them, what was offered, and the latest answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Boolean, Column, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from analytics.log import Fact
from analytics.views.answer import ANSWER_TYPES, NOT_ANSWERED, Answer, Answered
from analytics.views.cut import held_columns
from events.contracts import type_name
from events.contracts.intake import (
    CandidateIdentified,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferUnanswered,
    OfferWithheld,
)
from events.occurrence import CIVIL_TIME, UNKNOWN, Occurred, Precision
from events.views import Row, View, intervals, view_table

NAME, VERSION = "offers", 1
TYPES = ANSWER_TYPES | {
    type_name("intake", event) for event in ("candidate-identified", "offer-made", "offer-withheld")
}

TABLE = view_table(
    NAME,
    VERSION,
    Column("programme", Text),
    Column("organisation", Uuid, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("offered", Boolean, nullable=False),
    Column("answer", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    *held_columns(f"{NAME}_v{VERSION}"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is folded; without an organisation nobody was identified, and there is no candidate."""

    programme: str | None = None
    organisation: UUID | None = None
    identified: Occurred = UNKNOWN
    first_offer: Occurred | None = None
    attempts: int = 0
    withheld: tuple[str, ...] | None = None
    answered: Answered = NOT_ANSWERED


def rows(_key: UUID, facts: Sequence[Fact]) -> list[Row]:
    return intervals(facts, Candidate(), _evolve, _row)


def _evolve(candidate: Candidate, fact: Fact) -> Candidate:
    match fact.event:
        case CandidateIdentified(organisation=organisation):
            return replace(
                candidate,
                programme=fact.metadata.programme,
                organisation=organisation,
                identified=fact.occurred,
            )
        case OfferMade():
            return replace(_offered(candidate, fact), attempts=candidate.attempts + 1)
        case OfferWithheld(reason=reason):
            return replace(candidate, withheld=(reason,))
        case OfferAccepted() | OfferDeclined() | OfferUnanswered() as answer:
            return replace(_offered(candidate, fact), answered=candidate.answered.then(answer))
        case _:
            return candidate


def _offered(candidate: Candidate, fact: Fact) -> Candidate:
    """An answer, too, says that there was an offer: with imprecise dates it may come before it."""
    return replace(candidate, first_offer=candidate.first_offer or fact.occurred)


def _row(candidate: Candidate) -> Iterable[Row]:
    if candidate.organisation is None:
        return
    answer, reasons = _answer(candidate)
    yield {
        "programme": candidate.programme,
        "organisation": candidate.organisation,
        "quarter": quarter(candidate.first_offer or candidate.identified),
        "offered": candidate.first_offer is not None,
        "answer": answer,
        "attempts": candidate.attempts,
        "reasons": list(reasons),
    }


def _answer(candidate: Candidate) -> tuple[Answer, tuple[str, ...]]:
    """An offer that was withheld at first and made later is withheld no more."""
    if candidate.withheld is not None and candidate.first_offer is None:
        return Answer.WITHHELD, candidate.withheld
    return candidate.answered.answer, candidate.answered.reasons


def quarter(occurred: Occurred) -> str:
    """The quarter in civil time, such as `2019-Q3`; `unknown` where not even the month is known."""
    if occurred.at is None or occurred.precision is Precision.YEAR:
        return "unknown"
    local = occurred.at.astimezone(CIVIL_TIME)
    return f"{local.year}-Q{(local.month + 2) // 3}"


OFFERS = View(name=NAME, version=VERSION, table=TABLE, types=TYPES, rows=rows)
