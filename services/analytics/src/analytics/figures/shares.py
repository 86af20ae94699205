"""In what share of some cases something happened, what is not known apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from analytics.figures.chosen import FORM, AsOpened, Chosen, Reading
from analytics.figures.figure import Basis, Behind, basis, events_behind, share
from analytics.views import shares
from analytics.views.behind import among as behind_milestones
from analytics.views.shares import Asking
from analytics.views.snapshot import TheSnapshots
from kit.bodies import Answer
from kit.endpoints import lists
from kit.paging import AtPage, Listed

router = APIRouter(tags=["figures"])


class SharesFigure(Answer):
    """Of `n` cases, `yes` have it, of `no` it is known that they have not; share is yes of n."""

    n: int
    basis: Basis
    yes: int
    no: int
    unknown: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesAsked:
    chosen: Chosen
    asking: Asking


async def _asked(
    chosen: AsOpened,
    of: Annotated[
        Sequence[str], Query(min_length=1, description=f"All of these make a yes: {FORM}.")
    ],
    against: Annotated[
        Sequence[str],
        Query(description="All of these make a no; without, whatever is no yes is unknown."),
    ] = (),
) -> SharesAsked:
    reading = Reading(chosen.programmes)
    asking = Asking(
        of=reading.conditions("of", of),
        against=reading.conditions("against", against),
        cases=chosen.cases(reading),
    )
    reading.done()
    return SharesAsked(chosen=chosen, asking=asking)


AsSharesAsked = Annotated[SharesAsked, Depends(_asked)]


@router.get(
    "/v1/figures/shares",
    summary="In what share of cases something happened",
    dependencies=[lists("figure:read")],
)
async def read_shares(shares_asked: AsSharesAsked, snapshots: TheSnapshots) -> SharesFigure:
    chosen = shares_asked.chosen
    async with snapshots.of(chosen.asked.min_position, chosen.view) as snapshot:
        [found] = await snapshot.fetch(shares.counts(shares_asked.asking))
        rests_on = await basis(snapshot, chosen.asked)
    return SharesFigure(**found, basis=rests_on, share=share(found["yes"], found["n"]))


@router.get(
    "/v1/figures/shares/events",
    summary="The events behind a share",
    dependencies=[lists("figure:read-events")],
)
async def list_shares_events(
    shares_asked: AsSharesAsked, page: AtPage, snapshots: TheSnapshots
) -> Listed[Behind]:
    chosen = shares_asked.chosen
    concern = behind_milestones(shares.events(shares_asked.asking))
    async with snapshots.of(chosen.asked.min_position, chosen.view) as snapshot:
        return await events_behind(snapshot, concern, chosen.asked, page)
