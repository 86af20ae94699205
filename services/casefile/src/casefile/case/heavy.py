"""Whether a case is heavy: what somebody said of it, and what the programme lets mark it."""

from collections.abc import Iterable

from casefile.case.events import HeavyMarkRemoved, HeavyMarkSet
from casefile.publish import PUBLISHED
from casefile.track.events import StepCorrected, StepRecorded
from events.contracts import type_name
from programmes.model import Definition


def heavy_reasons(events: Iterable[object], definition: Definition) -> list[str]:
    """Why it is marked, since the mark was last taken away; of events as they happened."""
    reasons: dict[str, None] = {}
    for event in events:
        match event:
            case HeavyMarkSet(reason=reason):
                reasons[reason] = None
            case HeavyMarkRemoved():
                reasons.clear()
            case _:
                type_ = type_name("casefile", _published_as(event, definition))
                reasons |= dict.fromkeys(definition.heavy.marks(type_, event))
    return [*reasons]


def _published_as(event: object, definition: Definition) -> str:
    """The short name, empty where nothing is published."""
    if isinstance(event, StepRecorded | StepCorrected):
        step = definition.step(event.track, event.step)
        return step.publishes if step else ""
    return str(PUBLISHED.get(type(event), ""))
