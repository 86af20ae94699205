"""When something happened, as precisely as is known: an instant, day, month, year, or not."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

CIVIL_TIME = ZoneInfo("Europe/Amsterdam")
"""Where a day begins and ends; Dutch and Belgian civil time are the same (decision 2)."""


def civil_day(at: datetime) -> date:
    """The day on which an instant falls."""
    return at.astimezone(CIVIL_TIME).date()


def start_of_day(day: date) -> datetime:
    """The first instant of the day in civil time."""
    return datetime.combine(day, time(), CIVIL_TIME)


def end_of_day(day: date) -> datetime:
    """The first instant after the day in civil time."""
    return start_of_day(day + timedelta(days=1))


FIRST_YEAR, LAST_YEAR = 1950, 2199
"""What is outside is a slip of the pen: nobody whom a programme supports tells of it."""


class Precision(StrEnum):
    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


_FORMS = {Precision.DAY: "%Y-%m-%d", Precision.MONTH: "%Y-%m", Precision.YEAR: "%Y"}
_PATTERNS = {
    Precision.DAY: re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    Precision.MONTH: re.compile(r"\d{4}-\d\d", re.ASCII),
    Precision.YEAR: re.compile(r"\d{4}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Occurred:
    """A period in time: `at` is its first instant (UTC), None where nothing is known."""

    at: datetime | None
    precision: Precision

    @classmethod
    def parse(cls, text: str) -> "Occurred":
        """Reads `2019`, `2019-03`, `2019-03-05`, an instant or `unknown`; else ValueError."""
        try:
            occurred = cls._parse(text)
            year = occurred.at.astimezone(CIVIL_TIME).year if occurred.at else FIRST_YEAR
        except OverflowError:
            year = 0
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"the year must be between {FIRST_YEAR} and {LAST_YEAR}")
        return occurred

    @classmethod
    def _parse(cls, text: str) -> "Occurred":
        if text == Precision.UNKNOWN:
            return UNKNOWN
        for precision, pattern in _PATTERNS.items():
            if pattern.fullmatch(text):
                local = datetime.strptime(text, _FORMS[precision]).replace(tzinfo=CIVIL_TIME)
                return cls(local.astimezone(UTC), precision)
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            msg = "an instant needs its offset from UTC, such as 2019-03-05T10:00:00Z"
            raise ValueError(msg)
        return cls.instant(instant)

    @classmethod
    def instant(cls, at: datetime) -> "Occurred":
        return cls(at.astimezone(UTC), Precision.INSTANT)

    def __str__(self) -> str:
        if self.at is None:
            return Precision.UNKNOWN
        if self.precision is Precision.INSTANT:
            return self.at.isoformat().replace("+00:00", "Z")
        return self.at.astimezone(CIVIL_TIME).strftime(_FORMS[self.precision])

    @property
    def end(self) -> datetime | None:
        """The first instant after the period; of an instant, the instant itself."""
        if self.at is None or self.precision is Precision.INSTANT:
            return self.at
        local = self.at.astimezone(CIVIL_TIME)
        match self.precision:
            case Precision.DAY:
                after = local.replace(tzinfo=None) + timedelta(days=1)
            case Precision.MONTH:
                after = (local.replace(tzinfo=None, day=28) + timedelta(days=4)).replace(day=1)
            case _:
                after = local.replace(tzinfo=None, year=local.year + 1)
        return after.replace(tzinfo=CIVIL_TIME).astimezone(UTC)

    @property
    def day(self) -> date | None:
        """The civil day; None where it is not known to the day."""
        exact = self.precision in (Precision.INSTANT, Precision.DAY)
        return civil_day(self.at) if self.at and exact else None

    def certainly_before(self, other: "Occurred") -> bool:
        """True only where no reading of the two periods puts this one after or beside the other."""
        if self.end is None or other.at is None:
            return False
        if self.precision is Precision.INSTANT:
            return self.end < other.at
        return self.end <= other.at


UNKNOWN = Occurred(None, Precision.UNKNOWN)


def end_of(text: str) -> datetime:
    """How far `asOf` or `knownAt` reaches: a date means the end of that day; else ValueError."""
    moment = Occurred.parse(text)
    if moment.end is None:
        msg = "a date or an instant is needed"
        raise ValueError(msg)
    if moment.precision is Precision.INSTANT:
        return moment.end
    return moment.end - timedelta(microseconds=1)
