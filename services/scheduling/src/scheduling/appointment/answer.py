"""An appointment as answers show it."""

from datetime import datetime
from uuid import UUID

from kit.bodies import Answer
from scheduling.appointment.state import Appointment, shown


class AppointmentAnswer(Answer):
    """`status` is planned, confirmed (by all who must), cancelled or held.

    `cancelledBy` is a word of the programme, or `consent-withdrawn`; `noticeHours` are whole hours
    that there were at least; `attended` says whether the case manager was there.
    """

    id: UUID
    case_id: UUID
    kind: str
    case_manager: UUID
    starts_at: datetime
    time_zone: str
    minutes: int
    participants: list[str]
    must_confirm: list[str]
    confirmed_by: list[str]
    status: str
    cancelled_by: str | None
    notice_hours: int | None
    attended: str | None


def appointment_answer(case_id: UUID, id_: UUID, appointment: Appointment) -> AppointmentAnswer:
    return AppointmentAnswer(id=id_, case_id=case_id, **shown(appointment))
