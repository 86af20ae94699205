"""The constructed cohort, counted by hand without any service, yields the report's figures."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from statistics import mean, median

from dev.pilot import generate, workdays
from dev.pilot.comparison import Computed, compare
from dev.pilot.record import COHORT, Activity, Record, Step, dump, load
from programmes import codes
from programmes import load as load_programmes

RECORDS = load()
CUT = date(2020, 12, 1)
SUPPORTED = [record for record in RECORDS if record.support]
OF_STUDY = ("study/", "table-1.1/", "table-2.1/", "incident-to-contact")
"""Counted in `test_pilot_study`."""
DEFINITION = load_programmes().current("medical-incidents", date(2019, 12, 1))


def test_making_the_cohort_anew_gives_the_committed_file() -> None:
    assert dump(generate.cohort()) == COHORT.read_bytes()


def test_hand_counted_the_cohort_yields_every_figure_of_the_report() -> None:
    wrong = [line for line in compare(_counted()) if line.equal is False]

    assert [line for line in wrong if not line.figure.startswith(OF_STUDY)] == []


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
    investigated = [r for r in SUPPORTED if _step(r, "started")]

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


def test_a_track_of_every_kind_is_played() -> None:
    played = {step.track for record in SUPPORTED for step in _steps(record)}

    assert played == codes(DEFINITION.tracks)


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
        defined = DEFINITION.step(step.track, step.step)
        assert defined is not None
        assert step.outcome is None or step.outcome in codes(defined.outcomes)
        assert set(step.data) <= {field.code for field in defined.fields}


def test_the_criteria_in_force_admit_everybody_who_was_accepted() -> None:
    for record in SUPPORTED:
        assert record.referral is not None
        criteria = DEFINITION.criteria_on(date.fromisoformat(record.referral.on))
        assessments = record.referral.screening.assessments
        assert set(assessments) == codes(criteria.criteria), record.id
        assert criteria.accepts(assessments), record.id


def test_the_steps_of_a_case_are_told_in_the_order_of_their_days() -> None:
    for record in SUPPORTED:
        assert record.support is not None
        days = [step.on for step in record.support.steps]
        assert days == sorted(days), record.id
        assert max(days, default="") <= "2020-12-01", record.id


def test_where_the_report_contradicts_itself_both_figures_are_told_and_not_compared() -> None:
    excluded = {line.figure: line for line in compare(_counted()) if line.equal is None}

    assert {name: line.computed for name, line in excluded.items()} == {
        "lawyer/engaged-without-investigation": 4,
        "lawyer/engaged-with-investigation": 22,
    }
    assert all(line.resolution for line in excluded.values())


def _counted() -> dict[str, Computed]:
    return {
        **_table(),
        **_funnel(),
        **_durations(),
        **_lengths(),
        **_effort(),
        **_investigation(),
        **_legal(),
    }


def _table() -> dict[str, Computed]:
    rows = {f"hospital-{n}": [r for r in RECORDS if r.organisation == n] for n in range(1, 8)}
    rows["total"] = RECORDS
    cells = {
        f"table-4.1/{row}/{column}": Computed(value)
        for row, records in rows.items()
        for column, value in _row(records).items()
    }
    smaller = _row([r for r in RECORDS if r.organisation != 1])
    share = Computed(smaller["accepted-percentage"], int(smaller["offered-yes"]))
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
    reasons = Counter(r.screening.reason for r in referred)
    years = Counter((record.incident or "")[:4] for record in SUPPORTED)
    outside = reasons["no-possible-calamity"] + reasons["other-problem"]
    return {
        **{f"funnel/{name}": Computed(count) for name, count in counts.items()},
        "funnel/screened-out/no-need-after-all": Computed(reasons["no-need-after-all"]),
        "funnel/screened-out/not-in-target-group": Computed(outside),
        "incident-year/2019": Computed(years["2019"]),
        "incident-year/2018": Computed(years["2018"]),
        "incident-year/2017-or-2016": Computed(years["2017"] + years["2016"]),
        "atypical-entry": Computed(sum(record.identified is None for record in SUPPORTED)),
    }


def _durations() -> dict[str, Computed]:
    lags = {r.id: _lag(r, r.referral.on) for r in SUPPORTED if r.referral}
    recent = [lags[r.id] for r in SUPPORTED if (r.incident or "") >= "2018"]
    claims = [_lag(r, day) for r in SUPPORTED if (day := _step(r, "claim-filed"))]
    talks = [_lag(r, day) for r in SUPPORTED if (day := _step(r, "client-heard"))]
    reports = _between("client-heard", "report-finished")
    acknowledged = _between("claim-filed", "acknowledged")
    n = len(lags)
    return {
        "incident-to-referral": Computed(median(lags.values()), n),
        "incident-to-referral/without-old-incidents": Computed(median(recent), len(recent)),
        "incident-to-referral/shortest": Computed(30.44 * min(lags.values()), n),
        "incident-to-referral/longest": Computed(max(lags.values()), n),
        "incident-to-committee-talk": Computed(median(talks), len(talks)),
        "committee-talk-to-report": Computed(median(reports), len(reports)),
        "incident-to-liability-claim": Computed(median(claims), len(claims)),
        "claim-to-acknowledgement": Computed(median(acknowledged), len(acknowledged)),
    }


def _between(first: str, then: str) -> list[float]:
    """In months, of those who have both."""
    both = [
        (start, end) for r in SUPPORTED if (start := _step(r, first)) and (end := _step(r, then))
    ]
    return [(_day(end) - _day(start)).days / 30.44 for start, end in both]


def _lengths() -> dict[str, Computed]:
    lengths = [_support_days(record) / 30.44 for record in SUPPORTED]
    legal = [_support_days(record) / 30.44 for record in SUPPORTED if _legal_step(record)]
    others = [_support_days(record) / 30.44 for record in SUPPORTED if not _legal_step(record)]
    return {
        "length-of-support": Computed(mean(lengths), len(lengths)),
        "length-of-support/open-cases": Computed(
            sum(not _closed_by_cut(record) for record in SUPPORTED), len(lengths)
        ),
        "length-of-support/shortest": Computed(min(lengths), len(lengths)),
        "length-of-support/longest": Computed(max(lengths), len(lengths)),
        "length-of-support/with-legal-procedure": Computed(mean(legal), len(legal)),
        "length-of-support/without-legal-procedure": Computed(mean(others), len(others)),
        "length-of-support/legal-procedure-makes-it-longer": Computed(
            mean(legal) - mean(others), len(lengths)
        ),
    }


def _effort() -> dict[str, Computed]:
    hours = {r.id: sum(_minutes(a) for a in _activities(r)) / 60 for r in SUPPORTED}
    legal = [hours[r.id] for r in SUPPORTED if _legal_step(r)]
    others = [hours[r.id] for r in SUPPORTED if not _legal_step(r)]
    contacts = sum(a.category == "contact" for r in SUPPORTED for a in _activities(r))
    months = sum(_support_days(record) for record in SUPPORTED) / 30.44
    visits = [[a for a in _activities(r) if a.type == "home-visit"] for r in SUPPORTED]
    numbers, n = [len(some) for some in visits], len(SUPPORTED)
    minutes = mean(visit.contact_minutes for some in visits for visit in some)
    return {
        "hours-per-case": Computed(mean(hours.values()), n),
        "hours-per-case/fewest": Computed(min(hours.values()), n),
        "hours-per-case/most": Computed(max(hours.values()), n),
        "hours-per-case/with-legal-procedure": Computed(mean(legal), len(legal)),
        "hours-per-case/without-legal-procedure": Computed(mean(others), len(others)),
        "hours-per-case/legal-procedure-makes-it-more": Computed(mean(legal) - mean(others), n),
        "contacts-per-month": Computed(contacts / months, n),
        "home-visits-per-case/fewest": Computed(min(numbers), n),
        "home-visits-per-case/most": Computed(max(numbers), n),
        "minutes-of-a-home-visit": Computed(minutes, n),
    }


def _activities(record: Record) -> tuple[Activity, ...]:
    return record.support.activities if record.support else ()


def _minutes(activity: Activity) -> int:
    return activity.contact_minutes + activity.registration_minutes


def _investigation() -> dict[str, Computed]:
    done = [r for r in SUPPORTED if _step(r, "started")]
    heard = [r for r in done if _step(r, "client-heard")]
    involved = [r for r in heard if _contacted(r) < (_step(r, "client-heard") or "")]
    reported = [r for r in done if _contacted(r) < (_step(r, "report-finished") or "")]
    discussed = [r for r in done if _step(r, "feedback-talk")]
    planned = [r for r in SUPPORTED if _step(r, "feedback-talk-planned")]
    not_done = [r for r in SUPPORTED if _step(r, "not-investigated")]
    n = len(SUPPORTED)
    return {
        "investigation/done": Computed(len(done), n),
        "investigation/not-done": Computed(len(not_done), n),
        "committee-talk/known": Computed(len(heard), len(done)),
        "committee-talk/case-manager-involved-before": Computed(len(involved), len(heard)),
        "committee-talk/attended": _attended(involved, "client-heard"),
        "report/case-manager-involved-before": Computed(len(reported), len(done)),
        "report/discussed": Computed(len(discussed), len(done)),
        "report/discussion-planned": Computed(len([r for r in planned if r not in discussed])),
        "report/discussion-attended": _attended(discussed, "feedback-talk"),
    }


def _attended(records: Sequence[Record], talk: str) -> Computed:
    said = [s.data.get("attended") for r in records for s in _steps(r) if s.step == talk]
    return Computed(said.count("yes"), len(said))


def _contacted(record: Record) -> str:
    assert record.support is not None
    return record.support.first_contact


def _legal() -> dict[str, Computed]:
    n = len(SUPPORTED)
    claims = [r for r in SUPPORTED if _step(r, "claim-filed")]
    acknowledged = [r for r in claims if _step(r, "acknowledged")]
    complaints = [r for r in SUPPORTED if _complained(r)]
    ruled = [r for r in SUPPORTED if _step(r, "ruling")]
    legal = [r for r in SUPPORTED if _legal_step(r)]
    lawyers = {r.id: day for r in SUPPORTED if (day := _step(r, "represented"))}
    with_, without = (
        [r for r in SUPPORTED if _step(r, step)] for step in ("started", "not-investigated")
    )
    early = [r for r in SUPPORTED if r.referral and lawyers.get(r.id, "9") < r.referral.on]
    return {
        "lawyer/engaged": Computed(len(lawyers), n),
        "lawyer/engaged-without-investigation": Computed(
            sum(r.id in lawyers for r in without), len(without)
        ),
        "lawyer/engaged-with-investigation": Computed(
            sum(r.id in lawyers for r in with_), len(with_)
        ),
        "lawyer/before-referral": Computed(len(early), n),
        "liability/claimed": Computed(len(claims), n),
        "liability/acknowledged": Computed(len(acknowledged), len(claims)),
        "disciplinary/complained": Computed(len(complaints), n),
        "disciplinary/and-liability": Computed(len([r for r in complaints if r in claims]), n),
        "disciplinary/ruled": Computed(len(ruled)),
        "legal-steps": Computed(100 * len(legal) / n, n),
    }


def _legal_step(record: Record) -> bool:
    return bool(_step(record, "claim-filed")) or _complained(record)


def _complained(record: Record) -> bool:
    """To a disciplinary court; a complaint to the hospital is no legal step."""
    return any((s.track, s.step) == ("disciplinary", "filed") for s in _steps(record))


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


def _step(record: Record, step: str) -> str | None:
    return next((told.on for told in _steps(record) if told.step == step), None)


def _steps(record: Record) -> tuple[Step, ...]:
    return record.support.steps if record.support else ()


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
