"""The fourth part: a long history, its views made anew, and how long lists and figures take."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from uuid import UUID

from dev.bench.asking import Answered, Asked, Question, ask
from dev.bench.campaign import Say, calm
from dev.bench.durability import SERVER, durability
from dev.bench.fetching import fetched, views_of
from dev.bench.figures import Figure
from dev.bench.histories import fill_analytics, fill_casefile, manager, managers
from dev.bench.outcome import Outcome
from dev.stack import Stack, stack

CASES = 20_000
SERVICES = {"casefile": fill_casefile, "analytics": fill_analytics}
REQUESTS = 200
LIST_MS = 15.0
FIGURE_MS = 300.0
REBUILD = 60_000.0
MOST_SECONDS = 6 * 3600.0
NOTE = "analytics' events by the time of the view that takes longest"
SOME_KEYS = "select distinct key from events where position = any($1::bigint[])"
PLACES = [
    ("case-opened", "case-closed"),
    ("candidate-identified", "first-contact-made"),
    ("case-opened", "liability-claim-filed"),
    ("first-contact-made", "case-closed"),
]


async def size(cases: int, say: Say) -> Outcome:
    """Only the APIs run while questions are asked; the views have seen all there is."""
    ports = dict.fromkeys(SERVICES, 0)
    async with stack(
        "bench", ports=ports, environment="test", kinds=(), database=SERVER, say=say
    ) as whole:
        urls = whole.servers.databases.urls
        shown = await durability(urls["casefile"])
        rates = {service: await _loaded(whole, service, cases, say) for service in SERVICES}
        keys = await _keys(urls["casefile"])
        for service in SERVICES:
            await whole.start(service, "api")
        answers = [await _answered(whole, asked, say) for asked in _asked(whole, cases, keys)]
        return Outcome(
            server=shown,
            figures=[
                *(figure for answered in answers for figure in answered.figures()),
                *_rebuilt(rates),
                Figure(name="cases", unit="", rounds=[float(cases)]),
            ],
            mistakes=[mistake for answered in answers for mistake in answered.mistakes()],
        )


async def _loaded(whole: Stack, service: str, cases: int, say: Say) -> float:
    """The log filled and the views made from it; gives the events that this did in a second."""
    url = whole.servers.databases.urls[service]
    events = await SERVICES[service](url, cases)
    say(f"{service}: {events:,} events of {cases:,} cases written")
    began = time.monotonic()
    views = await views_of(url)
    made = (whole.run(service, "rebuild", view, seconds=MOST_SECONDS) for view in views)
    await asyncio.gather(*made)
    rate = events / (time.monotonic() - began)
    say(f"{service}: views made anew, {rate:,.0f} events/s")
    await fetched(url, "vacuum analyze")
    return rate


async def _keys(url: str) -> list[UUID]:
    """Of cases all over the log."""
    [[last]] = await fetched(url, "select position from log_head")
    places = [1 + last * n // REQUESTS for n in range(REQUESTS)]
    found = await fetched(url, SOME_KEYS, places)
    return [key for [key] in found]


async def _answered(whole: Stack, asked: Asked, say: Say) -> Answered:
    await calm()
    answered = await ask(whole, asked)
    p95, p50, first = (figure.value for figure in answered.figures())
    say(f"{asked.name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, at first {first:.1f} ms")
    return answered


def _asked(whole: Stack, cases: int, keys: list[UUID]) -> Iterator[Asked]:
    yield _cases("own caseload list", LIST_MS, list(_own(whole, managers(cases))))
    lead = whole.token("team-lead")
    timelines = [Question(path=f"/v1/cases/{key}", token=lead, query={}) for key in keys]
    yield _cases("case with its timeline", LIST_MS, timelines)
    for name, figure, queries in _figures():
        path, token = f"/v1/figures/{figure}", whole.token("analyst")
        questions = [Question(path=path, token=token, query=query) for query in queries]
        yield Asked(name=name, service="analytics", goal_ms=FIGURE_MS, questions=questions)


def _cases(name: str, goal_ms: float, questions: list[Question]) -> Asked:
    return Asked(name=name, service="casefile", goal_ms=goal_ms, questions=questions)


def _own(whole: Stack, number: int) -> Iterator[Question]:
    """The first page of each of many case managers; these also ask for the open cases alone."""
    for turn in range(REQUESTS):
        token = whole.token("case-manager", subject=manager(turn % number))
        query = {"status": "open"} if turn % 2 else {}
        yield Question(path="/v1/cases", token=token, query=query)


def _figures() -> Iterator[tuple[str, str, list[Mapping[str, str]]]]:
    days = [date(2017, 3, 1) + timedelta(days=10 * n) for n in range(REQUESTS)]
    ends = [day.isoformat() for day in days]
    yield "offers by quarter", "offers", [{"by": "quarter", "asOf": end} for end in ends]
    yield "open caseload on a past day", "caseload", [{"day": end} for end in ends]
    yield (
        "durations between milestones",
        "durations",
        [
            {"from": start, "to": finish, "asOf": end, "open": "cut" if n % 2 else "left-out"}
            for n, end in enumerate(ends)
            for start, finish in [PLACES[n % len(PLACES)]]
        ],
    )


def _rebuilt(rates: Mapping[str, float]) -> Iterator[Figure]:
    rate = rates["analytics"]
    yield Figure(
        name="rebuild of analytics' views", unit="1/s", rounds=[rate], goal=REBUILD, note=NOTE
    )
    yield Figure(name="rebuild of casefile's views", unit="1/s", rounds=[rates["casefile"]])
