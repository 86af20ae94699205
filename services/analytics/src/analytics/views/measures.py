"""The statistics of a column, by the names under which figures show them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Float, Label, cast, func, literal


def measures(values: ColumnElement[Any], prefix: str = "") -> Iterator[Label[Any]]:
    """Quartiles and median are interpolated."""
    found = {
        "mean": cast(func.avg(values), Float),
        "min": func.min(values),
        "lower_quartile": _quantile(0.25, values),
        "median": _quantile(0.5, values),
        "upper_quartile": _quantile(0.75, values),
        "max": func.max(values),
    }
    return (column.label(prefix + name) for name, column in found.items())


def _quantile(share: float, values: ColumnElement[Any]) -> ColumnElement[float]:
    return func.percentile_cont(literal(share, Float)).within_group(values)
