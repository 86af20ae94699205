"""The funnel: how many came how far, from identification to closing."""

from fastapi import APIRouter

from analytics.figures.asked import AsAsked
from analytics.figures.figure import Basis, Behind, basis, events_behind, share
from analytics.views import progress
from analytics.views.behind import of_keys
from analytics.views.progress import PROGRESS
from analytics.views.snapshot import TheSnapshots
from kit.bodies import Answer
from kit.endpoints import lists
from kit.paging import AtPage, Listed

router = APIRouter(tags=["figures"])


class ScreenedOut(Answer):
    reason: str
    n: int


class FunnelFigure(Answer):
    """`n` counts candidates and those who came another way; `openShare` is of the supported.

    Of those who were referred, `withdrawn` were taken back before the desk decided on them, and
    `waiting` are neither decided on nor taken back.
    """

    n: int
    basis: Basis
    candidates: int
    offered: int
    accepted: int
    referred: int
    screened_out: int
    screened_out_reasons: list[ScreenedOut]
    withdrawn: int
    waiting: int
    supported: int
    closed: int
    open: int
    open_share: float | None


@router.get(
    "/v1/figures/funnel",
    summary="From candidate to closed case",
    dependencies=[lists("figure:read")],
)
async def read_funnel(asked: AsAsked, snapshots: TheSnapshots) -> FunnelFigure:
    async with snapshots.of(asked.min_position, PROGRESS) as snapshot:
        [counted] = await snapshot.fetch(progress.counts(asked.cut))
        reasons = await snapshot.fetch(progress.screening_out_reasons(asked.cut))
        rests_on = await basis(snapshot, asked)
    candidates = counted.pop("identified")
    still_open = counted["supported"] - counted["closed"]
    return FunnelFigure(
        **counted,
        basis=rests_on,
        candidates=candidates,
        screened_out_reasons=[ScreenedOut(**reason) for reason in reasons],
        open=still_open,
        open_share=share(still_open, counted["supported"]),
    )


@router.get(
    "/v1/figures/funnel/events",
    summary="The events behind the funnel",
    dependencies=[lists("figure:read-events")],
)
async def list_funnel_events(
    asked: AsAsked, page: AtPage, snapshots: TheSnapshots
) -> Listed[Behind]:
    concern = of_keys(progress.keys(asked.cut), progress.TYPES, asked.cut)
    async with snapshots.of(asked.min_position, PROGRESS) as snapshot:
        return await events_behind(snapshot, concern, asked, page)
