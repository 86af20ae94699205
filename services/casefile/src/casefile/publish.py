"""What others may know of casefile's log; the programme names the type of a track step."""

from collections.abc import Callable
from typing import assert_never

from casefile.case import events as case
from casefile.codec import CODEC
from casefile.journal import events as journal
from casefile.track import events as track
from events.contracts import casefile as contracts
from events.relay import Published
from events.store import Json, Recorded
from programmes.loader import Programmes


def publisher(programmes: Programmes) -> Callable[[Recorded[Json]], Published | None]:
    def publish(recorded: Recorded[Json]) -> Published | None:
        event = CODEC.decode(recorded).event
        match event:
            case track.StepRecorded(track=name, step=step, outcome=outcome):
                defined = programmes.of([recorded]).step(name, step)
                if defined is None:
                    return None
                made = contracts.TrackStepRecorded(track=name, step=step, outcome=outcome)
                return defined.publishes, made
            case journal.ActivityLogged():
                return "activity-logged", _activity(event)
            case journal.ActivityCorrected():
                return "activity-corrected", _activity(event)
            case track.TrackOpened():
                return None
            case _:
                return _case(event)

    return publish


def _activity(event: journal.JournalEvent) -> contracts.ActivityLogged:
    return contracts.ActivityLogged(
        case_manager=event.case_manager,
        category=event.category,
        type=event.type,
        contact_minutes=event.contact_minutes,
        travel_minutes=event.travel_minutes,
        registration_minutes=event.registration_minutes,
    )


def _case(event: case.CaseEvent) -> Published | None:
    match event:
        case case.CaseOpened(organisation=organisation, spell=spell):
            return "case-opened", contracts.CaseOpened(organisation=organisation, spell=spell)
        case case.CaseManagerAssigned(case_manager=case_manager, role=role):
            return "case-manager-assigned", contracts.CaseManagerAssigned(
                case_manager=case_manager, role=role
            )
        case case.CaseManagerReleased(case_manager=case_manager):
            released = contracts.CaseManagerReleased(case_manager=case_manager)
            return "case-manager-released", released
        case case.FirstContactMade(channel=channel):
            return "first-contact-made", contracts.FirstContactMade(channel=channel)
        case case.CaseClosed(reason=reason, spell=spell):
            return "case-closed", contracts.CaseClosed(reason=reason, spell=spell)
        case case.ContactDataReceived() | case.ContactDataRefused():
            return None
        case _:
            assert_never(event)
