"""The table of events, as queries of SQLAlchemy Core know it; scripts/*.sql makes it."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSON

METADATA = MetaData()
INSTANT = DateTime(timezone=True)

EVENTS = Table(
    "events",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("key", Uuid, nullable=False),
    Column("stream", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("occurred_at", INSTANT),
    Column("occurred_precision", Text, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("corrects", Uuid),
    Column("metadata", JSON, nullable=False),
    UniqueConstraint("id", name="events_id_key"),
    UniqueConstraint("stream", "version", name="events_stream_version_key"),
    Index("events_key_position_idx", "key", "position"),
)
