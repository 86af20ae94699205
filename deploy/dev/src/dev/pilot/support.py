"""The support of one person: contacts, work in minutes, and what ran beside it."""

from datetime import date

from dev.pilot.dice import Dice
from dev.pilot.matching import Referred
from dev.pilot.record import Activity, Closing, Step, Support
from dev.pilot.workdays import later

PSYCHOSOCIAL, SETTLED, DONE = "only-psychosocial-need", "settled", "no-longer-needed"
LAST_DAY = date(2020, 11, 27)


def support(
    dice: Dice, referred: Referred, screened: date, *, case_manager: int, investigated: bool
) -> Support:
    contacted = later(screened, dice.between(0, 2))
    until = min(referred.closed or LAST_DAY, LAST_DAY)
    return Support(
        case_manager=case_manager,
        first_contact=contacted.isoformat(),
        activities=tuple(_activities(dice, referred, contacted, until)),
        steps=tuple(_steps(dice, referred, investigated=investigated)),
        closing=_closing(dice, referred),
    )


def _activities(dice: Dice, referred: Referred, contacted: date, until: date) -> list[Activity]:
    visited = later(contacted, dice.between(5, 12))
    span = (until - visited).days
    done = [
        _activity(dice, contacted, "contact", "introductory-call", 25),
        _activity(dice, visited, "contact", "home-visit", 75, travel=100),
        _activity(dice, visited, "record", "talk-report", 0, registration=40),
        _activity(dice, later(visited, span // 3), "hospital", "prepare-meeting", 60),
    ]
    if referred.claim:
        done.append(_activity(dice, referred.claim, "legal", "draft-letter", 90))
    else:
        done.append(_activity(dice, later(visited, span // 2), "psychosocial", "listen", 50))
    return sorted(done, key=lambda activity: activity.on)


def _activity(
    dice: Dice,
    on: date,
    category: str,
    kind: str,
    minutes: int,
    *,
    travel: int = 0,
    registration: int = 15,
) -> Activity:
    return Activity(
        on=on.isoformat(),
        category=category,
        type=kind,
        contact_minutes=_about(dice, minutes),
        travel_minutes=_about(dice, travel),
        registration_minutes=_about(dice, registration),
    )


def _about(dice: Dice, minutes: int) -> int:
    """Time sheets are kept in steps of five minutes."""
    return 5 * dice.between(minutes // 6, minutes // 4)


def _steps(dice: Dice, referred: Referred, *, investigated: bool) -> list[Step]:
    """An investigation begins soon after the incident, mostly before anybody is referred."""
    steps = []
    if investigated:
        started = later(referred.incident, dice.between(2, 20))
        day = started.isoformat()
        steps.append(Step(track="calamity-investigation", step="started", on=day))
    if referred.claim:
        day = referred.claim.isoformat()
        steps.append(Step(track="liability", step="claim-filed", on=day))
    return steps


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
