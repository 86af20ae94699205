"""Files of rows: what a cell of CSV says, and which types the columns of Parquet have."""

import io
from datetime import UTC, date, datetime
from uuid import UUID

from pyarrow import parquet
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from analytics.views.written import Form, written

KEY = UUID(int=7)
AT = datetime(2019, 1, 2, 3, 4, tzinfo=UTC)
COLUMNS = [
    Column("key", Uuid, nullable=False),
    Column("organisation", Uuid),
    Column("closed", Boolean, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("day", Date),
]
ROW = {
    "key": KEY,
    "organisation": None,
    "closed": False,
    "minutes": 25,
    "reasons": ["clear-need", "unknown"],
    "happened_at": AT,
    "day": date(2019, 1, 2),
}


def test_a_cell_of_csv_is_text_and_what_is_not_known_is_empty() -> None:
    _, line = written(Form.CSV, COLUMNS, [ROW]).decode().splitlines()

    assert line == f"{KEY},,false,25,clear-need unknown,2019-01-02T03:04:00+00:00,2019-01-02"


def test_parquet_keeps_numbers_days_lists_and_what_is_not_known() -> None:
    table = parquet.read_table(io.BytesIO(written(Form.PARQUET, COLUMNS, [ROW])))

    assert table.to_pylist() == [ROW | {"key": str(KEY)}]


def test_every_page_of_parquet_has_the_same_types_even_one_without_rows() -> None:
    full, empty = (written(Form.PARQUET, COLUMNS, rows) for rows in ([ROW], []))

    first, second = (parquet.read_schema(io.BytesIO(page)) for page in (full, empty))
    assert first.equals(second)
    assert not first.field("key").nullable
    assert first.field("organisation").nullable
