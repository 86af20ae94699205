"""The constructed cohort, counted by hand without any service, yields the report's figures."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from statistics import mean, median

from dev.pilot import generate, workdays
from dev.pilot.comparison import Computed, compare
from dev.pilot.record import COHORT, Record, dump, load
from programmes import codes
from programmes import load as load_programmes

RECORDS = load()
CUT = date(2020, 12, 1)
SUPPORTED = [record for record in RECORDS if record.support]
DEFINITION = load_programmes().current("medical-incidents", date(2019, 12, 1))


def test_making_the_cohort_anew_gives_the_committed_file() -> None:
    assert dump(generate.cohort()) == COHORT.read_bytes()


def test_hand_counted_the_cohort_yields_every_figure_of_the_report() -> None:
    wrong = [line for line in compare(_counted()) if not line.equal]

    assert wrong == []


def test_the_lags_and_lengths_range_as_the_report_says() -> None:
    lags = [_day(r.referral.on) - _day(r.incident) for r in SUPPORTED if r.referral]
    lengths = [_support_days(record) / 30.44 for record in SUPPORTED]

    assert min(lags).days == 5
    assert max(lags).days > 2 * 365
    assert 3.5 <= min(lengths) < 4
    assert max(lengths) > 24


def test_incident_years_are_those_of_the_report() -> None:
    years = Counter((record.incident or "")[:4] for record in SUPPORTED)

    assert years["2019"] == 29
    assert years["2018"] == 15
    assert years["2017"] + years["2016"] == 3


def test_two_cases_came_another_way_and_two_acceptances_led_to_no_referral() -> None:
    accepted = [r for r in RECORDS if _last_answer(r) == "accepted"]

    assert sorted(r.referral.source for r in RECORDS if r.referral and not r.organisation) == [
        "self",
        "victim-support",
    ]
    assert sum(r.referral is None for r in accepted) == 2
    assert sum(r.referral is not None for r in accepted) == 51


def test_three_had_no_need_and_three_were_not_in_the_target_group() -> None:
    reasons = [r.referral.screening.reason for r in RECORDS if r.referral and not r.support]

    assert reasons.count("no-need-after-all") == 3
    assert len(reasons) == 6


def test_every_decline_has_the_reason_unknown() -> None:
    answers = [a.answer for record in RECORDS for a in record.attempts]
    declined = [answer for answer in answers if answer.kind == "declined"]

    assert {answer.reasons for answer in declined} == {("unknown",)}


def test_somebody_who_first_declined_and_somebody_who_was_silent_said_yes_later() -> None:
    again = {r.attempts[0].answer.kind for r in RECORDS if len(r.attempts) > 1 and r.referral}

    assert again == {"declined", "no-response"}


def test_the_cut_off_matters_because_some_cases_closed_after_it() -> None:
    closings = [_day(r.support.closing.on) for r in SUPPORTED if r.support and r.support.closing]
    nearest = min(abs((closing - CUT).days) for closing in closings)

    assert sum(closing > CUT for closing in closings) == 5
    assert nearest > 5


def test_two_case_managers_share_the_cases_and_five_have_no_investigation() -> None:
    managers = Counter(r.support.case_manager for r in SUPPORTED if r.support)
    investigated = [r for r in SUPPORTED if _step(r, "calamity-investigation")]

    assert set(managers) == {1, 2}
    assert len(investigated) == 42


def test_first_offers_fall_in_six_quarters_and_hospitals_join_later() -> None:
    first: dict[int, str] = {}
    for record in RECORDS:
        if record.organisation and record.attempts:
            quarter = _quarter(record.attempts[0].on)
            first[record.organisation] = min(first.get(record.organisation, quarter), quarter)
    quarters = {_quarter(r.attempts[0].on) for r in RECORDS if r.attempts}

    assert sorted(quarters) == [
        *("2018-Q3", "2018-Q4", "2019-Q1", "2019-Q2", "2019-Q3", "2019-Q4"),
    ]
    assert sum(quarter == "2018-Q3" for quarter in first.values()) == 3


def test_what_people_of_an_office_did_happened_on_working_days() -> None:
    days = [date.fromisoformat(day) for day in _office_days() if len(day) == 10]

    assert [day for day in days if not workdays.is_open(day)] == []


def test_nobody_is_answered_before_asked_or_asked_before_found() -> None:
    for record in RECORDS:
        days = [record.identified, *(d for a in record.attempts for d in (a.on, a.answer.on))]
        if record.referral:
            days += [record.referral.on, record.referral.screening.on]
        known = [day for day in days if day is not None]
        assert [d[:7] for d in known] == sorted(d[:7] for d in known), record.id
        whole = [day for day in known if len(day) == 10]
        assert whole == sorted(whole), record.id
        assert record.incident is None or record.incident <= known[0], record.id


def test_what_belongs_to_a_case_happened_while_it_was_open() -> None:
    for record in SUPPORTED:
        assert record.support is not None
        assert record.referral is not None
        done = [record.support.first_contact, *(a.on for a in record.support.activities)]
        closing = record.support.closing
        assert record.referral.screening.on <= min(done), record.id
        assert max(done) <= (closing.on if closing else "2020-12-01"), record.id


def test_every_code_is_one_of_the_programme() -> None:
    offer = DEFINITION.offer
    for attempt in (attempt for record in RECORDS for attempt in record.attempts):
        assert attempt.channel in codes(offer.channels)
        assert attempt.by_function in codes(offer.functions)
        assert set(attempt.answer.reasons) <= codes(offer.accept_reasons)
    for activity in (a for r in SUPPORTED if r.support for a in r.support.activities):
        category = DEFINITION.category(activity.category)
        assert category is not None
        assert activity.type in codes(category.types)
    for step in (s for r in SUPPORTED if r.support for s in r.support.steps):
        assert DEFINITION.step(step.track, step.step) is not None


def test_the_criteria_in_force_admit_everybody_who_was_accepted() -> None:
    for record in SUPPORTED:
        assert record.referral is not None
        criteria = DEFINITION.criteria_on(date.fromisoformat(record.referral.on))
        assessments = record.referral.screening.assessments
        assert set(assessments) == codes(criteria.criteria), record.id
        assert criteria.accepts(assessments), record.id


def _counted() -> dict[str, Computed]:
    return {**_table(), **_funnel(), **_durations()}


def _table() -> dict[str, Computed]:
    rows = {f"hospital-{n}": [r for r in RECORDS if r.organisation == n] for n in range(1, 8)}
    rows["total"] = RECORDS
    cells = {
        f"table-4.1/{row}/{column}": Computed(value)
        for row, records in rows.items()
        for column, value in _row(records).items()
    }
    smaller = _row([r for r in RECORDS if r.organisation != 1])
    share = Computed(smaller["accepted-percentage"])
    return {**cells, "accepted-without-largest-hospital": share}


def _row(records: Iterable[Record]) -> dict[str, float]:
    people = list(records)
    answers = Counter(_last_answer(record) for record in people)
    offered = sum(bool(record.attempts) for record in people)
    return {
        "offered-yes": offered,
        "offered-no": sum(record.withheld is not None for record in people),
        "accepted-yes": answers["accepted"],
        "accepted-no": answers["declined"],
        "accepted-percentage": 100 * answers["accepted"] / offered,
    }


def _last_answer(record: Record) -> str | None:
    return record.attempts[-1].answer.kind if record.attempts else None


def _funnel() -> dict[str, Computed]:
    referred = [record.referral for record in RECORDS if record.referral]
    counts = {
        "candidates": sum(record.identified is not None for record in RECORDS),
        "offered": sum(bool(record.attempts) for record in RECORDS),
        "accepted": sum(_last_answer(record) == "accepted" for record in RECORDS),
        "referred": len(referred),
        "screened-out": sum(r.screening.decision == "screened-out" for r in referred),
        "supported": len(SUPPORTED),
        "closed": sum(_closed_by_cut(record) for record in SUPPORTED),
        "open": sum(not _closed_by_cut(record) for record in SUPPORTED),
    }
    return {f"funnel/{name}": Computed(count) for name, count in counts.items()}


def _durations() -> dict[str, Computed]:
    lags = {r.id: _lag(r, r.referral.on) for r in SUPPORTED if r.referral}
    recent = [lags[r.id] for r in SUPPORTED if (r.incident or "") >= "2018"]
    claims = [_lag(r, day) for r in SUPPORTED if (day := _step(r, "liability"))]
    lengths = [_support_days(record) / 30.44 for record in SUPPORTED]
    return {
        "incident-to-referral": Computed(median(lags.values()), len(lags)),
        "incident-to-referral/without-old-incidents": Computed(median(recent), len(recent)),
        "incident-to-liability-claim": Computed(median(claims), len(claims)),
        "length-of-support": Computed(mean(lengths), len(lengths)),
    }


def _lag(record: Record, until: str) -> float:
    return (_day(until) - _day(record.incident)).days / 30.44


def _support_days(record: Record) -> int:
    assert record.support is not None
    assert record.referral is not None
    closing = record.support.closing
    end = min(_day(closing.on), CUT) if closing else CUT
    return (end - _day(record.referral.on)).days


def _closed_by_cut(record: Record) -> bool:
    closing = record.support.closing if record.support else None
    return closing is not None and _day(closing.on) <= CUT


def _step(record: Record, track: str) -> str | None:
    steps = record.support.steps if record.support else ()
    return next((step.on for step in steps if step.track == track), None)


def _day(text: str | None) -> date:
    """The first day of what is known."""
    assert text is not None
    return date.fromisoformat(f"{text}-01-01"[:10])


def _quarter(text: str) -> str:
    return f"{text[:4]}-Q{(int(text[5:7]) + 2) // 3}"


def _office_days() -> Iterator[str]:
    for record in RECORDS:
        yield from (day for a in record.attempts for day in (a.on, a.answer.on))
        yield from (record.withheld.on,) if record.withheld else ()
        if record.referral:
            yield from (record.referral.on, record.referral.screening.on)
        if record.support:
            yield from (record.support.first_contact, *(a.on for a in record.support.activities))
            yield from (step.on for step in record.support.steps)
            yield from (record.support.closing.on,) if record.support.closing else ()
