"""The fold over two clocks, against an oracle that follows its definition word by word."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from events.history import facts, happened
from events.occurrence import UNKNOWN, Occurred
from events.store import Recorded
from events.testing import NOW, numbered, recorded

Log = list[Recorded[str]]
DAYS = [Occurred.parse(f"2027-03-0{day}") for day in range(1, 8)]


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Positions and times rise; some events correct an earlier one, which may be a correction."""
    log: Log = []
    for position in range(1, draw(st.integers(0, 12)) + 1):
        earlier = st.sampled_from([r.id for r in log]) if log else st.none()
        log.append(
            recorded(
                f"fact {position}",
                position,
                occurred=draw(st.sampled_from([*DAYS, UNKNOWN])),
                recorded_at=NOW + timedelta(hours=position),
                corrects=draw(st.none() | earlier),
            )
        )
    return log


MOMENTS = st.datetimes(datetime(2027, 2, 27), datetime(2027, 3, 9), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds have no zone


def oracle(log: Log, as_of: datetime, known_at: datetime) -> list[str]:
    known = [r for r in log if r.recorded_at <= known_at]
    standing = [r for r in known if r.corrects is None]
    for correction in (r for r in known if r.corrects is not None):
        place = next(
            i for i, r in enumerate(standing) if original(known, r) == original(known, correction)
        )
        standing[place] = correction
    past = [r for r in standing if (r.occurred.at or r.recorded_at) <= as_of]
    return [
        r.event for r in sorted(past, key=lambda r: (r.occurred.at or r.recorded_at, r.recorded_at))
    ]


def original(log: Log, event: Recorded[str]) -> Recorded[str]:
    while event.corrects is not None:
        event = next(r for r in log if r.id == event.corrects)
    return event


@given(logs(), MOMENTS, MOMENTS)
def test_the_fold_is_what_its_definition_says(
    log: Log, as_of: datetime, known_at: datetime
) -> None:
    found = facts(log, as_of=as_of, known_at=known_at)

    assert [r.event for r in found] == oracle(log, as_of, known_at)


@given(logs(), st.randoms())
def test_the_order_of_arrival_does_not_matter(log: Log, random: object) -> None:
    shuffled = list(log)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert facts(shuffled) == facts(log)


@given(logs())
def test_facts_come_in_the_order_of_happening(log: Log) -> None:
    assert all(happened(one) <= happened(other) for one, other in pairwise(facts(log)))


def test_a_fact_of_an_unknown_time_takes_its_place_when_it_was_recorded() -> None:
    unknown = recorded("unknown", 1, occurred=UNKNOWN)
    later = recorded("later", 2, occurred=Occurred.instant(NOW + timedelta(days=1)))
    earlier = recorded("earlier", 3, occurred=DAYS[0])

    assert events_of(facts([unknown, later, earlier])) == ["earlier", "unknown", "later"]


def test_the_last_correction_counts_and_moves_the_fact() -> None:
    fact = recorded("wrong", 1, occurred=DAYS[0])
    other = recorded("other", 2, occurred=DAYS[2])
    correction = recorded("less wrong", 3, occurred=DAYS[4], corrects=fact.id)
    again = recorded("right", 4, occurred=DAYS[5], corrects=correction.id)

    log = [fact, other, correction, again]

    assert events_of(facts(log)) == ["other", "right"]
    assert events_of(facts(log, known_at=correction.recorded_at)) == ["other", "less wrong"]
    assert events_of(facts(log, known_at=other.recorded_at)) == ["wrong", "other"]
    assert events_of(facts(log, as_of=NOW - timedelta(days=2))) == ["other"]


def test_a_correction_of_what_is_not_there_stands_by_itself() -> None:
    stray = recorded("stray", 1, corrects=numbered(99))

    assert facts([stray]) == [stray]


def events_of(found: Sequence[Recorded[str]]) -> list[str]:
    return [r.event for r in found]
