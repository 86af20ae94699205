"""Brings referral days, incidents, claims and closings together, so that each person's days fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dev.pilot.dice import Dice
from dev.pilot.inputs import (
    CLAIM_LAGS,
    CLOSED_AFTERWARDS,
    ENDED,
    HOSPITALS,
    INCIDENTS_IN_2019,
    LAGS,
    LENGTHS_WITH_CLAIM,
    LENGTHS_WITHOUT_CLAIM,
    OLD_INCIDENTS,
    REPORTED,
    SCREENED_OUT,
    WITHOUT_HOSPITAL,
    Hospital,
)
from dev.pilot.workdays import later, on_or_after

SETTLING_DAYS = 45
"""A case is closed at least so long after its claim."""
FIRST_YEAR = date(2018, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """A referral and what is to become of it."""

    hospital: Hospital | None
    source: str
    on: date
    screened_out: str | None = None
    incident: date = date.min
    claim: date | None = None
    closed: date | None = None


def spread(dice: Dice, start: date, end: date, count: int) -> list[date]:
    """Working days spread evenly over a period, a little off the even step."""
    step = (end - start).days / max(count, 1)
    days = [int(step * (n + 0.5)) + dice.between(-3, 3) for n in range(count)]
    return [on_or_after(start + timedelta(days=day)) for day in days]


def referrals(dice: Dice) -> list[Referred]:
    """All referrals, each with its incident, claim and closing."""
    made = [referred for hospital in HOSPITALS for referred in _by(dice, hospital)]
    made += [Referred(hospital=None, source=source, on=on) for on, source in WITHOUT_HOSPITAL]
    supported = sorted((r for r in made if not r.screened_out), key=lambda r: r.on)
    screened_out = [r for r in made if r.screened_out]
    old, recent = _split(supported)
    claiming = _claims(_incidents(dice, recent))
    return [*_screened_out(screened_out), *_closings(dice, [*old, *claiming])]


def _by(dice: Dice, hospital: Hospital) -> list[Referred]:
    days = spread(dice, later(hospital.joined, 30), ENDED, hospital.referred)
    out = {1 + n * (len(days) // 2) for n in range(hospital.screened_out)}
    return [
        Referred(
            hospital=hospital,
            source="hospital",
            on=on,
            screened_out="yes" if number in out else None,
        )
        for number, on in enumerate(days)
    ]


def _screened_out(referred: Sequence[Referred]) -> list[Referred]:
    return [
        replace(r, screened_out=reason, incident=r.on - timedelta(days=lag))
        for r, (reason, lag) in zip(referred, SCREENED_OUT, strict=True)
    ]


def _split(supported: list[Referred]) -> tuple[list[Referred], list[Referred]]:
    """The old incidents go to the second, the fifth and the eighth referral by a hospital."""
    places = (1, 4, 7)
    old = [
        replace(supported[place], incident=day)
        for place, day in zip(places, OLD_INCIDENTS, strict=True)
    ]
    return old, [r for number, r in enumerate(supported) if number not in places]


def _incidents(dice: Dice, recent: Sequence[Referred]) -> list[Referred]:
    """Deals the lags until the years come out; the longest first, to whom they are not too long."""
    while True:
        dealt: list[Referred] = []
        left = dice.shuffled(recent)
        for lag in sorted(LAGS, reverse=True):
            fits = (r for r in left if r.on - timedelta(days=lag) >= FIRST_YEAR)
            if (referred := next(fits, None)) is None:
                break
            left.remove(referred)
            dealt.append(replace(referred, incident=referred.on - timedelta(days=lag)))
        if sum(r.incident.year == 2019 for r in dealt) == INCIDENTS_IN_2019 and not left:
            return dealt


def _claims(recent: Sequence[Referred]) -> list[Referred]:
    """Every second one claims, in the order of the lags, so that no claim precedes its referral."""
    by_lag = sorted(recent, key=lambda r: (r.on - r.incident, r.on))
    claims = [
        replace(r, claim=on_or_after(r.incident + timedelta(days=lag)))
        for r, lag in zip(by_lag[::2], CLAIM_LAGS, strict=True)
    ]
    return [*claims, *by_lag[1::2]]


def _closings(dice: Dice, supported: Sequence[Referred]) -> list[Referred]:
    claiming = sorted((r for r in supported if r.claim), key=lambda r: (r.claim, r.on))
    others = sorted((r for r in supported if not r.claim), key=lambda r: r.on)
    closed = [
        *_closed(dice, claiming[: len(LENGTHS_WITH_CLAIM)], LENGTHS_WITH_CLAIM),
        *_closed(dice, others[: len(LENGTHS_WITHOUT_CLAIM)], LENGTHS_WITHOUT_CLAIM),
    ]
    still_open = [*claiming[len(LENGTHS_WITH_CLAIM) :], *others[len(LENGTHS_WITHOUT_CLAIM) :]]
    days = [*CLOSED_AFTERWARDS, *(None for _ in still_open)]
    return [*closed, *(replace(r, closed=day) for r, day in zip(still_open, days, strict=False))]


def _closed(dice: Dice, referred: Sequence[Referred], lengths: Sequence[int]) -> list[Referred]:
    """Deals the lengths until all fit; the latest referral first, as it has the least choice."""
    while True:
        left = dice.shuffled(lengths)
        dealt: list[Referred] = []
        for r in sorted(referred, key=lambda r: r.on, reverse=True):
            if (length := next((n for n in left if _fits(r, n)), None)) is None:
                break
            left.remove(length)
            dealt.append(replace(r, closed=later(r.on, length)))
        if not left:
            return dealt


def _fits(referred: Referred, length: int) -> bool:
    closed = referred.on + timedelta(days=length)
    claim = referred.claim or referred.on
    return claim + timedelta(days=SETTLING_DAYS) <= closed <= REPORTED - timedelta(days=10)
