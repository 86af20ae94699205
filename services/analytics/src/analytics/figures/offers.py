"""Offers and answers per organisation and quarter, with and without any organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from analytics.figures.asked import AsAsked, Asked
from analytics.figures.figure import Basis, Behind, basis, events_behind, share
from analytics.views import offers
from analytics.views.behind import of_keys
from analytics.views.offers import OFFERS, By, Choice
from analytics.views.snapshot import TheSnapshots
from kit.bodies import Answer
from kit.endpoints import lists
from kit.paging import AtPage, Listed

router = APIRouter(tags=["figures"])


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
    by: By = By.ORGANISATION,
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
        [totals] = await snapshot.fetch(offers.counts(choice, None))
        total_reasons = await snapshot.fetch(offers.reasons(choice, None))
        rows = await snapshot.fetch(offers.counts(choice, by))
        reasons = await snapshot.fetch(offers.reasons(choice, by))
        rests_on = await basis(snapshot, offers_asked.asked)
    nowhere = {"organisation": None, "quarter": None}
    return OffersFigure(
        n=totals["candidates"],
        basis=rests_on,
        totals=Counts(**_counts(totals, total_reasons)),
        rows=[OffersRow(**{**nowhere, **_counts(row, _of(row, reasons, by))}) for row in rows],
    )


def _of(row: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]], by: By) -> list[Any]:
    groups = offers.groups_of(by)
    return [reason for reason in reasons if all(reason[g] == row[g] for g in groups)]


def _counts(row: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    named = [Reason(answer=r["answer"], reason=r["reason"], n=r["n"]) for r in reasons]
    return {**row, "share": share(row["accepted"], row["offered"]), "reasons": named}


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
