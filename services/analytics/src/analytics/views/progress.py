"""Progress: how far each candidate or referral has come, from identification to closing."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Column, Select, Text, Uuid, func, select

from analytics.log import Fact
from analytics.views.answer import ANSWER_TYPES, NOT_ANSWERED, Answer, Answered
from analytics.views.cut import Cut, held
from events.contracts import type_name
from events.contracts.casefile import CaseClosed, CaseOpened, CaseReopened
from events.contracts.intake import (
    CandidateIdentified,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferUnanswered,
    ReferralAccepted,
    ReferralMade,
    ReferralScreenedOut,
    ReferralWithdrawn,
)
from events.views import Row, View, intervals

TYPES = ANSWER_TYPES | {
    type_name("intake", "candidate-identified"),
    type_name("intake", "offer-made"),
    type_name("intake", "referral-made"),
    type_name("intake", "referral-accepted"),
    type_name("intake", "referral-screened-out"),
    type_name("intake", "referral-withdrawn"),
    type_name("casefile", "case-opened"),
    type_name("casefile", "case-closed"),
    type_name("casefile", "case-closing-corrected"),
    type_name("casefile", "case-reopened"),
}


class Progress(NamedTuple):
    """What is folded; `opened` and `closed` are the last spell of which that is known.

    `admitted`: the desk accepted the referral, whether or not the case is open yet.
    """

    programme: str | None = None
    organisation: UUID | None = None
    identified: bool = False
    offered: bool = False
    answered: Answered = NOT_ANSWERED
    referred: bool = False
    admitted: bool = False
    withdrawn: bool = False
    screening_out_reason: str | None = None
    opened: int = 0
    closed: int = 0


NOTHING = Progress()


def _evolve(progress: Progress, fact: Fact) -> Progress:
    known = progress if progress.programme else _under(progress, fact)
    match fact.event:
        case CandidateIdentified(organisation=organisation):
            return known._replace(organisation=organisation, identified=True)
        case OfferMade():
            return known._replace(offered=True)
        case OfferAccepted() | OfferDeclined() | OfferUnanswered() as answer:
            return known._replace(offered=True, answered=known.answered.then(answer))
        case ReferralMade(organisation=organisation):
            return _through(known, organisation)._replace(referred=True)
        case ReferralAccepted():
            return known._replace(admitted=True)
        case ReferralWithdrawn():
            return known._replace(withdrawn=True)
        case ReferralScreenedOut(reason=reason):
            return known._replace(screening_out_reason=reason)
        case CaseOpened(organisation=organisation, spell=spell):
            return _through(known, organisation)._replace(opened=max(known.opened, spell))
        case CaseReopened(spell=spell):
            return known._replace(opened=max(known.opened, spell))
        case CaseClosed(spell=spell):
            return known._replace(closed=max(known.closed, spell))
        case _:
            return progress


def _under(progress: Progress, fact: Fact) -> Progress:
    return progress._replace(programme=fact.metadata.programme)


def _through(progress: Progress, organisation: UUID | None) -> Progress:
    """Who referred, where nobody identified a candidate before."""
    return progress._replace(organisation=progress.organisation or organisation)


def _waits(progress: Progress) -> bool:
    """Referred, and not decided on, nor taken back, nor supported."""
    decided = progress.admitted or progress.screening_out_reason is not None
    return progress.referred and not (decided or progress.withdrawn or progress.opened)


def _row(progress: Progress) -> Iterable[Row]:
    if progress == NOTHING:
        return
    yield {
        "programme": progress.programme,
        "organisation": progress.organisation,
        "identified": progress.identified,
        "offered": progress.offered,
        "accepted": progress.answered.answer is Answer.ACCEPTED,
        "referred": progress.referred,
        "screened_out": progress.screening_out_reason is not None,
        "screening_out_reason": progress.screening_out_reason,
        "withdrawn": progress.withdrawn,
        "waiting": _waits(progress),
        "supported": progress.opened > 0,
        "closed": 0 < progress.opened <= progress.closed,
    }


rows = intervals(NOTHING, _evolve, _row)

PROGRESS = View.of(
    "progress",
    3,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("identified", Boolean, nullable=False),
    Column("offered", Boolean, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("referred", Boolean, nullable=False),
    Column("screened_out", Boolean, nullable=False),
    Column("screening_out_reason", Text),
    Column("withdrawn", Boolean, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("supported", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
    types=TYPES,
    rows=rows,
)
TABLE = PROGRESS.table


STEPS = (
    "identified",
    "offered",
    "accepted",
    "referred",
    "screened_out",
    "withdrawn",
    "waiting",
    "supported",
    "closed",
)


def counts(cut: Cut) -> Select[*tuple[object, ...]]:
    """How many came how far."""
    steps = (func.count().filter(TABLE.c[step]).label(step) for step in STEPS)
    return select(func.count().label("n"), *steps).where(held(TABLE, cut))


def screening_out_reasons(cut: Cut) -> Select[str, int]:
    reason = TABLE.c.screening_out_reason
    return (
        select(reason.label("reason"), func.count().label("n"))
        .where(held(TABLE, cut), reason.is_not(None))
        .group_by(reason)
        .order_by(reason)
    )


def keys(cut: Cut) -> Select[UUID]:
    return select(TABLE.c.key).where(held(TABLE, cut))
