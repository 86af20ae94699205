"""The open caseload per case manager and region, and the heavy cases in it, on past days."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from analytics.examples import BACKUP, CASE_MANAGER, HOSPITAL, KEY, told
from analytics.log import Fact
from events.contracts.casefile import (
    CaseClosed,
    CaseManagerAssigned,
    CaseOpened,
    ClientConditionChanged,
    ClientDied,
    ClientRegionRecorded,
    HeavyMarkRemoved,
    HeavyMarkSet,
)
from events.contracts.contract import Contract

pytestmark = pytest.mark.system

Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]
Answers = Callable[..., Awaitable[httpx.Response]]

JUNE = "2019-06-15"
HELD = CaseManagerAssigned(case_manager=CASE_MANAGER, role="case-manager")
OTHERS = CaseManagerAssigned(case_manager=BACKUP, role="case-manager")
BACKED = CaseManagerAssigned(case_manager=BACKUP, role="backup")


def lives(region: str) -> ClientRegionRecorded:
    return ClientRegionRecorded(region=region)


def case(number: int, *steps: tuple[Contract, str] | tuple[Contract, str, str]) -> list[Fact]:
    """It opened on New Year's Day; a step is an event, when it happened, when it was recorded."""
    key: UUID = uuid5(KEY, f"case {number}")
    opened = (CaseOpened(organisation=HOSPITAL, spell=1), "2019-01-01")
    return [
        told(position, event, occurred, key=key, recorded=late[0] if late else None)
        for position, (event, occurred, *late) in enumerate([opened, *steps], start=1)
    ]


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    """Of two cases of one case manager, three of another, and one that closed."""
    await hears(
        [
            *case(
                1, (HELD, "2019-01-02"), (BACKED, "2019-01-02"), (lives("utrecht"), "2019-01-03")
            ),
            *case(
                2,
                (HELD, "2019-01-02"),
                (lives("utrecht"), "2019-01-02"),
                (ClientConditionChanged(condition="critical"), "2019-03-01"),
                (ClientDied(person=None), "2019-03-10"),
                (lives("limburg"), "2019-06-01", "2019-07-01"),
            ),
            *case(
                3,
                (OTHERS, "2019-01-02"),
                (HeavyMarkSet(reason="other"), "2019-02-01"),
                (HeavyMarkRemoved(reason="heavy-no-longer"), "2019-06-10"),
            ),
            *case(4, (OTHERS, "2019-01-02"), (lives("unknown"), "2019-01-02")),
            *case(
                5,
                (OTHERS, "2019-01-02"),
                (lives("utrecht"), "2019-01-02"),
                (CaseClosed(reason="settled", spell=1), "2019-06-12"),
            ),
        ]
    )
    return figure


def told_of(figure: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in figure["rows"]]


async def test_each_case_counts_once_in_its_region_and_who_lives_nobody_knows_where_apart(
    ask: Ask,
) -> None:
    figure = await ask("caseload", day=JUNE, by="region")

    assert told_of(figure, "region", "cases", "heavy", "caseManager", "role") == [
        ("limburg", 1, 1, None, None),
        ("unknown", 2, 0, None, None),
        ("utrecht", 1, 0, None, None),
    ]
    assert (figure["n"], figure["heavy"]) == (4, 1)


async def test_the_load_of_a_case_manager_is_split_by_region_in_each_role(ask: Ask) -> None:
    figure = await ask("caseload", day=JUNE, by="case-manager-region")

    names = ("caseManager", "role", "region", "cases", "heavy")
    assert sorted(told_of(figure, *names)) == sorted(
        [
            (str(CASE_MANAGER), "case-manager", "limburg", 1, 1),
            (str(CASE_MANAGER), "case-manager", "utrecht", 1, 0),
            (str(BACKUP), "backup", "utrecht", 1, 0),
            (str(BACKUP), "case-manager", "unknown", 2, 0),
        ]
    )


async def test_heavy_cases_stand_beside_the_open_ones_of_each_case_manager(ask: Ask) -> None:
    before = await ask("caseload", day="2019-02-28")
    after = await ask("caseload", day=JUNE)

    names = ("caseManager", "role", "cases", "heavy", "region")
    assert sorted(told_of(before, *names)) == sorted(
        [
            (str(CASE_MANAGER), "case-manager", 2, 0, None),
            (str(BACKUP), "backup", 1, 0, None),
            (str(BACKUP), "case-manager", 3, 1, None),
        ]
    )
    assert sorted(told_of(after, *names)) == sorted(
        [
            (str(CASE_MANAGER), "case-manager", 2, 1, None),
            (str(BACKUP), "backup", 1, 0, None),
            (str(BACKUP), "case-manager", 2, 0, None),
        ]
    )
    assert (before["heavy"], after["heavy"]) == (1, 1)


async def test_a_move_counts_from_its_day_and_only_where_it_was_known(ask: Ask) -> None:
    may = await ask("caseload", day="2019-05-31", by="region")
    then = await ask("caseload", day=JUNE, by="region", knownAt="2019-06-30")

    assert told_of(may, "region", "cases") == [("unknown", 2), ("utrecht", 3)]
    assert told_of(then, "region", "cases") == [("unknown", 2), ("utrecht", 2)]


@pytest.mark.usefixtures("ask")
async def test_the_events_behind_tell_what_marked_a_case_and_where_the_client_lives(
    answers: Answers,
) -> None:
    page = (await answers("caseload/events", {"day": JUNE, "by": "region"})).json()

    types = {item["type"].split(".")[2] for item in page["items"]}
    assert {
        "client-region-recorded",
        "heavy-mark-set",
        "heavy-mark-removed",
        "client-condition-changed",
        "client-died",
    } <= types


async def test_a_caseload_by_something_else_is_refused(answers: Answers) -> None:
    refused = await answers("caseload", {"by": "hospital"})

    assert refused.status_code == 422
