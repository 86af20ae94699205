"""What may be logged on a case, and how a mistake is put right."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID, uuid5

from casefile.case.decider import Case, require_within
from casefile.journal.events import CODEC, ActivityCorrected, ActivityLogged, JournalEvent
from events.commands import StreamType
from events.decider import Decider, Rejected
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What was done and how long it took; the three kinds of minutes are never added up here."""

    category: str
    type: str
    contact_minutes: int
    travel_minutes: int
    registration_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogActivity:
    """`case` is the state of the case on which the work was done."""

    case: Case
    activity: UUID
    case_manager: UUID
    effort: Effort
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectActivity:
    """`corrects` is the id of the event that logged it, None where there is none."""

    case: Case
    activity: UUID
    corrects: UUID | None
    effort: Effort
    occurred: Occurred


JournalCommand = LogActivity | CorrectActivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    activities: Mapping[UUID, ActivityLogged | ActivityCorrected] = field(default_factory=dict)


def decide(command: JournalCommand, journal: Journal) -> list[JournalEvent]:
    match command:
        case LogActivity():
            return _log(command, journal)
        case CorrectActivity():
            return _correct(command, journal)
        case _:
            assert_never(command)


def evolve(journal: Journal, event: JournalEvent) -> Journal:
    match event:
        case ActivityLogged() | ActivityCorrected():
            return replace(journal, activities={**journal.activities, event.activity: event})
        case _:
            assert_never(event)


def _log(command: LogActivity, journal: Journal) -> list[JournalEvent]:
    if command.activity in journal.activities:
        return []
    require_within(command.case, command.occurred)
    return [
        ActivityLogged(
            activity=command.activity,
            case_manager=command.case_manager,
            category=command.effort.category,
            type=command.effort.type,
            contact_minutes=command.effort.contact_minutes,
            travel_minutes=command.effort.travel_minutes,
            registration_minutes=command.effort.registration_minutes,
            occurred=command.occurred,
        )
    ]


def _correct(command: CorrectActivity, journal: Journal) -> list[JournalEvent]:
    logged = journal.activities.get(command.activity)
    if logged is None or command.corrects is None:
        raise Rejected("no-such-activity", "There is no such activity on this case.")
    require_within(command.case, command.occurred)
    if (command.effort, command.occurred) == (_effort(logged), logged.occurred):
        return []
    return [
        ActivityCorrected(
            activity=command.activity,
            case_manager=logged.case_manager,
            category=command.effort.category,
            type=command.effort.type,
            contact_minutes=command.effort.contact_minutes,
            travel_minutes=command.effort.travel_minutes,
            registration_minutes=command.effort.registration_minutes,
            occurred=command.occurred,
            corrects=command.corrects,
        )
    ]


def _effort(event: JournalEvent) -> Effort:
    return Effort(
        category=event.category,
        type=event.type,
        contact_minutes=event.contact_minutes,
        travel_minutes=event.travel_minutes,
        registration_minutes=event.registration_minutes,
    )


def journal_of(case_id: UUID) -> UUID:
    """The journal's stream: one per case."""
    return uuid5(case_id, "journal")


journal_decider = Decider(Journal(), decide, evolve)
JOURNAL = StreamType("journal", journal_decider, CODEC)
