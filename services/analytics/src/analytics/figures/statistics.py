"""The statistics of a number of days, hours or scores, as figures show them."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
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


def of_counts(counts: Mapping[int, int]) -> dict[str, float | None]:
    """The same as `measures` gives, from how often each value is there."""
    values = sorted(counts)
    upto = [*accumulate(counts[value] for value in values)]
    if not upto:
        return dict.fromkeys(NAMES)
    return {
        "mean": sum(value * n for value, n in counts.items()) / upto[-1],
        "min": values[0],
        "lower_quartile": _quantile(0.25, values, upto),
        "median": _quantile(0.5, values, upto),
        "upper_quartile": _quantile(0.75, values, upto),
        "max": values[-1],
    }


def _quantile(share: float, values: Sequence[int], upto: Sequence[int]) -> float:
    """Between the two that lie beside that place in the order of all."""
    place = share * (upto[-1] - 1)
    before = int(place)
    low, high = (values[bisect(upto, at)] for at in (before, min(before + 1, upto[-1] - 1)))
    return low + (high - low) * (place - before)
