"""The report's figures, as the oracle file holds them."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

ORACLE = Path(__file__).parent / "oracle.yaml"


class _Read(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True
    )


class Ask(_Read):
    """A question to analytics: a view, its parameters, and a field of one row or of the total.

    With `list`, the sum of the field over the items of that list that have one of the codes in
    `where`. `n` is where that row, or the answer, says of how many it is, `n_of_item` where each
    item does; without `open`, the share of open ones that it says is of others. `less` is the field
    of the same part that is taken off.
    """

    view: str
    parameters: Annotated[dict[str, str | date | list[str]], Field(alias="with")] = {}
    row: str | None = None
    list: str | None = None
    where: dict[str, tuple[str, ...]] = {}
    field: str
    less: str | None = None
    n: str = "n"
    n_of_item: str | None = None
    open: bool = True
    times: int = 1


class Figure(_Read):
    """A printed figure: one number, or words for what lies in an interval.

    `base`: of how many it is, as printed; `counted`: as counted here, where that is not printed.
    A `resolution` says why no cohort has it, where printed figures exclude each other.
    """

    figure: str
    source: str
    printed: str
    value: Decimal | None = None
    least: Annotated[Decimal | None, Field(alias="from")] = None
    above: Decimal | None = None
    most: Annotated[Decimal | None, Field(alias="to")] = None
    below: Decimal | None = None
    decimals: int = 0
    base: int | None = None
    counted: int | None = None
    resolution: str | None = None
    ask: Ask

    @model_validator(mode="after")
    def _can_fail(self) -> "Figure":
        low, high = (self.least, self.above), (self.most, self.below)
        ends = [sum(end is not None for end in side) for side in (low, high)]
        if ends != ([1, 1] if self.value is None else [0, 0]):
            raise ValueError("needs one number, or one lower and one upper end")
        if None not in (self.base, self.counted):
            raise ValueError("is of as many as is printed, or as is counted")
        return self

    def holds(self, computed: Decimal, n: int | None) -> bool:
        """Whether what was computed, exactly, is what the report printed."""
        of = self.counted if self.base is None else self.base
        if of is not None and n != of:
            return False
        return all(
            (
                self.value is None or rounded(computed, self.decimals) == self.value,
                self.least is None or computed >= self.least,
                self.above is None or computed > self.above,
                self.most is None or computed <= self.most,
                self.below is None or computed < self.below,
            )
        )


class Table(_Read):
    """A row is that of an organisation or the total; with `item`, the items with that code."""

    figure: str
    source: str
    base: int | None = None
    item: str | None = None
    columns: dict[str, Ask]
    rows: dict[str, list[str]]

    def cells(self) -> Iterator[Figure]:
        for row, printed in self.rows.items():
            for (column, ask), text in zip(self.columns.items(), printed, strict=True):
                number = text.strip("%").replace(",", ".")
                yield Figure.model_validate(
                    {
                        "figure": f"{self.figure}/{row}/{column}",
                        "source": f"{self.source}, {row.replace('-', ' ')}",
                        "printed": text,
                        "value": number,
                        "decimals": len(number.partition(".")[2]),
                        "base": self.base,
                        "ask": self._of_row(ask, row),
                    }
                )

    def _of_row(self, ask: Ask, row: str) -> Ask:
        if self.item:
            return ask.model_copy(update={"where": {**ask.where, self.item: (row,)}})
        return ask.model_copy(update={"row": None if row == "total" else row})


class Contradiction(_Read):
    """What the report says in two ways, by its number in the domain sheet (4.8).

    `equal` is None where the figures exclude each other, or where it is of no figure.
    """

    number: int
    prints: str
    figures: tuple[str, ...]
    equal: Literal[True] | None
    resolution: str


class Untold(_Read):
    """A printed figure that no event gives."""

    figure: str
    source: str
    printed: str
    reason: str


class Oracle(_Read):
    programme: str
    as_of: date
    tables: list[Table]
    figures: list[Figure]
    contradictions: list[Contradiction]
    untold: list[Untold]

    def all(self) -> list[Figure]:
        return [*(cell for table in self.tables for cell in table.cells()), *self.figures]


@cache
def read(path: Path = ORACLE) -> Oracle:
    content: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Oracle.model_validate(content)


def rounded(number: Decimal, decimals: int) -> Decimal:
    """Half away from zero, as people round in print."""
    return number.quantize(Decimal(1).scaleb(-decimals), rounding="ROUND_HALF_UP")
