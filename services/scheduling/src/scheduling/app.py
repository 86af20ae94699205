"""Scheduling, put together: deadlines, appointments, and the time of case managers."""

from kit.composition import Follows, Ground, Service
from kit.settings import Settings
from programmes.checking import vocabularies
from programmes.loader import Programmes, load
from scheduling.access import ACCESS, scope
from scheduling.appointment import router as appointment
from scheduling.case_manager import router as case_manager
from scheduling.codec import CODEC
from scheduling.deadline import recipients
from scheduling.deadline import router as deadline
from scheduling.deadline.work import MISS_DEADLINE
from scheduling.publish import publish
from scheduling.reactions import consents, deadlines, of_consents, of_deadlines, reading
from scheduling.views.absences import ABSENCES
from scheduling.views.appointments import APPOINTMENTS
from scheduling.views.deadlines import DEADLINES
from scheduling.views.teams import TEAMS
from scheduling.work.deadlines import deadline_misser


def compose(ground: Ground[Settings]) -> Service:
    programmes = load(ground.settings.programmes)
    causes = deadlines.reactions(programmes)
    return Service(
        routers=[deadline.router, recipients.router, appointment.router, case_manager.router],
        access=ACCESS,
        scope=scope,
        decode=CODEC.decode,
        vocabularies=vocabularies(programmes),
        publish=publish,
        follows=[
            Follows(
                group=deadlines.GROUP,
                services=deadlines.SOURCES,
                read=reading(programmes, {**causes, **consents.REACTIONS}),
                handle=of_deadlines(ground.store, programmes, causes),
            ),
            Follows(
                group=consents.GROUP,
                services=consents.SOURCES,
                read=reading(programmes, consents.REACTIONS),
                handle=of_consents(ground.store, programmes),
            ),
        ],
        access_group=consents.GROUP,
        views=[DEADLINES, APPOINTMENTS, ABSENCES, TEAMS],
        work={MISS_DEADLINE: deadline_misser(ground.store, programmes, ground.clock)},
        parts={Programmes: programmes},
    )
