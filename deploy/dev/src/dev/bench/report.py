"""The figures as a table for people, and as JSON for programs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from dev.bench.figures import Figure
from dev.bench.outcome import Outcome

WIDTH = 120


def show(outcomes: Mapping[str, Outcome], console: Console) -> None:
    """First what is compared or has a goal, then what was measured, then what is wrong."""
    figures = [figure for outcome in outcomes.values() for figure in outcome.figures]
    compared = [figure for figure in figures if figure.compared_to or figure.goal is not None]
    console.print(_table("Ratios and goals (median of the rounds)", compared))
    console.print(_table("Measured", [figure for figure in figures if figure not in compared]))
    for figure in figures:
        if figure.note:
            against = f" / {figure.compared_to}" if figure.compared_to else ""
            console.print(f"{figure.name}{against}: {figure.note}", highlight=False)
    for part, outcome in outcomes.items():
        kept = "all that was acknowledged is there, once, in order, without gaps"
        console.print(f"{part}: {'; '.join(outcome.mistakes) or kept}")


def _table(title: str, figures: Sequence[Figure]) -> Table:
    table = Table("figure", title=title, title_justify="left")
    for column in ("median", "unit", "lowest", "highest", "compared to", "goal", "reached"):
        numeric = column in ("median", "lowest", "highest", "goal")
        table.add_column(column, justify="right" if numeric else "left")
    for figure in figures:
        table.add_row(figure.name, *_cells(figure))
    return table


def _cells(figure: Figure) -> list[str]:
    lowest, highest = figure.spread
    limit = "at most " if figure.at_most else ""
    return [
        number(figure.value),
        figure.unit,
        number(lowest),
        number(highest),
        figure.compared_to or "",
        "" if figure.goal is None else f"{limit}{number(figure.goal)}",
        {None: "", True: "yes", False: "NO"}[figure.reached],
    ]


def number(value: float) -> str:
    """Three figures or so: more would pretend to know."""
    if value != value:  # noqa: PLR0124 - not a number
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def write(outcomes: Mapping[str, Outcome], machine: Mapping[str, object], path: Path) -> None:
    parts = {
        part: {
            "server": dict(outcome.server),
            "figures": [figure.as_json() for figure in outcome.figures],
            "mistakes": list(outcome.mistakes),
        }
        for part, outcome in outcomes.items()
    }
    report = {"machine": dict(machine), "parts": parts}
    path.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
