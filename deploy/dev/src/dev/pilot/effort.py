"""The work on one case, activity by activity, that adds up to its hours without travel."""

from collections.abc import Iterator, Sequence
from datetime import date

from dev.pilot.dice import Dice
from dev.pilot.inputs import CONTACTS_PER_MONTH, HOURS_PER_VISIT, MOST_VISITS, QUICK_HOURS
from dev.pilot.record import Activity
from dev.pilot.workdays import later, on_or_before

CALLS = ("phone", "phone", "e-mail", "whatsapp")
WORK = (
    ("hospital", "prepare-meeting"),
    ("inform", "manage-expectations"),
    ("psychosocial", "listen"),
    ("practical", "keep-overview"),
)
LEGAL_WORK = (("legal", "draft-letter"), *WORK)
UNIT = 5
"""Time sheets are kept in steps of five minutes."""
CALL, VISIT, QUICK_VISIT, REPORT, QUICK_REPORT = 25, 75, 50, 15, 5
PIECE = 90
"""About so many minutes are spent at a time on what is no contact."""


def activities(
    dice: Dice, *, hours: int, legal: bool, since: date, until: date, supported_days: int
) -> list[Activity]:
    """`since` is the first contact; all is done by `until`."""
    visits = min(max(3, round(hours / HOURS_PER_VISIT)), MOST_VISITS)
    contacts = max(round(CONTACTS_PER_MONTH * supported_days / 30.44), visits + 3)
    visit, report = (QUICK_VISIT, QUICK_REPORT) if hours < QUICK_HOURS else (VISIT, REPORT)
    left = (hours * 60 - CALL - visits * (visit + report)) // UNIT
    work = left * 2 // 5
    pieces = max(1, work * UNIT // PIECE)
    days = _days(since, until, contacts + pieces)
    at = iter(dice.shuffled(days[1:]))
    made = [_activity(since, "contact", "introductory-call", CALL)]
    for _ in range(visits):
        travel = UNIT * dice.between(12, 30)
        made.append(_activity(next(at), "contact", "home-visit", visit, travel, report))
    made += [
        _activity(next(at), "contact", dice.pick(CALLS), minutes)
        for minutes in _dealt(left - work, contacts - 1 - visits)
    ]
    kinds = LEGAL_WORK if legal else WORK
    made += [
        _activity(next(at), *kinds[number % len(kinds)], minutes)
        for number, minutes in enumerate(_dealt(work, pieces))
    ]
    return sorted(made, key=lambda activity: (activity.on, activity.category, activity.type))


def _days(since: date, until: date, count: int) -> Sequence[date]:
    """Spread evenly, the first on the first day."""
    span = (until - since).days
    last = on_or_before(until)
    return [min(later(since, span * number // count), last) for number in range(count)]


def _dealt(units: int, parts: int) -> Iterator[int]:
    """As evenly as steps of five minutes allow; together exactly all."""
    for number in range(parts):
        yield UNIT * (units * (number + 1) // parts - units * number // parts)


def _activity(
    on: date, category: str, kind: str, minutes: int, travel: int = 0, registration: int = 0
) -> Activity:
    return Activity(
        on=on.isoformat(),
        category=category,
        type=kind,
        contact_minutes=minutes,
        travel_minutes=travel,
        registration_minutes=registration,
    )
