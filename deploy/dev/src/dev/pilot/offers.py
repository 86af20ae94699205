"""How a hospital found a person, offered, and was answered, on days before a given end."""

from datetime import date, timedelta

from dev.pilot.dice import Dice
from dev.pilot.inputs import Hospital
from dev.pilot.record import Answer, Attempt
from dev.pilot.workdays import DAY, earlier, later, on_or_after

UNKNOWN = ("unknown",)
"""The report prints no counts of reasons, so no record has another."""


def accepted(
    dice: Dice, hospital: Hospital, incident: date, on: date, *, again: str | None, consent: bool
) -> tuple[date, tuple[Attempt, ...]]:
    """When the person was identified, and the attempts; `again`: the first answer, unless yes."""
    first = max(on_or_after(incident + DAY), hospital.joined)
    earliest = on_or_after(first)
    offered = max(earlier(on, dice.between(0, 12)), earliest)
    yes = Answer(
        kind="accepted",
        on=on.isoformat(),
        reasons=UNKNOWN,
        consent=dice.pick(("spoken", "spoken", "written")) if consent else None,
    )
    attempts = [_attempt(dice, hospital, offered, yes)]
    begun = offered
    if again:
        begun = max(earlier(offered, dice.between(40, 60)), earliest)
        answered = later(begun, dice.between(5, 14))
        attempts.insert(0, _attempt(dice, hospital, begun, _no(again, answered.isoformat())))
    return max(earlier(begun, dice.between(0, 6)), earliest), tuple(attempts)


def declined(
    dice: Dice, hospital: Hospital, offered: date, *, again: str | None, by_month: bool
) -> tuple[Attempt, ...]:
    """One attempt and its no, or two; a day that was not kept is known to the month."""
    answered = later(offered, dice.between(1, 18))
    if by_month:
        following = (offered.replace(day=1) + timedelta(days=32)).isoformat()[:7]
        return (_attempt(dice, hospital, offered, _no("declined", following)),)
    if again is None:
        return (_attempt(dice, hospital, offered, _no("declined", answered.isoformat())),)
    repeated = later(answered, dice.between(21, 45))
    final = later(repeated, dice.between(1, 10))
    return (
        _attempt(dice, hospital, offered, _no(again, answered.isoformat())),
        _attempt(dice, hospital, repeated, _no("declined", final.isoformat())),
    )


def _no(kind: str, on: str) -> Answer:
    if kind == "declined":
        return Answer(kind="declined", on=on, reasons=UNKNOWN)
    return Answer(kind="no-response", on=on)


def _attempt(dice: Dice, hospital: Hospital, on: date, answer: Answer) -> Attempt:
    return Attempt(
        on=on.isoformat(),
        channel=dice.pick(hospital.channels),
        by_function=hospital.function,
        answer=answer,
    )
