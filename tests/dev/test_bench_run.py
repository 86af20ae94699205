"""The benchmark on a real server: short rounds of the appends, and whether it sees what is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import orjson
import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from analytics.views.every import every
from dev.bench.__main__ import bench
from dev.bench.appends import Caller
from dev.bench.crew import crew
from dev.bench.durability import durability
from dev.bench.payload import EVENTS_PER_STREAM
from dev.bench.stored import log_mistakes
from dev.bench.variants import VARIANTS, migrated
from dev.failure import NotStarted
from dev.postgres import Server, postgres
from events.postgres import PostgresStore
from programmes.loader import SHIPPED, load

pytestmark = pytest.mark.system


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with postgres(tmp_path_factory.mktemp("bench"), durable=False) as started:
        yield started


@pytest.fixture
async def url(server: Server) -> str:
    address = await server.create_database(f"log_{uuid7().hex}")
    await migrated(address)
    return address


@pytest.mark.slow
async def test_short_rounds_lose_nothing_and_are_reported(tmp_path: Path) -> None:
    code = await bench(["append"], rounds=1, seconds=0.3, report=tmp_path / "bench.json")

    part = orjson.loads((tmp_path / "bench.json").read_bytes())["parts"]["append"]
    assert code == 0
    assert part["mistakes"] == []
    assert part["server"]["fsync"] == "on"
    figures = {(f["name"], f["unit"], f["comparedTo"]): f["value"] for f in part["figures"]}
    assert all(figures[variant.name, "1/s", None] > 0 for variant in VARIANTS)
    assert figures["append, one process", "x", "bare insert"] > 0
    assert figures["append, four processes", "x", "bare insert"] > 0
    assert figures["append, one process", "x", "eventsourcing"] > 0


@pytest.mark.slow
async def test_creating_over_http_and_its_way_to_a_consumer_are_measured(tmp_path: Path) -> None:
    code = await bench(["edge"], rounds=1, seconds=0.5, report=tmp_path / "bench.json")

    part = orjson.loads((tmp_path / "bench.json").read_bytes())["parts"]["edge"]
    assert code == 0
    assert part["mistakes"] == []
    figures = {(f["name"], f["unit"]): f["value"] for f in part["figures"]}
    assert figures["create with all checks", "1/s"] > 0
    assert figures["empty endpoint", "1/s"] > 0
    assert 0 < figures["commit to foreign consumer, p50", "ms"] < 5000


@pytest.mark.slow
async def test_all_views_made_anew_from_a_log_are_measured(tmp_path: Path) -> None:
    report = tmp_path / "bench.json"
    code = await bench(["rebuild"], rounds=1, seconds=0.1, report=report, events=1200)

    part = orjson.loads(report.read_bytes())["parts"]["rebuild"]
    assert code == 0
    assert part["mistakes"] == []
    figures = {figure["name"]: figure["value"] for figure in part["figures"]}
    views = [f"rebuild of {view.name}" for view in every(load(SHIPPED))]
    assert figures["events rebuilt"] == 1200
    assert all(figures[name] > 0 for name in ("rebuild of all views at once", *views))


@pytest.mark.slow
async def test_lists_and_figures_of_a_generated_history_are_measured(tmp_path: Path) -> None:
    report = tmp_path / "bench.json"
    code = await bench(["size"], rounds=1, seconds=0.1, report=report, cases=100)

    part = orjson.loads(report.read_bytes())["parts"]["size"]
    assert code == 0
    assert part["mistakes"] == []
    figures = {figure["name"]: figure["value"] for figure in part["figures"]}
    assert figures["cases"] == 100
    assert 0 < figures["own caseload list, p50"] <= figures["own caseload list, p95"]
    assert all(value > 0 for value in figures.values())


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("delete from events where position = 3", "positions 1 to"),
        ("delete from events where position = (select max(position) from events)", "the head says"),
        ("update events set version = 1000 where position = 2", "acknowledged, stored"),
        ("""update events set data = '{"kind": "other"}' where position = 2""", "stored"),
        ("update events set recorded_at = 'epoch' where position = 2", "not recorded later"),
    ],
)
async def test_what_is_lost_or_changed_is_found(url: str, harm: str, told: str) -> None:
    async with PostgresStore.open(url, source="bench") as store:
        caller = Caller(store)
        for _ in range(EVENTS_PER_STREAM + 2):
            await caller.append()
    acknowledged = caller.acknowledged()
    assert sorted(acknowledged.values()) == [2, EVENTS_PER_STREAM]
    assert await log_mistakes(url, acknowledged) == []

    connection = await asyncpg.connect(url)
    await connection.execute(harm)
    await connection.close()

    assert any(told in mistake for mistake in await log_mistakes(url, acknowledged))


async def test_an_append_that_nobody_was_told_of_is_found(url: str) -> None:
    async with PostgresStore.open(url, source="bench") as store:
        await Caller(store).append()

    [mistake] = await log_mistakes(url, {})

    assert "was never acknowledged" in mistake


async def test_a_server_that_may_lose_commits_is_not_measured(server: Server) -> None:
    with pytest.raises(NotStarted, match="'fsync': 'off'"):
        await durability(server.url())


async def test_a_process_that_ends_is_told(server: Server) -> None:
    wrong = server.url("no_such_database")

    async with asyncio.timeout(60):
        with pytest.raises(NotStarted, match="A process of the benchmark ended"):
            async with crew("bare.pooled", wrong):
                pass
