"""The statistics of a number of days, hours or scores, as figures show them."""

from collections.abc import Mapping
from typing import Any

from kit.bodies import Answer

NAMES = ("mean", "min", "lower_quartile", "median", "upper_quartile", "max")


class Statistics(Answer):
    """All null where nothing was measured; quartiles and median are interpolated."""

    mean: float | None
    min: float | None
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None
    max: float | None


def statistics(found: Mapping[str, Any], unit: float = 1, prefix: str = "") -> Statistics:
    """Of the columns with these names, in a unit of so many of theirs."""
    values = {name: found[prefix + name] for name in NAMES}
    return Statistics(
        **{name: None if v is None else round(v / unit, 4) for name, v in values.items()}
    )
