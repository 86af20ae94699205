"""The rows behind all figures, view by view, as CSV for a warehouse or a notebook."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from analytics.figures.asked import AsAsked
from analytics.parts import TheProgrammes
from analytics.views import exports
from analytics.views.caseload import CASELOAD
from analytics.views.effort import EFFORT
from analytics.views.milestones import milestones
from analytics.views.offers import OFFERS
from analytics.views.progress import PROGRESS
from analytics.views.snapshot import TheSnapshots
from events.views import View
from kit.endpoints import lists
from kit.paging import AtPage
from programmes.loader import Programmes

CSV = "text/csv"
router = APIRouter(tags=["figures"])


class Exported(StrEnum):
    OFFERS = "offers"
    PROGRESS = "progress"
    CASELOAD = "caseload"
    EFFORT = "effort"
    MILESTONES = "milestones"

    def view(self, programmes: Programmes) -> View:
        views = (OFFERS, PROGRESS, CASELOAD, EFFORT, milestones(programmes))
        return next(view for view in views if view.name == self)


@router.get(
    "/v1/exports/{view}",
    summary="The rows of a view, as CSV",
    response_class=Response,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}},
    dependencies=[lists("figure:export")],
)
async def export_view(
    view: Exported,
    asked: AsAsked,
    page: AtPage,
    programmes: TheProgrammes,
    snapshots: TheSnapshots,
) -> Response:
    """A page holds all rows of `limit` cases, and a `Link` to the next page if there is one."""
    exported = view.view(programmes)
    [after] = page.after or [None]
    start = UUID(after) if after else None
    found = exports.rows(exported.table, asked.cut, after=start, cases=page.fetch)
    async with snapshots.of(asked.min_position, exported) as snapshot:
        rows = await snapshot.fetch(found)
    cases = [list(own) for _, own in groupby(rows, itemgetter("key"))]
    shown = page.answer(cases, lambda own: [str(own[0]["key"])], list)
    content = _csv(exports.columns(exported.table), [row for own in shown.items for row in own])
    link = {"link": page.response.headers["link"]} if shown.next else {}
    return Response(content, media_type=CSV, headers=link)


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return written.getvalue()


def _cell(value: object) -> object:
    """Several codes in one cell are set apart by spaces, which no code holds."""
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat()
        case list():
            return " ".join(map(str, value))
        case _:
            return value
