"""The two times that a read may name: what had happened by `asOf`, as it was known at `knownAt`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import BeforeValidator, WithJsonSchema

from events.history import FOREVER
from events.occurrence import end_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """By default all that is known; `min_position` is what a list must have caught up with."""

    as_of: datetime = FOREVER
    known_at: datetime = FOREVER
    min_position: int = 0

    @property
    def past(self) -> bool:
        return self.as_of != FOREVER or self.known_at != FOREVER


NOW = Moment()


def _end_of(text: str) -> datetime:
    try:
        return end_of(text)
    except (ValueError, OverflowError):
        raise ValueError("a date, month, year or an instant with its offset is needed") from None


Until = Annotated[
    datetime,
    BeforeValidator(_end_of),
    WithJsonSchema(
        {
            "type": "string",
            "examples": ["2020-12-01", "2020-12-01T12:00:00Z", "2020-12", "2020"],
        }
    ),
]


async def _moment(
    as_of: Annotated[
        Until | None,
        Query(
            alias="asOf",
            description="Only what had happened by then: an instant, or a date, month or year, "
            "which mean their end. What is known by its month or year alone has happened from the "
            "first instant of that on; what has an unknown time, from when it was recorded.",
        ),
    ] = None,
    known_at: Annotated[
        Until | None,
        Query(
            alias="knownAt",
            description="Only what had been recorded by then: an instant, or a date, month or "
            "year, which mean their end.",
        ),
    ] = None,
    min_position: Annotated[
        int,
        Query(
            alias="minPosition",
            ge=0,
            le=2**63 - 1,
            description="A position of this service's own log: of a write here, or of `basis`.",
        ),
    ] = 0,
) -> Moment:
    return Moment(as_of=as_of or FOREVER, known_at=known_at or FOREVER, min_position=min_position)


AtMoment = Annotated[Moment, Depends(_moment)]
"""How a route takes part in time travel: a parameter of this type."""
