"""The rows behind all figures, view by view, as files for a warehouse or a notebook."""

import json
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from analytics.figures.asked import AsAsked
from analytics.figures.figure import Basis, basis
from analytics.parts import TheProgrammes
from analytics.views import exports
from analytics.views.every import every
from analytics.views.snapshot import TheSnapshots
from analytics.views.written import MEDIA_TYPES, Form, written
from events.views import View
from kit.endpoints import lists
from kit.paging import AtPage
from programmes.loader import Programmes

router = APIRouter(tags=["figures"])


class Exported(StrEnum):
    OFFERS = "offers"
    PROGRESS = "progress"
    CASELOAD = "caseload"
    EFFORT = "effort"
    NEEDS = "needs"
    SCORES = "scores"
    SCREENINGS = "screenings"
    MILESTONES = "milestones"

    def view(self, programmes: Programmes) -> View:
        return next(view for view in every(programmes) if view.name == self)


@router.get(
    "/v1/exports/{view}",
    summary="The rows of a view, as a file",
    response_class=Response,
    responses={
        200: {"content": {media: {"schema": {"type": "string"}} for media in MEDIA_TYPES.values()}}
    },
    dependencies=[lists("figure:export")],
)
async def export_view(
    view: Exported,
    asked: AsAsked,
    page: AtPage,
    programmes: TheProgrammes,
    snapshots: TheSnapshots,
    form: Annotated[Form, Query(alias="format", description="Of the file.")] = Form.CSV,
) -> Response:
    """A page holds all rows of `limit` cases, and a `Link` to the next page if there is one.

    The header `Basis` says as JSON what figures say of what they rest on.
    """
    exported = view.view(programmes)
    [after] = page.after or [None]
    start = UUID(after) if after else None
    found = exports.rows(exported.table, asked.cut, after=start, cases=page.fetch)
    async with snapshots.of(asked.min_position, exported) as snapshot:
        rows = await snapshot.fetch(found)
        rests_on = await basis(snapshot, asked)
    cases = [list(own) for _, own in groupby(rows, itemgetter("key"))]
    shown = page.answer(cases, lambda own: [str(own[0]["key"])], list)
    rows_shown = [row for own in shown.items for row in own]
    content = written(form, exports.columns(exported.table), rows_shown)
    link = {"link": page.response.headers["link"]} if shown.next else {}
    headers = {**link, "basis": _as_header(rests_on)}
    return Response(content, media_type=form.media_type, headers=headers)


def _as_header(rests_on: Basis) -> str:
    return json.dumps(rests_on.model_dump(mode="json", by_alias=True))
