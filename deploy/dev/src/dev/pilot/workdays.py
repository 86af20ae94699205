"""Days on which offices are open: Monday to Friday, without the Dutch holidays of these years."""

from datetime import date, timedelta

DAY = timedelta(days=1)
YEARLY = {(1, 1), (4, 27), (12, 25), (12, 26)}
MOVABLE = {
    date.fromisoformat(day)
    for day in (
        *("2018-05-10", "2018-05-21"),
        *("2019-04-19", "2019-04-22", "2019-05-30", "2019-06-10"),
        *("2020-04-10", "2020-04-13", "2020-05-05", "2020-05-21", "2020-06-01"),
        *("2021-04-02", "2021-04-05", "2021-05-13", "2021-05-24"),
    )
}


def is_open(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in YEARLY and day not in MOVABLE


def on_or_after(day: date) -> date:
    while not is_open(day):
        day += DAY
    return day


def on_or_before(day: date) -> date:
    while not is_open(day):
        day -= DAY
    return day


def later(day: date, days: int) -> date:
    return on_or_after(day + days * DAY)


def earlier(day: date, days: int) -> date:
    return on_or_before(day - days * DAY)
