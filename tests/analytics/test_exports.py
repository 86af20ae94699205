"""Views as files: rows that hold and are known, in whole cases, for those who may read figures."""

import csv
import io
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid5

import pytest
from pyarrow import parquet

from analytics.app import compose
from analytics.examples import CALLED, CASE_MANAGER, HOSPITAL, KEY, told
from analytics.figures.exports import Exported
from analytics.log import Fact
from events.contracts.casefile import (
    CaseClosed,
    CaseManagerAssigned,
    CaseOpened,
    InstrumentCompleted,
    NeedIdentified,
)
from events.contracts.intake import CandidateIdentified, OfferAccepted, ReferralMade
from events.postgres import PostgresStore
from events.testing import numbered
from kit.access import Role
from kit.ground import opened
from kit.testing import settings

pytestmark = pytest.mark.system

Tell = Callable[[Sequence[Fact]], Awaitable[None]]
Gets = Callable[..., Awaitable[Any]]

ASSIGNED = CaseManagerAssigned(case_manager=CASE_MANAGER, role="case-manager")
REFERRED = ReferralMade(source="hospital", organisation=HOSPITAL, origin=None)
IDENTIFIED = NeedIdentified(need=numbered(1), field="practical", theme=None)
MARKED = InstrumentCompleted(instrument="life-domains", wave="first", scores={"housing": 6})
STEPS = [
    (CandidateIdentified(organisation=HOSPITAL, origin="2018-12-31"), "2019-01-02", "2019-01-02"),
    (OfferAccepted(attempt=1, reasons=["clear-need", "little-trust"]), "2019-01-05", "2019-01-05"),
    (REFERRED, "2019-01-06", "2019-01-06"),
    (CaseOpened(organisation=HOSPITAL, spell=1), "2019-01-12", "2019-01-12"),
    (ASSIGNED, "2019-01-12", "2019-01-12"),
    (CALLED, "2019-02-01", "2019-02-01"),
    (IDENTIFIED, "2019-02-02", "2019-02-02"),
    (MARKED, "2019-02-03", "2019-02-03"),
    (CaseClosed(reason="settled", spell=1), "2019-07-01", "2019-09-01"),
]
STORIES = [
    told(position, event, occurred, key=uuid5(KEY, str(case)), recorded=recorded)
    for case in range(3)
    for position, (event, occurred, recorded) in enumerate(STEPS, start=1)
]


@pytest.fixture
async def gets(hears: Tell, gets_anything: Gets) -> Gets:
    await hears(sorted(STORIES, key=lambda fact: fact.recorded_at))
    return gets_anything


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("view", Exported)
async def test_every_view_has_its_rows_without_the_times_that_the_question_gives(
    gets: Gets, view: Exported
) -> None:
    answer = await gets(f"/v1/exports/{view}", {"asOf": "2019-06-30"})

    rows = read(answer.text)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert len({row["key"] for row in rows}) == 3
    assert {row["programme"] for row in rows} == {"medical-incidents"}
    assert not {"held_from", "believed_until", "reopened_at"} & rows[0].keys()


@pytest.mark.parametrize("view", Exported)
async def test_parquet_has_the_rows_and_the_basis_of_the_csv(gets: Gets, view: Exported) -> None:
    asked = {"asOf": "2019-06-30", "knownAt": "2019-08-31", "limit": "2"}
    plain = await gets(f"/v1/exports/{view}", asked)
    typed = await gets(f"/v1/exports/{view}", asked | {"format": "parquet"})

    table = parquet.read_table(io.BytesIO(typed.content))
    assert typed.headers["content-type"] == "application/vnd.apache.parquet"
    assert [row["key"] for row in table.to_pylist()] == [row["key"] for row in read(plain.text)]
    assert table.column_names == list(read(plain.text)[0])
    assert json.loads(typed.headers["basis"]) == json.loads(plain.headers["basis"])
    assert {"next"} == typed.links.keys() == plain.links.keys()


async def test_an_export_says_on_what_it_rests_as_a_figure_does(gets: Gets) -> None:
    asked = {"asOf": "2019-06-30", "programme": "medical-incidents"}
    export = await gets("/v1/exports/progress", asked)

    figure = await gets("/v1/figures/funnel", asked)
    assert json.loads(export.headers["basis"]) == figure.json()["basis"]


async def test_rows_are_those_that_held_then_as_was_known_then(gets: Gets) -> None:
    closed = await gets("/v1/exports/progress", {"asOf": "2019-07-01"})
    unknown = await gets("/v1/exports/progress", {"asOf": "2019-07-01", "knownAt": "2019-08-31"})
    early = await gets("/v1/exports/effort", {"asOf": "2019-01-31"})

    assert {row["closed"] for row in read(closed.text)} == {"true"}
    assert {row["closed"] for row in read(unknown.text)} == {"false"}
    assert read(early.text) == []


async def test_several_codes_stand_in_one_cell(gets: Gets) -> None:
    rows = read((await gets("/v1/exports/offers", {})).text)

    assert rows[0]["reasons"].split() == ["clear-need", "little-trust"]


async def test_a_page_holds_whole_cases_and_names_the_next_one(gets: Gets) -> None:
    first = await gets("/v1/exports/milestones", {"limit": "2"})
    second = await gets(first.links["next"]["url"], {})

    parts = [{row["key"] for row in read(page.text)} for page in (first, second)]
    assert [len(part) for part in parts] == [2, 1]
    assert not parts[0] & parts[1]
    assert "link" not in second.headers


async def test_exports_are_for_analysts_and_team_leads_and_each_is_noted(
    gets: Gets, store: PostgresStore
) -> None:
    asked = {"format": "parquet"}
    statuses = {role: (await gets("/v1/exports/offers", asked, role)).status_code for role in Role}

    noted = await store.pool.fetch("select outcome from access_log where action = 'figure:export'")
    allowed = {Role.ANALYST, Role.TEAM_LEAD}
    assert statuses == {role: 200 if role in allowed else 403 for role in Role}
    assert sorted(line[0] for line in noted) == ["allowed"] * 2 + ["forbidden"] * 5


async def test_a_view_that_is_not_there_is_refused(gets: Gets) -> None:
    assert (await gets("/v1/exports/secrets", {})).status_code == 422


async def test_all_views_of_the_service_can_be_exported(database: str) -> None:
    async with opened("analytics", settings(database_url=database)) as ground:
        names = {view.name for view in compose(ground).views}

    assert names == set(Exported)
