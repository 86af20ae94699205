"""Which rows a figure is about: whose they are, when they held, and what was known."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, true

from events.columns import believed_at, held_at, lasting_at
from events.history import FOREVER
from events.occurrence import civil_day
from kit.access import Principal, visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Who asks, for which programme (None: all), as of when, as known when.

    Of which organisations; none named means all, and those who came another way. Of the keys in a
    range, ends included; None means all.
    """

    principal: Principal
    programme: str | None
    as_of: datetime
    known_at: datetime
    organisations: tuple[UUID, ...] = ()
    keys: tuple[UUID, UUID] | None = None

    @property
    def last_day(self) -> date:
        """The civil day on which what is asked for ends."""
        return civil_day(self.as_of)


def held(table: FromClause, cut: Cut) -> ColumnElement[bool]:
    """The rows that held at the cut's moment, as was known then, of those that may be seen."""
    return and_(lasted(table, cut), seen(table, cut))


def lasted(table: FromClause, cut: Cut) -> ColumnElement[bool]:
    """The rows that held then, whoever may see them.

    What is known now is most of what there is: its ends are compared, and not looked up.
    """
    at_that_time = lasting_at if cut.known_at == FOREVER else held_at
    return and_(at_that_time(table, cut.as_of), believed_at(table, cut.known_at))


def believed(table: FromClause, cut: Cut) -> ColumnElement[bool]:
    """The rows that follow from what was known, of those that may be seen."""
    return and_(believed_at(table, cut.known_at), seen(table, cut))


def seen(table: FromClause, cut: Cut) -> ColumnElement[bool]:
    """The rows that are asked for, if the principal may see them."""
    programme = table.c.programme == cut.programme if cut.programme else true()
    organisation = table.c.organisation.in_(cut.organisations) if cut.organisations else true()
    keys = table.c.key.between(*cut.keys) if cut.keys else true()
    allowed = visible(cut.principal, organisation=table.c.organisation, figures=True)
    return and_(programme, organisation, keys, allowed)
