"""How far an investigation was at the first contact, and how its report could be read."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid5

import pytest

from analytics.examples import HOSPITAL, KEY, told
from analytics.log import Fact
from events.contracts.casefile import CaseOpened, FirstContactMade

pytestmark = pytest.mark.system

Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]

YEAR = "2019-12-31"
CONTACT = "first-contact-made"
STARTED, HEARD = "calamity-investigation-started", "client-heard-by-committee"
REPORTED, ACCESS = "calamity-report-finished", "calamity-report-access-decided"
PHASES = (STARTED, HEARD, REPORTED)
"""In the order in which they go."""
WAYS: list[dict[str, str]] = [
    {CONTACT: "2019-01-02", STARTED: "2019-01-10", HEARD: "2019-02-01"},
    {STARTED: "2019-02-02", CONTACT: "2019-02-04", HEARD: "2019-03-01"},
    {STARTED: "2019-02-02", HEARD: "2019-03-01", CONTACT: "2019-03-04", REPORTED: "2019-06-01"},
    {STARTED: "2019-02-02", REPORTED: "2019-04-01", CONTACT: "2019-05-01"},
    {STARTED: "2019-02-02", HEARD: "2019-05", CONTACT: "2019-05-20"},
    {CONTACT: "2019-06-01"},
    {STARTED: "2019-02-02"},
]
"""Of each case what happened when: one was never heard, of one it is known only in which month."""


def key(case: int) -> UUID:
    return uuid5(KEY, f"phase {case}")


def step(case: int, position: int, publishes: str, day: str, **content: Any) -> Fact:  # noqa: ANN401 - as a step has it
    said: dict[str, Any] = {"outcome": None, "data": {}, **content}
    said |= {"track": "calamity-investigation", "step": publishes}
    type_ = f"leidraad.casefile.{publishes}.v1"
    return told(position, said, day, key=key(case), type_=type_)


def opened(case: int) -> Fact:
    return told(1, CaseOpened(organisation=HOSPITAL, spell=1), "2019-01-01", key=key(case))


def way(case: int, days: dict[str, str]) -> list[Fact]:
    contact = FirstContactMade(channel="phone")
    return [
        opened(case),
        *(
            told(n, contact, day, key=key(case)) if name == CONTACT else step(case, n, name, day)
            for n, (name, day) in enumerate(days.items(), start=2)
        ),
    ]


async def counted(figure: Ask, **conditions: list[str]) -> int:
    """Of those who were contacted, the cases that meet the conditions."""
    among = [CONTACT, *conditions.pop("among", [])]
    found = await figure("shares", asOf=YEAR, of=CONTACT, among=among, **conditions)
    return int(found["n"])


async def test_each_case_is_in_one_phase_at_its_first_contact_and_the_phases_add_up(
    hears: Tell, figure: Ask
) -> None:
    await hears([fact for case, days in enumerate(WAYS) for fact in way(case, days)])
    before = [f"{phase}<{CONTACT}" for phase in PHASES]

    none_yet = await counted(figure, without=before)
    phases = [
        await counted(figure, among=[reached], without=before[number:])
        for number, reached in enumerate(before, start=1)
    ]

    assert (none_yet, phases) == (2, [2, 1, 1])
    assert none_yet + sum(phases) == await counted(figure) == 6
    nobody_knows = [f"{HEARD}<{CONTACT}", f"{CONTACT}<{HEARD}"]
    assert await counted(figure, among=[HEARD], without=nobody_knows) == 1


async def test_access_to_the_report_is_told_by_mode_beside_what_was_asked_for(
    hears: Tell, figure: Ask
) -> None:
    copy, reading = {"requested": "copy-at-home"}, {"requested": "reading"}
    await hears(
        [
            *map(opened, range(4)),
            step(0, 2, ACCESS, "2019-03-01", outcome="refused", data=copy),
            step(0, 3, ACCESS, "2019-04-01", outcome="copy-at-home", data=copy),
            step(1, 2, ACCESS, "2019-03-01", outcome="one-short-reading", data=copy),
            step(2, 2, ACCESS, "2019-03-01", outcome="one-short-reading", data=reading),
        ]
    )

    now, then = [await figure("tracks", asOf=day) for day in (YEAR, "2019-03-31")]

    [row], [earlier] = now["rows"], then["rows"]
    assert (now["n"], row["milestone"], row["cases"], row["share"]) == (4, ACCESS, 3, 0.75)
    assert modes(row["outcomes"], "outcome") == {"copy-at-home": 1, "one-short-reading": 2}
    assert modes(earlier["outcomes"], "outcome") == {"refused": 1, "one-short-reading": 2}
    assert modes(row["answers"], "value") == {"copy-at-home": 2, "reading": 1}


def modes(counted: list[dict[str, Any]], name: str) -> dict[str, int]:
    return {each[name]: each["cases"] for each in counted}
