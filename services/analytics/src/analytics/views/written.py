"""Rows as files: CSV, and Parquet whose columns keep the types that the view has."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa
from pyarrow import parquet
from sqlalchemy import Boolean, Column, Date, DateTime, Integer
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

Columns = Sequence[Column[Any]]
Rows = Sequence[Mapping[str, Any]]


class Form(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES = {Form.CSV: "text/csv", Form.PARQUET: "application/vnd.apache.parquet"}


def written(form: Form, columns: Columns, rows: Rows) -> bytes:
    match form:
        case Form.CSV:
            return _csv(columns, rows)
        case Form.PARQUET:
            return _parquet(columns, rows)


def _csv(columns: Columns, rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(row[column.name]) for column in columns] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    """Several codes in one cell are set apart by spaces, which no code holds."""
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat()
        case list():
            return " ".join(map(str, value))
        case _:
            return value


def _parquet(columns: Columns, rows: Rows) -> bytes:
    """The types come from the view and not from the rows, so that all pages have the same."""
    fields = [pa.field(c.name, _type(c.type), nullable=bool(c.nullable)) for c in columns]
    told = [{c.name: _value(c, row[c.name]) for c in columns} for row in rows]
    file = io.BytesIO()
    table = pa.Table.from_pylist(told, schema=pa.schema(fields))
    parquet.write_table(table, file)
    return file.getvalue()


def _type(of: TypeEngine[Any]) -> Any:  # noqa: ANN401 - the library has no types
    """Ids and codes are texts."""
    match of:
        case ARRAY():
            return pa.list_(_type(of.item_type))
        case Boolean():
            return pa.bool_()
        case Integer():
            return pa.int64()
        case DateTime():
            return pa.timestamp("us", tz="UTC")
        case Date():
            return pa.date32()
        case _:
            return pa.string()


def _value(column: Column[Any], value: object) -> object:
    is_text = _type(column.type) == pa.string()
    return str(value) if is_text and value is not None else value
