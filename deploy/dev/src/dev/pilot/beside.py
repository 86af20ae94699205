"""What ran beside the support of each case, dealt so that together they could be those counted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from dev.pilot.inputs import (
    ACKNOWLEDGED_AFTER,
    APPLICATIONS,
    COMPLAINTS,
    FEEDBACK_ATTENDED,
    FEEDBACK_BESIDES,
    FEEDBACK_PLANNED,
    LAWYERS_BEFORE,
    LAWYERS_INVESTIGATED,
    LAWYERS_UNINVESTIGATED,
    OBJECTED,
    REPORTS,
    TALKS,
    TALKS_FIRST,
)
from dev.pilot.matching import Referred
from dev.pilot.record import Step
from dev.pilot.workdays import later, on_or_after

INVESTIGATION, LIABILITY, DISCIPLINARY = "calamity-investigation", "liability", "disciplinary"
COMPLAINT, APPLICATION = "complaint", "application"
LEGAL = {(LIABILITY, "claim-filed"), (DISCIPLINARY, "filed")}

Beside = Mapping[Referred, Sequence[Step]]


def beside(supported: Sequence[Referred], uninvestigated: Sequence[Referred]) -> Beside:
    """The steps of all tracks of each case, in the order of their days."""
    investigated = sorted((r for r in supported if r not in uninvestigated), key=_lag)
    steps: dict[Referred, list[Step]] = {r: [] for r in supported}
    for parts in (
        _talks_after_contact(investigated[: len(TALKS)]),
        _others(investigated[len(TALKS) :]),
        _legal(investigated, sorted(uninvestigated, key=_lag)),
        _complaints(investigated),
        _applications(supported),
    ):
        for referred, step in parts:
            steps[referred].append(step)
    for referred in uninvestigated:
        on = later(referred.on, 30)
        steps[referred].append(_step(INVESTIGATION, "not-investigated", on))
    return {r: sorted(found, key=lambda step: step.on) for r, found in steps.items()}


def has_legal_step(steps: Sequence[Step]) -> bool:
    return any((step.track, step.step) in LEGAL for step in steps)


Told = Iterator[tuple[Referred, Step]]


def _talks_after_contact(investigated: Sequence[Referred]) -> Told:
    """Soon referred, so that the case manager was there before the talk with the committee."""
    for number, (r, talk) in enumerate(zip(investigated, TALKS, strict=True)):
        report = talk + REPORTS[number % len(REPORTS)]
        yield r, _heard(r, talk, attended=number % 3 < 2)
        yield r, _investigation(r, "report-finished", report)
        if number < FEEDBACK_ATTENDED + FEEDBACK_BESIDES:
            yield r, _feedback(r, report + 14, attended=number < FEEDBACK_ATTENDED)
        elif number < FEEDBACK_ATTENDED + FEEDBACK_BESIDES + FEEDBACK_PLANNED:
            yield r, _investigation(r, "feedback-talk-planned", report + 10)


def _others(investigated: Sequence[Referred]) -> Told:
    """Late referred: heard before, without the case manager, or not known to have been heard."""
    for number, (r, (talk, report)) in enumerate(zip(investigated, TALKS_FIRST, strict=True)):
        finished = _lag(r)[0] + 25 if report is None else report
        if talk is not None:
            yield r, _heard(r, talk, attended=False)
        yield r, _investigation(r, "report-finished", finished)
        if number < FEEDBACK_BESIDES:
            yield r, _feedback(r, finished + 14, attended=False)


def _legal(investigated: Sequence[Referred], uninvestigated: Sequence[Referred]) -> Told:
    claims = [r for r in (*investigated, *uninvestigated) if r.claim]
    quiet = [r for r in investigated if not r.claim]
    only_disciplinary = [quiet[5], quiet[7]]
    yield from _claims(claims)
    for r in (*only_disciplinary, claims[3], claims[9]):
        yield r, _step(DISCIPLINARY, "filed", later(r.on, 120))
    yield claims[3], _step(DISCIPLINARY, "ruling", later(claims[3].on, 320))
    claiming = [r for r in investigated if r.claim]
    late = [r for r in claiming if _lag(r)[0] > LAWYERS_BEFORE[1]][: LAWYERS_BEFORE[0]]
    besides = LAWYERS_INVESTIGATED - len(only_disciplinary) - 1
    for r in late:
        yield r, _lawyer(r.on - timedelta(days=12))
    for r in (*late, *(r for r in claiming if r not in late))[len(late) : besides]:
        yield r, _lawyer(r.claim - timedelta(days=30) if r.claim else r.on)
    for r in (*only_disciplinary, quiet[0], *uninvestigated[:LAWYERS_UNINVESTIGATED]):
        yield r, _lawyer(r.on + timedelta(days=45))


def _claims(claiming: Sequence[Referred]) -> Told:
    for r in claiming:
        if r.claim:
            yield r, _step(LIABILITY, "claim-filed", r.claim)
    first = sorted(claiming, key=lambda r: (r.claim, r.on))
    for r, days in zip(first, ACKNOWLEDGED_AFTER, strict=False):
        if r.claim:
            yield r, _step(LIABILITY, "acknowledged", later(r.claim, days))


def _complaints(investigated: Sequence[Referred]) -> Told:
    """The doctor agrees to talk only after the letter."""
    for r in investigated[:: len(investigated) // COMPLAINTS][:COMPLAINTS]:
        yield r, _step(COMPLAINT, "letter-drafted", later(r.on, 14))
        officer = {"body": "complaints-officer"}
        yield r, _step(COMPLAINT, "filed", later(r.on, 20), data=officer)
        yield r, _step(COMPLAINT, "handled", later(r.on, 50))
        yield r, _step(COMPLAINT, "talk-with-doctor", later(r.on, 64), data={"attended": "yes"})
        yield r, _step(COMPLAINT, "answered", later(r.on, 80))


def _applications(supported: Sequence[Referred]) -> Told:
    applying = supported[3 :: len(supported) // len(APPLICATIONS)]
    for r, (scheme, outcome) in zip(applying, APPLICATIONS, strict=False):
        data = {"scheme": scheme}
        yield r, _step(APPLICATION, "need-found", later(r.on, 14), data=data)
        yield r, _step(APPLICATION, "submitted", later(r.on, 30), data=data)
        yield r, _step(APPLICATION, "decided", later(r.on, 60), outcome=outcome, data=data)
        if scheme == OBJECTED:
            yield r, _step(APPLICATION, "objection-filed", later(r.on, 70))
            yield r, _step(APPLICATION, "hearing-held", later(r.on, 95), data={"attended": "yes"})
            stood = later(r.on, 105)
            yield r, _step(APPLICATION, "objection-decided", stood, outcome=outcome, data=data)


def _lag(referred: Referred) -> tuple[int, date]:
    return (referred.on - referred.incident).days, referred.on


def _lawyer(on: date) -> Step:
    return _step(LIABILITY, "represented", on_or_after(on), outcome="lawyer")


def _heard(referred: Referred, days: int, *, attended: bool) -> Step:
    return _investigation(referred, "client-heard", days, attended=attended)


def _feedback(referred: Referred, days: int, *, attended: bool) -> Step:
    return _investigation(referred, "feedback-talk", days, attended=attended)


def _investigation(
    referred: Referred, step: str, days: int, *, attended: bool | None = None
) -> Step:
    """So many days after the incident; a talk was held, and somebody attended or not."""
    on = later(referred.incident, days)
    if attended is None:
        return _step(INVESTIGATION, step, on)
    data = {"attended": "yes" if attended else "no"}
    return _step(INVESTIGATION, step, on, outcome="held", data=data)


def _step(
    track: str,
    step: str,
    on: date,
    *,
    outcome: str | None = None,
    data: dict[str, str] | None = None,
) -> Step:
    return Step(track=track, step=step, on=on.isoformat(), outcome=outcome, data=data or {})
