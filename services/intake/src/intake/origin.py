"""The origin: when what brought someone here happened (an incident, a diagnosis), as a date."""

from typing import Annotated

from pydantic import AfterValidator

from events.occurrence import Occurred, Precision
from kit.bodies import OccurredAt


def _dated(origin: Occurred) -> Occurred:
    if origin.precision in (Precision.INSTANT, Precision.UNKNOWN):
        raise ValueError("a year, month or day is needed, or null if it is not known")
    return origin


Origin = Annotated[OccurredAt, AfterValidator(_dated)]
