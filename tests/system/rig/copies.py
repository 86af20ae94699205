"""A database of many records made of a few: copies with ids and times of their own."""

import asyncpg

from rig.plans import UNEXPLAINED

EVENTS = 150_000
_FEW = {"organisation": 7, "case_manager": 300, "case_managers": 300}
"""How many different ones there are; of all other ids each copy has its own."""
_COLUMNS = """select attname, format_type(atttypid, atttypmod) from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = ''
    order by attnum"""
_INDEXES = """select indexname, indexdef from pg_indexes
    where tablename = $1 and indexname not in (select conname from pg_constraint)"""
_OTHER_ID = """create function other_id(id uuid, n integer) returns uuid language sql immutable
    return case n when 0 then id else md5(id::text || n)::uuid end"""
_OTHER_IDS = """create function other_ids(ids uuid[], n integer) returns uuid[]
    language sql immutable return array(select other_id(id, n) from unnest(ids) id)"""
_BESIDE = (
    """insert into requests (subject, route, key, status, location, version, position, body_hash)
        select md5(n::text), 'POST /v1/somewhere', n::text, 201, '/v1/somewhere', 1, n, ''
        from generate_series(1, $1::int) n""",
    """insert into inbox (consumer, message)
        select 'somebody', md5(n::text)::uuid from generate_series(1, $1::int) n""",
    """insert into access_log (actor, role, action, resource, outcome, correlation_id)
        select md5(n::text), 'desk', 'read', '/v1/somewhere', 'allowed', md5(n::text)::uuid
        from generate_series(1, $1::int) n""",
    """insert into vault_keys (person, key_id, wrapped_key)
        select md5(n::text)::uuid, md5(n::text)::uuid, '' from generate_series(1, $1::int) n""",
    """insert into vault_fields (person, record, field, ciphertext)
        select md5(n::text)::uuid, md5(n::text)::uuid, field, ''
        from generate_series(1, $1::int) n, unnest(array['name', 'fingerprint']) field""",
    """insert into work (id, kind, key, data, metadata, due_at)
        select md5(n::text)::uuid, 'something', md5(n::text)::uuid, '{}', '{}', 'infinity'
        from generate_series(1, $1::int) n""",
)
BESIDE = ("requests", "inbox", "access_log", "vault_keys", "vault_fields", "work")
_HEAD = """update log_head set (position, recorded_at) =
    (select position, recorded_at from events order by position desc limit 1)"""
_SEEN = "update views set position = (select position from log_head)"


async def multiply(url: str, *views: str) -> None:
    """As a superuser: log, views and what lies beside the log.

    An id has the same copies wherever it stands.
    """
    connection = await asyncpg.connect(url, server_settings=UNEXPLAINED)
    try:
        copies = EVENTS // await connection.fetchval("select count(*) from events")
        for function in (_OTHER_ID, _OTHER_IDS):
            await connection.execute(function)
        for table in ("events", "streams", *views):
            await _copied(connection, table, copies)
        for insert in _BESIDE:
            await connection.execute(insert, copies)
        await connection.execute(_HEAD)
        await connection.execute(_SEEN)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


async def _copied(connection: asyncpg.Connection, table: str, copies: int) -> None:
    """Indexes are made anew afterwards, which is quicker."""
    columns = await connection.fetch(_COLUMNS, table)
    indexes = await connection.fetch(_INDEXES, table)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    values = ", ".join(_value(name, type_) for name, type_ in columns)
    for name, _ in indexes:
        await connection.execute(f"drop index {name}")
    await connection.execute(
        f"insert into {table} ({names}) select {values}"  # noqa: S608 - names of the catalogue
        f" from {table} o, generate_series(1, {copies}) n order by n"
    )
    for _, definition in indexes:
        await connection.execute(definition)


def _value(name: str, type_: str) -> str:
    number = f"n % {_FEW[name]}" if name in _FEW else "n"
    match name, type_:
        case "position", _:
            return "o.position + n * (select max(position) from events)"
        case _, "uuid":
            return f"other_id(o.{name}, {number})"
        case _, "uuid[]":
            return f"other_ids(o.{name}, {number})"
        case _, "timestamp with time zone":
            return f"o.{name} + n * interval '4 hours'"
        case _:
            return f'o."{name}"'
