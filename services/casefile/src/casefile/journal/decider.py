"""What may be logged on a case, and how a mistake is put right."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import Case, require_within
from casefile.journal.events import (
    CODEC,
    ActivityCorrected,
    ActivityLogged,
    Effort,
    JournalEvent,
    effort,
)
from events.commands import StreamType
from events.decider import Decider, Rejected
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectActivity(Effort):
    """`corrects` is the id of the event that told of it last, None where there is none.

    Without `report` the report stays as it was.
    """

    activity: UUID
    corrects: UUID | None
    report: UUID | None = None
    occurred: Occurred


JournalCommand = OnCase[ActivityLogged | CorrectActivity]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    activities: Mapping[UUID, JournalEvent] = field(default_factory=dict)


def decide(asked: JournalCommand, journal: Journal) -> list[JournalEvent]:
    match asked.command:
        case ActivityLogged() as told:
            return _log(told, asked.case, journal)
        case CorrectActivity() as correction:
            return _correct(correction, asked.case, journal)
        case _:
            assert_never(asked.command)


def evolve(journal: Journal, event: JournalEvent) -> Journal:
    match event:
        case ActivityLogged() | ActivityCorrected():
            return replace(journal, activities={**journal.activities, event.activity: event})
        case _:
            assert_never(event)


def _log(told: ActivityLogged, case: Case, journal: Journal) -> list[JournalEvent]:
    if told.activity in journal.activities:
        return []
    require_within(case, told.occurred)
    return [told]


def _correct(command: CorrectActivity, case: Case, journal: Journal) -> list[JournalEvent]:
    logged = journal.activities.get(command.activity)
    if logged is None or command.corrects is None:
        raise Rejected("no-such-activity", "There is no such activity on this case.")
    require_within(case, command.occurred)
    report = command.report or logged.report
    then = (effort(logged), logged.report, logged.occurred)
    if (effort(command), report, command.occurred) == then:
        return []
    return [
        ActivityCorrected(
            activity=command.activity,
            case_manager=logged.case_manager,
            report=report,
            occurred=command.occurred,
            corrects=command.corrects,
            **effort(command),
        )
    ]


journal_decider = Decider(Journal(), decide, evolve)
JOURNAL = StreamType("journal", journal_decider, CODEC)
