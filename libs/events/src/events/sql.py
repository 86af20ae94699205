"""SQLAlchemy Core statements on the asyncpg pool: composed by Core, run without an engine."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from events.history import FOREVER

Row = dict[str, Any]

_INFINITY = datetime.max  # noqa: DTZ901 - what the driver gives
_DIALECT = dialect()  # type: ignore[no-untyped-call]


class Connection(Protocol):
    """What a pool and a connection of asyncpg have in common."""

    async def fetch(self, query: str, *args: object) -> Sequence[Any]: ...


def compiled(statement: ClauseElement) -> tuple[str, list[object]]:
    """The text with $n placeholders, and the values in their order."""
    made = cast(
        "SQLCompiler",
        statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True}),
    )
    values = made.construct_params()
    return made.string, [_bound(made, name, values[name]) for name in made.positiontup or ()]


def _bound(made: SQLCompiler, name: str, value: object) -> object:
    convert = made._bind_processors.get(name)  # noqa: SLF001 - Core has no public way to it
    return convert(value) if callable(convert) else value


async def fetch(connection: Connection, statement: ClauseElement) -> list[Row]:
    """The rows of a select, as dicts."""
    text, values = compiled(statement)
    found = await connection.fetch(text, *values)
    return [{name: _read(value) for name, value in row.items()} for row in found]


def _read(value: object) -> object:
    """The server keeps the end of time as infinity, which the driver gives without a zone."""
    return FOREVER if type(value) is datetime and value == _INFINITY else value


def ddl(statement: ClauseElement) -> str:
    """The text of a statement that makes a table or an index."""
    return str(statement.compile(dialect=_DIALECT))
