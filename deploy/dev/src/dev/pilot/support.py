"""The support of one person: contacts, work in minutes, and what ran beside it."""

from collections.abc import Mapping, Sequence
from datetime import date

from dev.pilot.beside import INVESTIGATION, has_legal_step
from dev.pilot.dice import Dice
from dev.pilot.effort import activities
from dev.pilot.inputs import HOURS_LEGAL, HOURS_OTHERWISE, REPORTED
from dev.pilot.matching import Referred
from dev.pilot.record import Closing, Step, Support
from dev.pilot.workdays import later

PSYCHOSOCIAL, SETTLED, DONE = "only-psychosocial-need", "settled", "no-longer-needed"
LAST_DAY = date(2020, 11, 27)


def hours(beside: Mapping[Referred, Sequence[Step]]) -> dict[Referred, int]:
    """The longer the support, the more; apart for those with a legal step and those without."""
    legal = [r for r, steps in beside.items() if has_legal_step(steps)]
    others = [r for r in beside if r not in legal]
    dealt = [(legal, HOURS_LEGAL), (others, HOURS_OTHERWISE)]
    return {
        referred: most
        for group, found in dealt
        for referred, most in zip(sorted(group, key=_length), found, strict=True)
    }


def _length(referred: Referred) -> tuple[int, date]:
    return supported_days(referred), referred.on


def supported_days(referred: Referred) -> int:
    return (min(referred.closed or REPORTED, REPORTED) - referred.on).days


def support(
    dice: Dice,
    referred: Referred,
    screened: date,
    *,
    case_manager: int,
    steps: Sequence[Step],
    spent: int,
    reported: bool,
) -> Support:
    contacted = later(screened, dice.between(0, 2))
    started = later(referred.incident, dice.between(2, 20))
    return Support(
        case_manager=case_manager,
        first_contact=contacted.isoformat(),
        activities=tuple(
            activities(
                dice,
                hours=spent,
                legal=has_legal_step(steps),
                since=contacted,
                until=min(referred.closed or LAST_DAY, LAST_DAY),
                supported_days=supported_days(referred),
            )
        ),
        steps=tuple(_begun(referred.incident, started, steps, reported=reported)),
        closing=_closing(dice, referred),
    )


def _begun(incident: date, started: date, steps: Sequence[Step], *, reported: bool) -> list[Step]:
    """An investigation begins soon after the incident, mostly before anybody is referred.

    `reported`: as the desk was told at the screening, to the inspectorate.
    """
    if not any(step.step == "report-finished" for step in steps):
        return list(steps)
    first = [Step(track=INVESTIGATION, step="started", on=started.isoformat())]
    if reported:
        on = later(incident, 1).isoformat()
        first.insert(0, Step(track=INVESTIGATION, step="reported-to-inspectorate", on=on))
    return sorted([*first, *steps], key=lambda step: step.on)


def _closing(dice: Dice, referred: Referred) -> Closing | None:
    if referred.closed is None:
        return None
    reasons = (SETTLED, SETTLED, DONE) if referred.claim else (DONE, DONE, PSYCHOSOCIAL)
    return Closing(on=referred.closed.isoformat(), reason=dice.pick(reasons))


def assessments(codes: frozenset[str], referred: Referred, *, labelled: bool) -> dict[str, str]:
    """How the desk judged the criteria in force; `labelled`: the hospital called it a calamity."""
    out_of_group = referred.screened_out not in (None, "no-need-after-all")
    outcomes = {
        "participating-hospital": "yes",
        "calamity": "yes" if labelled else "unknown",
        "reported-to-inspectorate": "yes" if labelled else "no",
        "possible-calamity": "yes",
        "complex-consequences": "unknown" if labelled else "yes",
    }
    if out_of_group:
        outcomes |= dict.fromkeys(("calamity", "reported-to-inspectorate"), "no")
        outcomes |= {"possible-calamity": "no", "complex-consequences": "unknown"}
    return {code: outcomes[code] for code in sorted(codes)}


def screened_on(dice: Dice, made: date) -> date:
    return later(made, dice.between(0, 1))
