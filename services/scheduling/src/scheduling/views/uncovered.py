"""Uncovered deadlines: the whole team of the case is away on the day that one is due."""

from sqlalchemy import ColumnElement, exists, select

from events.columns import believed_at, held_at
from kit.moments import Moment
from scheduling.views.absences import ABSENCES, away_on
from scheduling.views.deadlines import DEADLINES
from scheduling.views.teams import TEAMS

BESIDE = (ABSENCES, TEAMS)
"""The views that it reads beside that of deadlines."""


def uncovered(at: Moment) -> ColumnElement[bool]:
    """Of deadlines that are open: where the team has a backup who is there, that one does it.

    Without a team it is nobody's.
    """
    deadlines, teams, absences = DEADLINES.table, TEAMS.table, ABSENCES.table
    away = (
        exists()
        .where(absences.c.case_manager == teams.c.member, away_on(deadlines.c.due_on))
        .where(held_at(absences, at.as_of), believed_at(absences, at.known_at))
        .correlate(deadlines, teams)
    )
    team = (
        select(teams.c.member)
        .where(teams.c.key == deadlines.c.key)
        .where(held_at(teams, at.as_of), believed_at(teams, at.known_at))
        .correlate(deadlines)
    )
    there = team.where(~away)
    return team.exists() & ~there.exists()
