"""What every figure is asked for: a programme, and the two times of which it tells."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from analytics.parts import TheProgrammes
from analytics.views.cut import Cut
from events.contracts.contract import Code
from events.history import FOREVER
from kit import problems
from kit.clock import REQUEST_TIME
from kit.moments import AtMoment


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The cut, and how its times were given; `min_position` is what the view must have reached."""

    cut: Cut
    as_of_given: str | None
    known_at_given: str | None
    min_position: int


async def _asked(
    request: Request,
    at: AtMoment,
    programmes: TheProgrammes,
    programme: Annotated[Code | None, Query(description="By default all.")] = None,
) -> Asked:
    if programme is not None and programme not in programmes.codes():
        raise problems.invalid([unknown("programme", programmes.codes())])
    cut = Cut(
        principal=request.state.principal,
        programme=programme,
        as_of=REQUEST_TIME.get() if at.as_of == FOREVER else at.as_of,
        known_at=at.known_at,
    )
    return Asked(
        cut=cut,
        as_of_given=request.query_params.get("asOf"),
        known_at_given=request.query_params.get("knownAt"),
        min_position=at.min_position,
    )


def unknown(parameter: str, known: frozenset[str]) -> dict[str, str]:
    return {"parameter": parameter, "detail": f"must be one of: {', '.join(sorted(known))}"}


AsAsked = Annotated[Asked, Depends(_asked)]
"""How a route takes part in all this: a parameter of this type."""
