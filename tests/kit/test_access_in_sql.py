"""The condition on rows decides in PostgreSQL as the rule on one record does in Python."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import ARRAY, Column, MetaData, Table, Uuid, select

from dev.postgres import postgres
from events import sql
from kit.access import Principal, Role, Scope, sees, visible

pytestmark = pytest.mark.system

IDS = [UUID(int=1), UUID(int=2)]
RECORDS = Table(
    "records",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("organisation", Uuid),
    Column("case_managers", ARRAY(Uuid), nullable=False),
)
TEAMS = [frozenset(team) for n in range(3) for team in itertools.combinations(IDS, n)]
SCOPES = {
    UUID(int=100 + n): Scope(organisation=organisation, case_managers=team)
    for n, (organisation, team) in enumerate(itertools.product([None, *IDS], TEAMS))
}
PRINCIPALS = [
    Principal(subject=subject, role=role, organisation=organisation)
    for role in Role
    for subject in (str(IDS[0]), "of-another-form")
    for organisation in (None, IDS[0])
]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[asyncpg.Connection]:
    async with postgres(tmp_path, durable=False) as server:
        connection = await asyncpg.connect(server.url())
        await connection.execute(
            "create table records (id uuid primary key, organisation uuid, case_managers uuid[])"
        )
        await connection.executemany(
            "insert into records values ($1, $2, $3)",
            [(key, s.organisation, list(s.case_managers)) for key, s in SCOPES.items()],
        )
        yield connection
        await connection.close()


async def test_rows_and_records_are_seen_alike(database: asyncpg.Connection) -> None:
    for principal, figures in itertools.product(PRINCIPALS, (False, True)):
        condition = visible(
            principal,
            organisation=RECORDS.c.organisation,
            case_managers=RECORDS.c.case_managers,
            figures=figures,
        )
        rows = await sql.fetch(database, select(RECORDS.c.id).where(condition))

        expected = {k for k, s in SCOPES.items() if sees(principal, s, figures=figures)}
        assert {row["id"] for row in rows} == expected, principal
