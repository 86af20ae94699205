"""Offers: one row per candidate, with who found them, what was offered, and the latest answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from analytics.log import Fact
from analytics.views.answer import ANSWER_TYPES, NOT_ANSWERED, Answer, Answered
from analytics.views.cut import Cut, lasted, seen
from events.columns import known_indexes
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
from events.views import Row, View, intervals

_ALIKE = UUID("5c9f1c6e-4b0d-4f0a-9d3e-0a9a6f3c7d11")
TYPES = ANSWER_TYPES | {
    type_name("intake", event) for event in ("candidate-identified", "offer-made", "offer-withheld")
}


class Candidate(NamedTuple):
    """What is folded; without an organisation nobody was identified, and there is no candidate."""

    programme: str | None = None
    organisation: UUID | None = None
    identified: Occurred = UNKNOWN
    first_offer: Occurred | None = None
    attempts: int = 0
    withheld: tuple[str, ...] | None = None
    answered: Answered = NOT_ANSWERED


def _evolve(candidate: Candidate, fact: Fact) -> Candidate:
    match fact.event:
        case CandidateIdentified(organisation=organisation):
            return candidate._replace(
                programme=fact.metadata.programme,
                organisation=organisation,
                identified=fact.occurred,
            )
        case OfferMade():
            return _offered(candidate, fact)._replace(attempts=candidate.attempts + 1)
        case OfferWithheld(reason=reason):
            return candidate._replace(withheld=(reason,))
        case OfferAccepted() | OfferDeclined() | OfferUnanswered() as answer:
            return _offered(candidate, fact)._replace(answered=candidate.answered.then(answer))
        case _:
            return candidate


def _offered(candidate: Candidate, fact: Fact) -> Candidate:
    """An answer, too, says that there was an offer: with imprecise dates it may come before it."""
    return candidate._replace(first_offer=candidate.first_offer or fact.occurred)


def _row(candidate: Candidate) -> Iterable[Row]:
    if candidate.organisation is None:
        return
    answer, reasons = _answer(candidate)
    row = {
        "programme": candidate.programme,
        "organisation": candidate.organisation,
        "quarter": quarter(candidate.first_offer or candidate.identified),
        "offered": candidate.first_offer is not None,
        "answer": answer,
        "attempts": candidate.attempts,
        "reasons": sorted(reasons),
    }
    yield {**row, "alike": _alike(tuple(map(str, row.values())))}


@lru_cache(maxsize=10_000)
def _alike(values: tuple[str, ...]) -> UUID:
    """The same for all rows that say the same: as long as these are few, it counts many sooner."""
    return uuid5(_ALIKE, repr(values))


def _answer(candidate: Candidate) -> tuple[Answer, tuple[str, ...]]:
    """An offer that was withheld at first and made later is withheld no more."""
    if candidate.withheld is not None and candidate.first_offer is None:
        return Answer.WITHHELD, candidate.withheld
    return candidate.answered.answer, candidate.answered.reasons


rows = intervals(Candidate(), _evolve, _row)


def quarter(occurred: Occurred) -> str:
    """The quarter in civil time, such as `2019-Q3`; `unknown` where not even the month is known."""
    if occurred.at is None or occurred.precision is Precision.YEAR:
        return "unknown"
    local = occurred.at.astimezone(CIVIL_TIME)
    return f"{local.year}-Q{(local.month + 2) // 3}"


OFFERS = View.of(
    "offers",
    3,
    Column("programme", Text),
    Column("organisation", Uuid, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("offered", Boolean, nullable=False),
    Column("answer", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("alike", Uuid, nullable=False),
    Index("offers_v3_alike", "alike"),
    *known_indexes("offers_v3", "alike"),
    types=TYPES,
    rows=rows,
)
TABLE = OFFERS.table
SAID = ("offered", "answer", "reasons")


class By(StrEnum):
    """What the figure has a row for."""

    ORGANISATION = "organisation"
    QUARTER = "quarter"
    ORGANISATION_QUARTER = "organisation-quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whose candidates are counted: those of `only` (empty: of all), but not those of `without`."""

    cut: Cut
    only: Sequence[UUID] = ()
    without: Sequence[UUID] = ()

    def chosen(self, table: FromClause) -> ColumnElement[bool]:
        organisation = table.c.organisation
        only = [organisation.in_(self.only)] if self.only else []
        return and_(seen(table, self.cut), organisation.not_in(self.without), *only)


def counts(choice: Choice, by: By) -> Select[*tuple[object, ...]]:
    """Candidates of each group that were offered and answered alike, with the same reasons.

    All of whatever organisation are counted, by what is alike; then one row of each is looked at.
    """
    counted = (
        select(TABLE.c.alike, func.count().label("candidates"))
        .where(lasted(TABLE, choice.cut))
        .group_by(TABLE.c.alike)
        .subquery()
    )
    table = TABLE.alias()
    one = select(table).where(table.c.alike == counted.c.alike).limit(1).lateral()
    said = [*(one.c[name] for name in groups_of(by)), *(one.c[name] for name in SAID)]
    return (
        select(
            *said,
            func.sum(counted.c.candidates).cast(Integer).label("candidates"),
            func.sum(counted.c.candidates * one.c.attempts).cast(Integer).label("attempts"),
        )
        .select_from(counted.join(one, true()))
        .where(choice.chosen(one))
        .group_by(*said)
        .order_by(*said)
    )


def keys(choice: Choice) -> Select[UUID]:
    return select(TABLE.c.key).where(lasted(TABLE, choice.cut), choice.chosen(TABLE))


def groups_of(by: By) -> list[str]:
    return by.split("-")
