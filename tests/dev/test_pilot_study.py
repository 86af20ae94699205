"""The study in the constructed cohort, counted by hand, yields what the report says of it."""

from collections import Counter
from datetime import date
from statistics import mean

from dev.pilot.comparison import Computed, compare
from dev.pilot.record import Marks, Person, Record, load

SUPPORTED = [record for record in load() if record.support]
MEMBERS = [r for r in SUPPORTED if r.support and r.support.study and not r.support.study.withdrawn]
PLACES = ("most", "second", "third", "fourth", "fifth", "sixth", "fewest")
OF_STUDY = ("study/", "table-1.1/", "table-2.1/", "incident-to-contact")


def test_hand_counted_the_study_yields_every_figure_of_the_report() -> None:
    counted = {**_study(), **_speakers(), **_contacts(), **_marks()}
    found = [line for line in compare(counted) if line.figure.startswith(OF_STUDY)]

    assert {line.figure for line in found} == counted.keys()
    assert [line for line in found if line.equal is False] == []
    assert {line.figure: line.computed for line in found if line.equal is None} == {
        "study/practical-functioning-not-below-seven": 6.1
    }


def test_the_study_has_members_in_every_hospital_as_many_as_the_report_says() -> None:
    willing = Counter(r.organisation for r in SUPPORTED if r.support and r.support.study)

    assert sorted(willing.values(), reverse=True) == [9, 5, 5, 5, 4, 4, 1]
    assert willing[None] == 0


def test_what_is_told_of_a_patient_who_died_fits_together() -> None:
    died = [r for r in MEMBERS if r.support and r.support.died]

    for record in died:
        assert record.support is not None
        assert (record.incident or "") < (record.support.died or "") < _contacted(record)
        assert [p.mandate for p in record.support.persons] == ["as-next-of-kin"]
        assert not _step(record, "claim-filed")


def test_who_takes_part_agreed_before_giving_marks_and_while_known_to_the_case_manager() -> None:
    for record in SUPPORTED:
        if record.support is None or record.support.study is None:
            continue
        study, closing = record.support.study, record.support.closing
        days = [_contacted(record), study.consented, *(m.on for m in study.marks)]
        assert days == sorted(days), record.id
        assert max(days) <= "2020-12-01", record.id
        assert ("questionnaire" in study.scopes) is bool(study.marks), record.id
        assert study.withdrawn is None or study.withdrawn <= (closing.on if closing else "2020")


def _study() -> dict[str, Computed]:
    willing = [r for r in SUPPORTED if _joined(r)]
    members = [r for r in willing if r in MEMBERS]
    dropped = [r for r in willing if r.support and r.support.worsened and r not in members]
    reported = [r for r in members if _step(r, "reported-to-inspectorate")]
    managers = Counter(r.support.case_manager for r in members if r.support)
    waves = Counter(m.wave for r in members for m in _given(r))
    places = Counter(r.organisation for r in willing).most_common()
    n, incidents = len(members), [r.incident or "" for r in members]
    return {
        **{
            f"study/of-a-hospital/{p}": Computed(k)
            for p, (_, k) in zip(PLACES, places, strict=True)
        },
        "study/willing": Computed(len(willing), len(SUPPORTED)),
        "study/not-willing": Computed(len(SUPPORTED) - len(willing), len(SUPPORTED)),
        "study/members": Computed(n, len(willing)),
        "study/dropped-out": Computed(len(dropped), len(willing)),
        "study/case-manager-1": Computed(managers[1], n),
        "study/case-manager-2": Computed(managers[2], n),
        "study/questionnaire": Computed(waves["first"], n),
        "study/questionnaire-again": Computed(waves["follow-up"], n),
        "study/reported-to-inspectorate": Computed(100 * len(reported) / n, n),
        "study/incidents-from-end-2017-to-end-2019": Computed(
            sum("2017-10" <= day < "2020" for day in incidents), n
        ),
    }


def _speakers() -> dict[str, Computed]:
    """Whoever speaks for the patient, or the patient, alone or with somebody near."""
    speaking = Counter(p.relation for r in MEMBERS for p in _persons(r) if p.role == "spokesperson")
    near = sum(p.role == "near-person" for r in MEMBERS for p in _persons(r))
    died = sum(bool(r.support and r.support.died) for r in MEMBERS)
    for_whom, n = speaking.total(), len(MEMBERS)
    counts = {
        "study/patient-died": died,
        "study/patient-unable": for_whom - died,
        "study/talk-with-patient": n - for_whom,
        "study/talk-without-patient": for_whom,
        "table-1.1/patient-with-another": near,
        "table-1.1/patient": n - for_whom - near,
        "table-1.1/partner": speaking["partner"],
        "table-1.1/parents": speaking["parent"],
        "table-1.1/others": speaking["other-family"],
    }
    return {figure: Computed(count, n) for figure, count in counts.items()}


def _contacts() -> dict[str, Computed]:
    lags, n = [_months(r) for r in MEMBERS], len(MEMBERS)
    return {
        "incident-to-contact": Computed(mean(lags), n),
        "incident-to-contact/shortest": Computed(min(lags) * 30.44, n),
        "incident-to-contact/longest": Computed(max(lags), n),
    }


def _marks() -> dict[str, Computed]:
    given = [m.scores for r in MEMBERS for m in _given(r) if m.wave == "first"]
    cells: dict[str, Computed] = {}
    for domain in given[0]:
        marks = [scores[domain] for scores in given]
        for name, mark in (("mean", mean(marks)), ("lowest", min(marks)), ("highest", max(marks))):
            cells[f"table-2.1/{domain}/{name}"] = Computed(mark, len(marks))
    low = cells["table-2.1/practical/mean"]
    return {**cells, "study/practical-functioning-not-below-seven": low}


def _joined(record: Record) -> bool:
    return bool(record.support and record.support.study)


def _given(record: Record) -> tuple[Marks, ...]:
    return record.support.study.marks if record.support and record.support.study else ()


def _persons(record: Record) -> tuple[Person, ...]:
    return record.support.persons if record.support else ()


def _contacted(record: Record) -> str:
    assert record.support is not None
    return record.support.first_contact


def _step(record: Record, step: str) -> bool:
    return any(told.step == step for told in record.support.steps) if record.support else False


def _months(record: Record) -> float:
    """From the incident to the first contact."""
    first, last = date.fromisoformat(record.incident or ""), date.fromisoformat(_contacted(record))
    return (last - first).days / 30.44
