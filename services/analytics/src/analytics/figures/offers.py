"""Offers and answers per organisation and quarter, with and without any organisation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from analytics.figures.asked import AsAsked, Asked
from analytics.figures.figure import Basis, Behind, basis, events_behind, share
from analytics.views import offers
from analytics.views.answer import Answer as Given
from analytics.views.behind import of_keys
from analytics.views.offers import OFFERS, By, Choice
from analytics.views.snapshot import TheSnapshots
from kit.bodies import Answer
from kit.endpoints import lists
from kit.paging import AtPage, Listed

router = APIRouter(tags=["figures"])

Alike = Mapping[str, Any]
"""How many candidates were offered and answered alike, in one group."""


class Reason(Answer):
    """How many candidates have this answer for this reason; one may have several reasons."""

    answer: str
    reason: str
    n: int


class Counts(Answer):
    """Candidates; of those `offered`, the `silent` have not answered, and the share is of all.

    `unanswered` means that it was noted that no answer came.
    """

    candidates: int
    offered: int
    withheld: int
    accepted: int
    declined: int
    unanswered: int
    silent: int
    attempts: int
    share: float | None
    reasons: list[Reason]


class OffersRow(Counts):
    """Organisation and quarter are null where the figure is not split by them."""

    organisation: UUID | None
    quarter: str | None


class OffersFigure(Answer):
    """`n` is the number of candidates."""

    n: int
    basis: Basis
    totals: Counts
    rows: list[OffersRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersAsked:
    asked: Asked
    choice: Choice
    by: By


async def _asked(
    asked: AsAsked,
    by: Annotated[By, Query(description="What rows are by.")] = By.ORGANISATION,
    organisation: Annotated[Sequence[UUID], Query(description="Only these.")] = (),
    without: Annotated[
        Sequence[UUID], Query(alias="exceptOrganisation", description="All but these.")
    ] = (),
) -> OffersAsked:
    choice = Choice(cut=asked.cut, only=organisation, without=without)
    return OffersAsked(asked=asked, choice=choice, by=by)


AsOffersAsked = Annotated[OffersAsked, Depends(_asked)]


@router.get(
    "/v1/figures/offers", summary="Offers and their answers", dependencies=[lists("figure:read")]
)
async def read_offers(offers_asked: AsOffersAsked, snapshots: TheSnapshots) -> OffersFigure:
    choice, by = offers_asked.choice, offers_asked.by
    async with snapshots.of(offers_asked.asked.min_position, OFFERS) as snapshot:
        counted = await snapshot.fetch(offers.counts(choice, by))
        rests_on = await basis(snapshot, offers_asked.asked)
    totals = _counts(counted)
    return OffersFigure(
        n=totals["candidates"], basis=rests_on, totals=Counts(**totals), rows=_rows(counted, by)
    )


def _rows(counted: Sequence[Alike], by: By) -> list[OffersRow]:
    names = offers.groups_of(by)
    nowhere = {"organisation": None, "quarter": None}
    groups = groupby(counted, itemgetter(*names))
    return [
        OffersRow(**{**nowhere, **{name: rows[0][name] for name in names}, **_counts(rows)})
        for rows in (list(group) for _, group in groups)
    ]


def _counts(counted: Sequence[Alike]) -> dict[str, Any]:
    answers: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for alike in counted:
        answers[alike["answer"]] += alike["candidates"]
        for reason in alike["reasons"]:
            reasons[alike["answer"], reason] += alike["candidates"]
    offered = [alike for alike in counted if alike["offered"]]
    silent = [alike for alike in offered if alike["answer"] == Given.NONE]
    return {
        **{a.value: answers[a] for a in Given if a is not Given.NONE},
        "candidates": _sum(counted, "candidates"),
        "offered": _sum(offered, "candidates"),
        "silent": _sum(silent, "candidates"),
        "attempts": _sum(counted, "attempts"),
        "share": share(answers[Given.ACCEPTED], _sum(offered, "candidates")),
        "reasons": [Reason(answer=a, reason=r, n=n) for (a, r), n in sorted(reasons.items())],
    }


def _sum(counted: Sequence[Alike], name: str) -> int:
    return sum(alike[name] for alike in counted)


@router.get(
    "/v1/figures/offers/events",
    summary="The events behind offers and answers",
    dependencies=[lists("figure:read-events")],
)
async def list_offers_events(
    offers_asked: AsOffersAsked, page: AtPage, snapshots: TheSnapshots
) -> Listed[Behind]:
    asked = offers_asked.asked
    concern = of_keys(offers.keys(offers_asked.choice), offers.TYPES, asked.cut)
    async with snapshots.of(asked.min_position, OFFERS) as snapshot:
        return await events_behind(snapshot, concern, asked, page)
