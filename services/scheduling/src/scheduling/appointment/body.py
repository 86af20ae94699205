"""Appointments as requests tell of them."""

from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from events.contracts.contract import Code, Known
from events.decider import Invalid
from kit.bodies import Fact, Instant
from kit.calls import Call
from kit.vocabularies import Vocabulary
from programmes.model import Definition
from scheduling.appointment.events import AppointmentPlanned


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone is needed, such as Europe/Amsterdam") from None
    return name


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]
Roles = Annotated[tuple[Code, ...], Field(max_length=20), Vocabulary("appointments.participants")]


class PlanBody(Fact):
    """Planned at `occurredAt`; `caseManager` is by default the caller.

    `timeZone` is the one by whose clock people come, by default the programme's. Of `participants`
    those in `mustConfirm` are asked whether they come.
    """

    kind: Annotated[Code, Vocabulary("appointments.kinds")]
    starts_at: Instant
    minutes: Annotated[int, Field(ge=1, le=1440)]
    time_zone: TimeZone | None = None
    case_manager: UUID | None = None
    participants: Roles = ()
    must_confirm: Roles = ()

    def planned(self, appointment: UUID, call: Call, definition: Definition) -> AppointmentPlanned:
        """Raises Invalid where nobody is meant, or who must confirm takes no part."""
        own = self.case_manager or call.principal.person
        mistakes = []
        if own is None:
            mistakes.append(("caseManager", "is needed, since your token is not that of a person"))
        if not {*self.must_confirm} <= {*self.participants}:
            mistakes.append(("mustConfirm", "must be among the participants"))
        if own is None or mistakes:
            raise Invalid(mistakes)
        return AppointmentPlanned(
            appointment=appointment,
            kind=self.kind,
            case_manager=own,
            starts_at=self.starts_at,
            time_zone=self.time_zone or definition.time_zone,
            minutes=self.minutes,
            participants=self.participants,
            must_confirm=self.must_confirm,
            occurred=self.occurred_at,
        )


class ConfirmBody(Fact):
    """As whom somebody says that he or she comes."""

    participant: Annotated[Code, Vocabulary("appointments.participants")]


class CancelBody(Fact):
    """Called off at `occurredAt`, from which the notice follows."""

    by: Annotated[Code, Vocabulary("appointments.cancelled_by")]


class HeldBody(Fact):
    """`attended`: whether the case manager was there."""

    attended: Known = "unknown"
