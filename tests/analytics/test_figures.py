"""Figures over HTTP, on real PostgreSQL: what is counted, and what else they say."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import pytest

from analytics.examples import (
    BACKUP,
    CASE_MANAGER,
    HOSPITAL,
    KEY,
    OTHER_HOSPITAL,
    PROGRAMME,
    identity,
    told,
)
from analytics.log import Fact
from events.contracts.casefile import (
    CaseClosed,
    CaseManagerAssigned,
    CaseOpened,
    TrackStepRecorded,
)
from events.contracts.intake import (
    CandidateIdentified,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferWithheld,
    OriginDated,
    ReferralMade,
    ReferralScreenedOut,
)

pytestmark = pytest.mark.system
CLAIM = "leidraad.casefile.liability-claim-filed.v1"


def case(number: int) -> UUID:
    return uuid5(KEY, f"case {number}")


def story(key: UUID, *steps: tuple[Any, ...]) -> list[Fact]:
    """Steps are an event, when it happened and, where that differs, when it was recorded."""
    return [
        told(
            position,
            event,
            occurred,
            key=key,
            recorded=late[0] if late else None,
            type_=CLAIM if isinstance(event, TrackStepRecorded) else None,
        )
        for position, (event, occurred, *late) in enumerate(steps, start=1)
    ]


def identified(organisation: UUID, origin: str | None) -> CandidateIdentified:
    return CandidateIdentified(organisation=organisation, origin=origin)


def offer(attempt: int = 1) -> OfferMade:
    return OfferMade(attempt=attempt, channel="phone", by_function="doctor")


def yes(attempt: int = 1) -> OfferAccepted:
    return OfferAccepted(attempt=attempt, reasons=["clear-need"])


def referred(organisation: UUID | None, origin: str | None) -> ReferralMade:
    source = "hospital" if organisation else "self"
    return ReferralMade(source=source, organisation=organisation, origin=origin)


def opened(organisation: UUID | None) -> CaseOpened:
    return CaseOpened(organisation=organisation, spell=1)


ASSIGNED = CaseManagerAssigned(case_manager=CASE_MANAGER, role="case-manager")
NO = OfferDeclined(attempt=1, reasons=["too-late", "unknown"])
CLAIMED = TrackStepRecorded(track="liability-claim", step="filed", outcome=None)

SUPPORTED_AND_CLOSED = story(
    case(1),
    (identified(HOSPITAL, "2018-12-31"), "2019-01-02"),
    (offer(), "2019-01-05"),
    (yes(), "2019-01-06"),
    (referred(HOSPITAL, "2018-12-31"), "2019-01-10"),
    (opened(HOSPITAL), "2019-01-12"),
    (ASSIGNED, "2019-01-12"),
    (CLAIMED, "2019-03-01"),
    (CaseClosed(reason="support-completed", spell=1), "2019-07-01", "2019-09-01"),
)
ACCEPTED_AT_THE_SECOND_OFFER = story(
    case(2),
    (identified(HOSPITAL, "2019-01"), "2019-02-01"),
    (offer(), "2019-02-03"),
    (NO, "2019-02-10"),
    (offer(2), "2019-05-01"),
    (yes(2), "2019-05-02"),
    (referred(HOSPITAL, "2019-01"), "2019-05-06"),
    (opened(HOSPITAL), "2019-05-08"),
    (ASSIGNED, "2019-05-08"),
    (CaseManagerAssigned(case_manager=BACKUP, role="backup"), "2019-05-10"),
)
NEVER_OFFERED = story(
    case(3),
    (identified(HOSPITAL, None), "2019-03-30"),
    (OfferWithheld(reason="cannot-cope"), "2019-04-02"),
)
SILENT = story(case(4), (identified(OTHER_HOSPITAL, None), "2019-04-01"), (offer(), "2019-04-02"))
SCREENED_OUT = story(
    case(5),
    (identified(OTHER_HOSPITAL, None), "2019-04-03"),
    (offer(), "2019-04-04"),
    (yes(), "2019-04-05"),
    (referred(OTHER_HOSPITAL, None), "2019-04-08"),
    (ReferralScreenedOut(criteria_version=2, reason="no-need-after-all"), "2019-04-10"),
)
CAME_BY_HERSELF = story(
    case(6),
    (referred(None, "2019-05-12"), "2019-06-01"),
    (opened(None), "2019-06-03"),
    (ASSIGNED, "2019-06-03"),
)
ALL = [
    *SUPPORTED_AND_CLOSED,
    *ACCEPTED_AT_THE_SECOND_OFFER,
    *NEVER_OFFERED,
    *SILENT,
    *SCREENED_OUT,
    *CAME_BY_HERSELF,
]
YEAR = "2019-12-31"

Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    """Analytics has heard it all, one topic after the other."""
    await hears(sorted(ALL, key=lambda fact: (fact.source, fact.recorded_at)))
    return figure


def picked(answer: dict[str, Any], *names: str) -> list[Any]:
    return [answer[name] for name in names]


OFFERS = (
    "candidates",
    "offered",
    "withheld",
    "accepted",
    "declined",
    "silent",
    "attempts",
    "share",
)


async def test_offers_are_counted_per_organisation_and_in_all(ask: Ask) -> None:
    figure = await ask("offers", asOf=YEAR)

    rows = {row["organisation"]: row for row in figure["rows"]}
    assert picked(figure["totals"], *OFFERS) == [5, 4, 1, 3, 0, 1, 5, 0.75]
    assert picked(rows[str(HOSPITAL)], *OFFERS) == [3, 2, 1, 2, 0, 0, 3, 1.0]
    assert picked(rows[str(OTHER_HOSPITAL)], *OFFERS) == [2, 2, 0, 1, 0, 1, 2, 0.5]
    assert rows[str(HOSPITAL)]["quarter"] is None
    assert figure["n"] == 5


async def test_offers_of_a_past_day_are_those_that_had_been_answered_by_then(ask: Ask) -> None:
    figure = await ask("offers", asOf="2019-04-30")

    assert picked(figure["totals"], *OFFERS) == [5, 4, 1, 2, 1, 1, 4, 0.5]
    assert {(r["answer"], r["reason"]): r["n"] for r in figure["totals"]["reasons"]} == {
        ("accepted", "clear-need"): 2,
        ("declined", "too-late"): 1,
        ("declined", "unknown"): 1,
        ("withheld", "cannot-cope"): 1,
    }


async def test_offers_are_counted_per_quarter_of_the_first_offer(ask: Ask) -> None:
    figure = await ask("offers", asOf=YEAR, by="organisation-quarter")

    rows = {(r["organisation"], r["quarter"]): r for r in figure["rows"]}
    assert set(rows) == {(str(HOSPITAL), "2019-Q1"), (str(OTHER_HOSPITAL), "2019-Q2")}
    first = rows[str(HOSPITAL), "2019-Q1"]
    assert picked(first, *OFFERS) == [3, 2, 1, 2, 0, 0, 3, 1.0]
    assert first["reasons"] == [
        {"answer": "accepted", "reason": "clear-need", "n": 2},
        {"answer": "withheld", "reason": "cannot-cope", "n": 1},
    ]


async def test_offers_are_counted_with_some_organisations_or_without(ask: Ask) -> None:
    without = await ask("offers", asOf=YEAR, exceptOrganisation=[str(HOSPITAL)])
    only = await ask("offers", asOf=YEAR, organisation=[str(HOSPITAL)])
    neither = await ask(
        "offers", asOf=YEAR, organisation=[str(HOSPITAL)], exceptOrganisation=[str(HOSPITAL)]
    )

    assert picked(without["totals"], "offered", "share") == [2, 0.5]
    assert picked(only["totals"], "offered", "share") == [2, 1.0]
    assert picked(neither["totals"], "offered", "share", "attempts") == [0, None, 0]
    assert neither["rows"] == []


FUNNEL = ("candidates", "offered", "accepted", "referred", "screenedOut", "supported", "closed")


async def test_the_funnel_counts_those_who_came_another_way_apart(ask: Ask) -> None:
    figure = await ask("funnel", asOf=YEAR)

    assert picked(figure, *FUNNEL) == [5, 4, 3, 4, 1, 3, 1]
    assert picked(figure, "n", "open", "openShare") == [6, 2, 0.6667]
    assert picked(figure, "withdrawn", "waiting") == [0, 0]
    assert figure["screenedOutReasons"] == [{"reason": "no-need-after-all", "n": 1}]


async def test_the_funnel_of_a_past_day_has_what_had_happened_by_the_end_of_it(ask: Ask) -> None:
    before = await ask("funnel", asOf="2019-06-30")
    after = await ask("funnel", asOf="2019-07-01")

    assert picked(before, "closed", "open") == [0, 3]
    assert picked(after, "closed", "open") == [1, 2]
    assert picked(await ask("funnel", asOf="2019-05-07"), "referred", "waiting") == [3, 1]


async def test_what_was_recorded_later_was_not_known_before(ask: Ask) -> None:
    then = await ask("funnel", asOf=YEAR, knownAt="2019-08-31")
    now = await ask("funnel", asOf=YEAR, knownAt="2019-09-01")

    assert picked(then, "closed", "open") == [0, 3]
    assert picked(now, "closed", "open") == [1, 2]


async def test_an_empty_log_gives_noughts_and_no_shares(figure: Ask) -> None:
    funnel = await figure("funnel")

    assert picked(funnel, "n", *FUNNEL) == [0] * 8
    assert funnel["openShare"] is None


async def test_the_caseload_of_a_day_counts_roles_apart_and_cases_once(ask: Ask) -> None:
    figure = await ask("caseload", day="2019-06-15")

    loads = {(row["caseManager"], row["role"]): row["cases"] for row in figure["rows"]}
    assert loads == {(str(CASE_MANAGER), "case-manager"): 3, (str(BACKUP), "backup"): 1}
    assert figure["n"] == 3


async def test_a_case_is_off_the_load_at_the_end_of_the_day_on_which_it_closes(ask: Ask) -> None:
    assert (await ask("caseload", day="2019-06-30"))["n"] == 3
    assert (await ask("caseload", day="2019-07-01"))["n"] == 2
    assert (await ask("caseload", asOf="2019-07-01", knownAt="2019-08-31"))["n"] == 3


def statistics(figure: dict[str, Any], unit: str = "days") -> list[Any]:
    names = ("mean", "min", "lowerQuartile", "median", "upperQuartile", "max")
    return picked(figure[unit], *names)


BASE = ("population", "n", "open", "openShare", "undated")


async def test_a_duration_leaves_out_what_is_not_known_to_the_day(ask: Ask) -> None:
    figure = await ask(
        "durations", asOf=YEAR, from_="incident", to="referral-made", among="case-opened"
    )

    assert picked(figure, *BASE) == [3, 2, 0, 0.0, 1]
    assert statistics(figure) == [15, 10, 12.5, 15, 17.5, 20]
    assert statistics(figure, "months")[3] == round(15 / 30.44, 4)


async def test_a_duration_may_be_of_those_only_that_began_in_a_period(ask: Ask) -> None:
    span = {"asOf": YEAR, "from_": "incident", "to": "referral-made", "among": "case-opened"}

    late = await ask("durations", **span, fromSince="2019-01-01")
    early = await ask("durations", **span, fromUntil="2018-12-31")

    assert picked(late, *BASE, "days")[:-1] == [2, 1, 0, 0.0, 1]
    assert late["days"]["median"] == 20
    assert picked(early, *BASE) == [1, 1, 0, 0.0, 0]


async def test_open_cases_are_cut_at_the_cut_off_date_or_left_out(ask: Ask) -> None:
    span = {"asOf": YEAR, "from_": "referral-made", "to": "case-closed", "among": "case-opened"}

    cut = await ask("durations", **span, open="cut")
    left_out = await ask("durations", **span, open="left-out")

    assert picked(cut, *BASE) == [3, 3, 2, 0.6667, 0]
    assert statistics(cut) == [208, 172, 192.5, 213, 226, 239]
    assert picked(left_out, *BASE) == [3, 1, 2, 0.6667, 0]
    assert statistics(left_out) == [172] * 6


async def test_an_origin_of_unknown_date_counts_as_undated_and_not_as_absent(ask: Ask) -> None:
    figure = await ask("durations", asOf=YEAR, from_="incident", to="liability-claim-filed")

    assert picked(figure, *BASE) == [6, 1, 5, 0.8333, 4]
    assert figure["days"]["median"] == 60


async def test_an_origin_whose_date_is_learnt_late_is_dated_from_then_on(
    hears: Tell, figure: Ask
) -> None:
    learnt = told(3, OriginDated(origin="2019-03-30"), "2019-05-01", key=case(4))
    corrected = told(4, OriginDated(origin="2019-03-31"), "2019-06-01", key=case(4))
    await hears([*SILENT, learnt, corrected])
    span = {"from_": "incident", "to": "offer-made"}

    before = await figure("durations", **span, knownAt="2019-04-30")
    then = await figure("durations", **span, knownAt="2019-05-31")
    now = await figure("durations", **span)

    assert picked(before, *BASE) == [1, 0, 0, 0.0, 1]
    assert [picked(told, "n", "undated") for told in (then, now)] == [[1, 0], [1, 0]]
    assert (then["days"]["median"], now["days"]["median"]) == (3, 2)


async def test_a_duration_that_nobody_has_is_null(ask: Ask) -> None:
    figure = await ask("durations", from_="offer-unanswered", to="case-closed")

    assert picked(figure, *BASE) == [0, 0, 0, None, 0]
    assert statistics(figure) == [None] * 6


async def test_a_correction_changes_figures_from_when_it_was_recorded(
    hears: Tell, figure: Ask
) -> None:
    moved = told(
        9,
        CaseClosed(reason="support-completed", spell=1),
        "2019-08-01",
        key=case(1),
        recorded="2019-10-01",
        corrects=identity(8, case(1)),
    )
    await hears([*SUPPORTED_AND_CLOSED, moved])
    span = {"from_": "referral-made", "to": "case-closed"}

    now = await figure("durations", **span)
    before = await figure("durations", **span, knownAt="2019-09-30")

    assert (before["days"]["median"], now["days"]["median"]) == (172, 203)
    assert (await figure("caseload", day="2019-07-15"))["n"] == 1
    assert (await figure("caseload", day="2019-07-15", knownAt="2019-09-30"))["n"] == 0


async def test_only_the_programme_that_is_asked_for_is_counted(hears: Tell, figure: Ask) -> None:
    elsewhere = [
        replace(fact, metadata=replace(fact.metadata, programme="another"))
        for fact in SUPPORTED_AND_CLOSED
    ]
    await hears([*elsewhere, *SILENT])

    assert (await figure("offers"))["n"] == 2
    assert (await figure("offers", programme=PROGRAMME))["n"] == 1
    assert (await figure("durations", from_="offer-made", to="case-closed"))["population"] == 2


async def test_a_figure_says_on_what_it_rests(ask: Ask) -> None:
    basis = (await ask("funnel", asOf="2020-12-01", knownAt="2019-08-31"))["basis"]

    assert basis["asOf"] == "2020-12-01T22:59:59.999999Z"
    assert picked(basis, "asOfGiven", "cutOff") == ["2020-12-01", "2020-12-01"]
    assert basis["knownAt"] == "2019-08-31T21:59:59.999999Z"
    assert (basis["programme"], basis["position"]) == (None, len(ALL))
    last = [CAME_BY_HERSELF[-1], CAME_BY_HERSELF[0]]
    assert [picked(mark, "source", "position") for mark in basis["watermarks"]] == [
        [fact.source, fact.position] for fact in last
    ]


async def test_a_case_that_cannot_be_read_is_left_out_and_the_figure_says_so(
    hears: Tell, figure: Ask
) -> None:
    identified, offered, *_ = SILENT
    await hears([*SUPPORTED_AND_CLOSED, identified, replace(offered, event={"attempt": "often"})])

    offers, caseload = await figure("offers"), await figure("caseload")

    assert (offers["n"], offers["basis"]["parkedCases"]) == (1, 1)
    assert caseload["basis"]["parkedCases"] == 0


async def test_without_times_a_figure_ends_now_and_rests_on_all_that_is_known(ask: Ask) -> None:
    basis = (await ask("funnel"))["basis"]

    assert picked(basis, "asOf", "cutOff") == ["2021-01-01T12:00:00Z", "2021-01-01"]
    assert picked(basis, "asOfGiven", "knownAt", "knownAtGiven") == [None, None, None]
    assert [mark["recordedAt"][:10] for mark in basis["watermarks"]] == ["2019-08-31", "2019-05-31"]
