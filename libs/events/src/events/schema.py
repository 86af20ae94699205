"""The tables of the log, as SQLAlchemy Core knows them; scripts/*.sql makes them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

METADATA = MetaData()
INSTANT = DateTime(timezone=True)
_CLOCK = text("clock_timestamp()")

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

STREAMS = Table(
    "streams",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
)

LOG_HEAD = Table(
    "log_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    CheckConstraint("id = 1", name="log_head_one_row"),
)

REQUESTS = Table(
    "requests",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("status", Integer, nullable=False),
    Column("location", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("event", Uuid),
    Column("recorded_at", INSTANT, nullable=False, server_default=_CLOCK),
    Index("requests_recorded_at_idx", "recorded_at", postgresql_using="brin"),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("consumer", Text, primary_key=True),
    Column("message", Uuid, primary_key=True),
    Column("recorded_at", INSTANT, nullable=False, server_default=_CLOCK),
)

ACCESS_LOG = Table(
    "access_log",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("recorded_at", INSTANT, nullable=False, server_default=_CLOCK),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation", Uuid),
    Column("action", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("key", Uuid),
    Column("outcome", Text, nullable=False),
    Column("correlation_id", Uuid, nullable=False),
)

VAULT_KEYS = Table(
    "vault_keys",
    METADATA,
    Column("person", Uuid, primary_key=True),
    Column("key_id", Uuid),
    Column("wrapped_key", LargeBinary),
    Column("erased_at", INSTANT),
    CheckConstraint(
        "(key_id is null) = (erased_at is not null) and (wrapped_key is null) = (key_id is null)",
        name="vault_keys_key_or_tombstone",
    ),
)

VAULT_FIELDS = Table(
    "vault_fields",
    METADATA,
    Column(
        "person",
        Uuid,
        ForeignKey("vault_keys.person", name="vault_fields_person_fkey"),
        primary_key=True,
    ),
    Column("record", Uuid, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("ciphertext", LargeBinary, nullable=False),
    Index("vault_fields_fingerprint_idx", "record", postgresql_where=text("field = 'fingerprint'")),
)

WORK = Table(
    "work",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Uuid, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("metadata", JSONB, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("recorded_at", INSTANT, nullable=False, server_default=_CLOCK),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("claimed_until", INSTANT),
    Index("work_due_at_idx", "due_at"),
)
