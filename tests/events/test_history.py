"""The fold over two clocks, against an oracle that follows its definition word by word."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from events.history import facts, placed
from events.occurrence import UNKNOWN, Occurred
from events.store import Recorded
from events.testing import NOW, numbered, recorded

Log = list[Recorded[str]]
DAYS = [Occurred.parse(f"2027-03-0{day}") for day in range(1, 8)]
HOURS = [Occurred.parse(f"2027-03-0{day}T1{day}:00:00Z") for day in range(1, 8)]
MONTH = Occurred.parse("2027-03")


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
                occurred=draw(st.sampled_from([*DAYS, *HOURS, MONTH, UNKNOWN])),
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
    placed: list[tuple[datetime, str]] = []
    for r in standing:
        began, ended = r.occurred.at or r.recorded_at, r.occurred.end
        within = [place for place, _ in placed if ended and began < place < ended]
        placed.append((max([began, *within]), r.event))
    return [event for place, event in sorted(placed, key=lambda p: p[0]) if place <= as_of]


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
    found = [fact.occurred for fact in facts(log)]

    assert not any(b.certainly_before(a) for a, b in combinations(found, 2))
    assert sorted(moment for moment, _ in placed(facts(log))) == [m for m, _ in placed(facts(log))]


def test_a_day_takes_its_place_after_what_was_told_before_of_the_moments_in_it() -> None:
    noon = recorded("opened", 1, occurred=Occurred.parse("2027-03-02T12:00:00Z"))
    that_day = recorded("assigned", 2, occurred=DAYS[1])
    earlier = recorded("told late", 3, occurred=Occurred.parse("2027-03-02T09:00:00Z"))

    assert events_of(facts([noon, that_day, earlier])) == ["told late", "opened", "assigned"]
    assert events_of(facts([noon, that_day], as_of=noon.occurred.at or NOW)) == [
        "opened",
        "assigned",
    ]
    morning = Occurred.parse("2027-03-02T08:00:00Z").at or NOW
    assert events_of(facts([noon, that_day], as_of=morning)) == []


def test_what_corrects_itself_is_no_endless_search() -> None:
    ring = [recorded("a", 1, corrects=numbered(2)), recorded("b", 2, corrects=numbered(1))]

    assert len(facts([recorded("self", 3, corrects=numbered(3)), *ring])) == 3


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
