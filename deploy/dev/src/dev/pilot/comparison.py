"""Each computed figure beside the printed one, as a table for people and JSON for programs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import orjson

from dev.pilot.oracle import ORACLE, Ask, Figure, read, rounded

MISSING = "-"


@dataclass(frozen=True, slots=True)
class Computed:
    """A figure as analytics serves it: exact, of how many, until when, and how many are open."""

    value: float
    n: int | None = None
    cut_off: str | None = None
    open_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`computed` is rounded as printed; None where there was no answer.

    `base` is of how many the figure is as printed; None where that is not printed. `equal` is
    None where printed figures exclude each other; `resolution` says what was done then.
    """

    figure: str
    source: str
    printed: str
    computed: int | float | None
    statistic: str
    n: int | None
    base: int | None
    cut_off: str | None
    open_share: float | None
    equal: bool | None
    resolution: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What to ask analytics, by figure; nothing in it tells what the answer should be."""

    programme: str
    as_of: date
    asks: Mapping[str, Ask]


def questions(oracle: Path = ORACLE) -> Questions:
    content = read(oracle)
    asks = {figure.figure: figure.ask for figure in content.all()}
    return Questions(programme=content.programme, as_of=content.as_of, asks=asks)


def compare(answers: Mapping[str, Computed], oracle: Path = ORACLE) -> list[Compared]:
    """Holds the answers, by figure, against all figures of the oracle."""
    return [_compared(figure, answers.get(figure.figure)) for figure in read(oracle).all()]


def _compared(figure: Figure, answer: Computed | None) -> Compared:
    computed = None if answer is None else Decimal(str(answer.value))
    return Compared(
        figure=figure.figure,
        source=figure.source,
        printed=figure.printed,
        computed=None if computed is None else _as_printed(computed, figure.decimals),
        statistic=figure.ask.field.rpartition(".")[2],
        n=answer.n if answer else None,
        base=figure.base,
        cut_off=answer.cut_off if answer else None,
        open_share=answer.open_share if answer else None,
        equal=_equal(figure, computed, answer.n if answer else None),
        resolution=figure.resolution,
    )


def _equal(figure: Figure, computed: Decimal | None, n: int | None) -> bool | None:
    """A figure that no cohort can have still needs an answer."""
    if computed is None:
        return False
    return None if figure.resolution else figure.holds(computed, n)


def _as_printed(computed: Decimal, decimals: int) -> int | float:
    number = rounded(computed, decimals)
    return float(number) if decimals else int(number)


def all_equal(compared: Iterable[Compared]) -> bool:
    return all(line.equal is not False for line in compared)


def table(compared: Sequence[Compared]) -> str:
    """Columns as wide as what stands in them."""
    heads = (
        "figure",
        "where in the report",
        "printed",
        "computed",
        "statistic",
        "n",
        "printed n",
        "open",
        "equal",
    )
    lines = [heads, *(_cells(line) for line in compared)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    ruled = [lines[0], tuple("-" * width for width in widths), *lines[1:]]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in ruled
    )


def _cells(line: Compared) -> tuple[str, ...]:
    computed, n, base = (
        MISSING if number is None else str(number) for number in (line.computed, line.n, line.base)
    )
    still_open = MISSING if line.open_share is None else f"{line.open_share:.0%}"
    equal = "yes" if line.equal else "NO" if line.equal is False else "excluded"
    return (
        *(line.figure, line.source, line.printed, computed),
        *(line.statistic, n, base, still_open, equal),
    )


def resolutions(compared: Iterable[Compared]) -> list[str]:
    """Where the report contradicts itself: what it prints, and why it is not compared."""
    return [
        f"{line.figure} ({line.source}): printed {line.printed}. {line.resolution}"
        for line in compared
        if line.equal is None
    ]


def contradictions(oracle: Path = ORACLE) -> list[str]:
    """All that the report says in two ways, and what the cohort has of it."""
    return [f"{c.number}. {c.prints}: {c.resolution}" for c in read(oracle).contradictions]


def untold(oracle: Path = ORACLE) -> list[str]:
    """The printed figures that are not asked for, and why."""
    return [
        f"{u.figure} ({u.source}): printed {u.printed}. {u.reason}" for u in read(oracle).untold
    ]


def write_report(compared: Sequence[Compared], path: Path) -> None:
    content = [asdict(line) for line in compared]
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
