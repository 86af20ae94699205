"""Times as precise as they are known, in civil time of the Netherlands and Belgium."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.occurrence import CIVIL_TIME, UNKNOWN, Occurred, Precision, end_of

DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))
INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds have no zone
TEXTS = st.one_of(
    DAYS.map(lambda day: f"{day:%Y-%m-%d}"),
    DAYS.map(lambda day: f"{day:%Y-%m}"),
    DAYS.map(lambda day: f"{day:%Y}"),
    INSTANTS.map(lambda at: at.isoformat().replace("+00:00", "Z")),
    st.just("unknown"),
)
OCCURRED = TEXTS.map(Occurred.parse)


@given(TEXTS)
def test_a_time_is_written_as_it_was_read(text: str) -> None:
    assert str(Occurred.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2019-03-05", "2019-03-04T23:00+00:00", "2019-03-05T23:00+00:00"),
        ("2019-03-31", "2019-03-30T23:00+00:00", "2019-03-31T22:00+00:00"),
        ("2019-10-27", "2019-10-26T22:00+00:00", "2019-10-27T23:00+00:00"),
        ("2020-02", "2020-01-31T23:00+00:00", "2020-02-29T23:00+00:00"),
        ("2019-12", "2019-11-30T23:00+00:00", "2019-12-31T23:00+00:00"),
        ("2019", "2018-12-31T23:00+00:00", "2019-12-31T23:00+00:00"),
    ],
)
def test_a_period_begins_and_ends_at_midnight_of_civil_time(
    text: str, first: str, end: str
) -> None:
    occurred = Occurred.parse(text)

    assert occurred.at == datetime.fromisoformat(first)
    assert occurred.end == datetime.fromisoformat(end)


def test_an_instant_ends_where_it_begins_and_is_kept_in_utc() -> None:
    occurred = Occurred.parse("2019-03-05T10:00:00+01:00")

    assert str(occurred) == "2019-03-05T09:00:00Z"
    assert occurred.end == occurred.at


@pytest.mark.parametrize(
    "text", ["0001", "9999-12-31", "9999-12", "9999", "0001-01-01T00:00+01:00", "0000-01-01"]
)
def test_a_year_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="year"):
        Occurred.parse(text)


@pytest.mark.parametrize("text", ["", "2019-13", "2019-02-30", "05-03-2019", "2019-03-05T10:00:00"])
def test_what_is_no_time_or_has_no_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Occurred.parse(text)


@given(DAYS, DAYS)
def test_days_are_ordered_as_in_the_calendar(one: date, other: date) -> None:
    first, second = Occurred.parse(one.isoformat()), Occurred.parse(other.isoformat())

    assert first.certainly_before(second) == (one < other)


@given(OCCURRED, OCCURRED)
def test_certainly_before_holds_only_where_no_reading_contradicts(
    one: Occurred, other: Occurred
) -> None:
    assert not (one.certainly_before(other) and other.certainly_before(one))
    if one.certainly_before(other):
        assert one.at is not None
        assert one.end is not None
        assert other.at is not None
        last = one.end if one.precision is Precision.INSTANT else one.end - timedelta.resolution
        assert last < other.at


@given(OCCURRED)
def test_the_unknown_is_certainly_before_nothing(occurred: Occurred) -> None:
    assert not UNKNOWN.certainly_before(occurred)
    assert not occurred.certainly_before(UNKNOWN)


@given(DAYS)
def test_a_date_reaches_to_the_end_of_its_day(day: date) -> None:
    end = end_of(day.isoformat()).astimezone(CIVIL_TIME)

    assert end.date() == day
    assert (end + timedelta.resolution).date() == day + timedelta(days=1)


def test_an_unknown_time_reaches_nowhere() -> None:
    with pytest.raises(ValueError, match="needed"):
        end_of("unknown")
