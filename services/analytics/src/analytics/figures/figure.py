"""What every figure says beside its numbers: on what it rests, and the events behind it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from analytics.figures.asked import Asked
from analytics.views.behind import Concern, behind, watermarks
from analytics.views.snapshot import Snapshot
from events.occurrence import Occurred, Precision
from kit.bodies import Answer
from kit.paging import Listed, Page


class Watermark(Answer):
    """The last event of a service that has been taken in, by its own position and time."""

    source: str
    position: int
    recorded_at: datetime


class Basis(Answer):
    """What a figure rests on.

    `asOf` is where it ends and `cutOff` the civil day of that; `knownAt` is null where all that is
    known counts; `position` is how far the view had read analytics' own log. Of `parkedCases`, of
    whatever programme, something was told that cannot be read: they are left out, or counted as
    they were before.
    """

    programme: str | None
    as_of: datetime
    as_of_given: str | None
    cut_off: date
    known_at: datetime | None
    known_at_given: str | None
    position: int
    parked_cases: int
    watermarks: list[Watermark]


class Behind(Answer):
    """An event behind a figure; `position` is the one in the log of its source."""

    id: UUID
    type: str
    source: str
    position: int
    occurred_at: str
    recorded_at: datetime
    key: UUID
    corrects: UUID | None


async def basis(snapshot: Snapshot, asked: Asked) -> Basis:
    marks = await snapshot.fetch(watermarks(asked.cut, snapshot.position))
    return Basis(
        programme=asked.cut.programme,
        as_of=asked.cut.as_of,
        as_of_given=asked.as_of_given,
        cut_off=asked.cut.last_day,
        known_at=asked.cut.known_at if asked.known_at_given else None,
        known_at_given=asked.known_at_given,
        position=snapshot.position,
        parked_cases=snapshot.parked,
        watermarks=[Watermark(**mark) for mark in marks],
    )


async def events_behind(
    snapshot: Snapshot, concern: Concern, asked: Asked, page: Page
) -> Listed[Behind]:
    """A page of the events, in the order in which they came in."""
    [after] = page.after or [0]
    rows = await snapshot.fetch(behind(concern, asked.cut, after=after, limit=page.fetch))
    return page.answer(rows, lambda row: [row["position"]], _behind)


def _behind(row: Mapping[str, Any]) -> Behind:
    return Behind(
        id=row["id"],
        type=row["type"],
        source=row["source"],
        position=row["source_position"],
        occurred_at=str(Occurred(row["occurred_at"], Precision(row["occurred_precision"]))),
        recorded_at=row["recorded_at"],
        key=row["key"],
        corrects=row["corrects"],
    )


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
